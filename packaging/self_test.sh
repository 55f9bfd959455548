#!/usr/bin/env bash
# Tries what packaging/package.sh has made, without a screen: the bundle, from a folder that holds another `core`;
# the archive; and the .deb in a bare Debian, as root and as anybody. For before a release; the last part needs
# root, debootstrap and the network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

SUITE=${SUITE:-bookworm}
ROOT=${ROOT:-/tmp/siteloupe-bare-debian} # made when it is not there, and kept for the next time
PERSON=chemist                           # in that Debian

try_the_bundle() {
    local elsewhere bundle
    bundle=$(realpath dist/siteloupe)
    elsewhere=$(mktemp --directory)
    mkdir "$elsewhere/core" "$elsewhere/torch"
    echo 'raise SystemExit("the core of the working directory was imported")' |
        tee "$elsewhere/core/__init__.py" >"$elsewhere/torch/__init__.py"
    (cd "$elsewhere" && env -u PYTHONPATH "$bundle/siteloupe" --self-test)
    rm -r "$elsewhere"
}

try_the_archive() (
    local home
    home=$(mktemp --directory)
    export HOME=$home XDG_DATA_HOME=$home/share
    sh dist/siteloupe-*.run
    "$home/.local/bin/siteloupe" --self-test
    sh "$home/share/siteloupe/uninstall.sh"
    none_left "$home"
    rm -r "$home"
)

try_the_package() {
    [ -d "$ROOT/usr" ] || debootstrap --variant=minbase "$SUITE" "$ROOT"
    cp /etc/resolv.conf "$ROOT/etc/"
    cp "$1" "$ROOT/tmp/package.deb"
    inside root apt-get update --quiet=2
    inside root apt-get install --yes --quiet=2 --no-install-recommends /tmp/package.deb
    inside root siteloupe --self-test
    inside root useradd --create-home "$PERSON"
    inside "$PERSON" siteloupe --self-test
    inside root userdel --remove "$PERSON"
    inside root apt-get purge --yes --quiet=2 --auto-remove siteloupe
    none_left "$ROOT"
}

inside() {
    packaging/linux/inside.sh "$ROOT" "$@"
}

none_left() {
    local traces
    traces=$(find "$1" -xdev -iname '*siteloupe*')
    [ -z "$traces" ] || { echo "This is left: $traces" >&2 && return 1; }
}

echo "== The bundle"
try_the_bundle
echo "== The archive"
try_the_archive
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    echo "The .deb was not tried: that needs root and debootstrap." >&2
    exit 1
fi
echo "== The Debian package in a bare Debian"
version=$(dist/siteloupe/siteloupe --version | grep -oE '[0-9][0-9.a-z]*$')
try_the_package "dist/siteloupe_${version}_$(dpkg --print-architecture).deb"
