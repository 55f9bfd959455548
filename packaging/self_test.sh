#!/usr/bin/env bash
# Tries what packaging/package.sh has made: the bundle, from a folder that holds another `core`, and the .deb in a
# bare Debian without a screen. For before a release; the second part needs root, debootstrap and the network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

SUITE=${SUITE:-bookworm}
ROOT=${ROOT:-/tmp/siteloupe-bare-debian} # made when it is not there, and kept for the next time

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

leave() {
    umount --lazy "$ROOT/proc" "$ROOT/dev" 2>/dev/null || true
}

try_the_package() {
    local package=$1
    [ -d "$ROOT/usr" ] || debootstrap --variant=minbase "$SUITE" "$ROOT"
    trap leave EXIT
    mount --bind /dev "$ROOT/dev"
    mount --types proc proc "$ROOT/proc"
    cp /etc/resolv.conf "$ROOT/etc/"
    cp "$package" "$ROOT/tmp/siteloupe.deb"
    inside apt-get update --quiet=2
    inside apt-get install --yes --quiet=2 --no-install-recommends /tmp/siteloupe.deb
    inside siteloupe --self-test
    inside apt-get remove --yes --quiet=2 siteloupe
    [ ! -e "$ROOT/opt/siteloupe" ]
}

inside() {
    chroot "$ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

echo "== The bundle"
try_the_bundle
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    echo "The .deb was not tried: that needs root and debootstrap." >&2
    exit 1
fi
echo "== The Debian package in a bare Debian"
version=$(dist/siteloupe/siteloupe --version | grep -oE '[0-9][0-9.a-z]*$')
try_the_package "dist/siteloupe_${version}_$(dpkg --print-architecture).deb"
