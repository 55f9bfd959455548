#!/usr/bin/env bash
# Makes dist/siteloupe-VERSION-linux-MACHINE.run of the Debian package: `make_archive.sh PACKAGE`. A shell script
# with the packed files behind it, for systems without dpkg and for people who may not install packages.
set -euo pipefail
package=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=$(dpkg-deb --field "$package" Version)
archive=dist/siteloupe-$version-linux-$(uname --machine).run
header=packaging/linux/archive_header.sh

sed "s/@VERSION@/$version/; s/@FIRST_LINE@/$(($(wc --lines <$header) + 1))/" $header >"$archive"
dpkg-deb --fsys-tarfile "$package" | gzip >>"$archive" # gzip, since nothing else is on every system
chmod +x "$archive"
