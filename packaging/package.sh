#!/usr/bin/env bash
# Makes what a person installs from, in dist/: the program as a folder, a .deb and a self-extracting archive.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rm -rf dist
echo "[1/4] The environment that is packed"
packaging/build_environment.sh
build/environment/bin/python packaging/draw_icons.py build/icons

echo "[2/4] The program as a folder: dist/siteloupe"
build/environment/bin/python -P -m PyInstaller --noconfirm --log-level WARN \
    --distpath dist --workpath build/pyinstaller packaging/siteloupe.spec
# The tables of names for debuggers: 140 MB. Not those in *.libs, which would not load afterwards.
find dist/siteloupe/_internal/{torch,pyarrow,kiwisolver,libpython*} -name '*.so*' -type f \
    -exec strip --strip-unneeded {} +

echo "[3/4] The Debian package"
packaging/linux/make_deb.sh dist/siteloupe

echo "[4/4] The self-extracting archive"
packaging/linux/make_archive.sh dist/siteloupe_*.deb

ls -l --human-readable dist
echo "Try them with: packaging/self_test.sh"
