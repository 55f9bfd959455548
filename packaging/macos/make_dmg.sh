#!/usr/bin/env bash
# Makes dist/siteloupe-VERSION-macos-MACHINE.dmg with Siteloupe.app in it, on a Mac with Python 3.11 to 3.13.
# UNTRIED: written beside packaging/package.sh, which is tried, but not yet run on macOS.
#
# Signing happens where these are set, else the app is signed ad hoc and Gatekeeper asks before it opens it:
#   SITELOUPE_SIGNING_IDENTITY   "Developer ID Application: NAME (TEAM)", as `security find-identity` lists it
#   SITELOUPE_NOTARY_PROFILE     a profile that `xcrun notarytool store-credentials` has made
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

identity=${SITELOUPE_SIGNING_IDENTITY:--}
app=dist/Siteloupe.app

sign() { # the libraries inside first, as the signature of the app covers theirs
    find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' -o -perm -u+x \) -print0 |
        xargs -0 codesign --force --timestamp --options runtime \
            --entitlements packaging/macos/entitlements.plist --sign "$identity"
    codesign --force --timestamp --options runtime \
        --entitlements packaging/macos/entitlements.plist --sign "$identity" "$app"
    codesign --verify --deep --strict "$app"
}

make_image() {
    local contents=build/dmg
    rm -rf "$contents" "$1"
    mkdir -p "$contents"
    cp -R "$app" "$contents/"
    ln -s /Applications "$contents/Applications"
    hdiutil create -volname Siteloupe -srcfolder "$contents" -format ULMO "$1"
}

notarise() {
    codesign --timestamp --sign "$identity" "$1"
    xcrun notarytool submit "$1" --keychain-profile "$SITELOUPE_NOTARY_PROFILE" --wait
    xcrun stapler staple "$1"
}

PYTHON=${PYTHON:-python3} packaging/build_environment.sh
build/environment/bin/python packaging/draw_icons.py build/icons
build/environment/bin/python -P -m PyInstaller --noconfirm --log-level WARN \
    --distpath dist --workpath build/pyinstaller packaging/siteloupe.spec
if [ "$identity" != - ]; then sign; fi
"$app/Contents/MacOS/siteloupe" --self-test

version=$(build/environment/bin/python -P -c 'import core; print(core.__version__)')
image=dist/siteloupe-$version-macos-$(uname -m).dmg
make_image "$image"
if [ -n "${SITELOUPE_NOTARY_PROFILE:-}" ]; then notarise "$image"; fi
echo "$image"
