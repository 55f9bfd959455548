#!/usr/bin/env bash
# Makes dist/siteloupe_VERSION_ARCHITECTURE.deb of the bundle: `make_deb.sh BUNDLE`. It lies in /opt/siteloupe.
set -euo pipefail
bundle=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=$("$bundle/siteloupe" --version | grep --only-matching --extended-regexp '[0-9][0-9.a-z]*$')
architecture=$(dpkg --print-architecture)
root=build/deb

place() { # SOURCE DESTINATION, readable for everybody
    install -D --mode=644 "$1" "$root/$2"
}

rm -rf "$root"
mkdir -p "$root/opt" "$root/usr/bin" "$root/DEBIAN"
cp --archive --link "$bundle" "$root/opt/siteloupe"
ln --symbolic /opt/siteloupe/siteloupe "$root/usr/bin/siteloupe"
# The web engine makes this empty folder when root starts the program; a package removes only folders that it has.
mkdir -p "$root/opt/siteloupe/_internal/PySide6/Qt/resources/locales"
for own in packaging/linux/siteloupe.desktop packaging/linux/siteloupe.xml build/icons/siteloupe.svg; do
    place "$own" "opt/siteloupe/share/$(basename "$own")" # which the archive takes from here
done
place packaging/linux/siteloupe.desktop usr/share/applications/siteloupe.desktop
place packaging/linux/siteloupe.xml usr/share/mime/packages/siteloupe.xml
place packaging/linux/copyright usr/share/doc/siteloupe/copyright
place build/icons/siteloupe.svg usr/share/icons/hicolor/scalable/apps/siteloupe.svg
for icon in build/icons/siteloupe-*.png; do
    size=$(basename "${icon#*-}" .png)
    place "$icon" "usr/share/icons/hicolor/${size}x$size/apps/siteloupe.png"
done
kilobytes=$(du --summarize --block-size=1K "$root" | cut --fields=1)
build/environment/bin/python packaging/linux/debian_control.py "$version" "$kilobytes" "$architecture" \
    >"$root/DEBIAN/control"
# zstd packs and unpacks several times faster than xz does.
dpkg-deb --root-owner-group -Zzstd -z9 --build "$root" "dist/siteloupe_${version}_$architecture.deb"
