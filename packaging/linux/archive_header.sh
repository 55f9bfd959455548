#!/bin/sh
# Installs Siteloupe @VERSION@ for the person who runs it: into ~/.local/share/siteloupe, or into the folder that
# is named. `--extract FOLDER` only unpacks there. The script uninstall.sh in that folder takes it all away again.
set -eu

usage() {
    echo "usage: $0 [FOLDER] | --extract FOLDER | --help"
    echo "Installs Siteloupe @VERSION@ into FOLDER (default ~/.local/share/siteloupe), with a menu entry"
    echo "and the command 'siteloupe' in ~/.local/bin. --extract only unpacks into FOLDER."
}

unpack() { # the archive begins after the last line of this script
    mkdir -p "$1"
    if [ -e "$1/siteloupe" ]; then rm -rf "$1/_internal"; fi # of an earlier version
    tail -n +@FIRST_LINE@ "$0" | gzip -dc |
        tar --extract --directory="$1" --no-same-owner --strip-components=3 ./opt/siteloupe
}

enter_into_the_menu() {
    share="${XDG_DATA_HOME:-$HOME/.local/share}"
    mkdir -p "$HOME/.local/bin" "$share/applications" "$share/mime/packages" "$share/icons/hicolor/scalable/apps"
    ln -sf "$1/siteloupe" "$HOME/.local/bin/siteloupe"
    cp "$1/share/siteloupe.svg" "$share/icons/hicolor/scalable/apps/siteloupe.svg"
    cp "$1/share/siteloupe.xml" "$share/mime/packages/siteloupe.xml"
    sed "s|^Exec=siteloupe|Exec=\"$1/siteloupe\"|; s|^TryExec=siteloupe|TryExec=$1/siteloupe|" \
        "$1/share/siteloupe.desktop" >"$share/applications/siteloupe.desktop"
    if command -v update-mime-database >/dev/null; then update-mime-database "$share/mime"; fi
    if command -v update-desktop-database >/dev/null; then update-desktop-database "$share/applications"; fi
}

write_uninstaller() { # which deletes by name: the folder may hold other things
    cat >"$1/uninstall.sh" <<'END'
#!/bin/sh
# Removes the Siteloupe in this folder with its menu entry. Projects and settings stay.
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
share="${XDG_DATA_HOME:-$HOME/.local/share}"
rm -rf "$folder/_internal"
rm -f "$folder/siteloupe" "$folder/share/siteloupe.desktop" "$folder/share/siteloupe.xml" \
    "$folder/share/siteloupe.svg" "$folder/uninstall.sh" "$HOME/.local/bin/siteloupe" \
    "$share/applications/siteloupe.desktop" "$share/mime/packages/siteloupe.xml" \
    "$share/icons/hicolor/scalable/apps/siteloupe.svg"
rmdir "$folder/share" "$folder" 2>/dev/null || echo "Other files in '$folder' were left."
if command -v update-mime-database >/dev/null; then update-mime-database "$share/mime"; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database "$share/applications"; fi
END
    chmod +x "$1/uninstall.sh"
    echo "To remove it: sh '$1/uninstall.sh'"
}

case "${1:-}" in
--help) usage ;;
--extract) unpack "${2:?$(usage)}" ;;
*)
    folder=${1:-"${XDG_DATA_HOME:-$HOME/.local/share}/siteloupe"}
    unpack "$folder"
    folder=$(cd "$folder" && pwd)
    echo "Siteloupe @VERSION@ is in '$folder'. Start it from the menu, or with '$folder/siteloupe'."
    enter_into_the_menu "$folder"
    write_uninstaller "$folder"
    ;;
esac
exit 0
