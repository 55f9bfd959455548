#!/usr/bin/env bash
# Makes sure that the named Debian packages are installed: installs the missing ones as root or through
# a sudo that asks for no password, else prints the one command to run and exits 1.
# Elsewhere than on a Debian-like system it does nothing.
set -euo pipefail

# Debian 13 and Ubuntu 24.04 renamed some libraries (libasound2 became libasound2t64): both names count.
missing_packages() {
    local installed package
    installed=$(dpkg-query --show --showformat '${db:Status-Abbrev}${Package}\n' | sed -n 's/^ii *//p')
    for package in "$@"; do
        grep -qxE "${package//./\\.}(t64)?" <<<"$installed" || echo "$package"
    done
}

installable_names() {
    local package
    for package in "$@"; do
        if apt-cache show "${package}t64" >/dev/null 2>&1; then echo "${package}t64"; else echo "$package"; fi
    done
}

main() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo "Not a Debian-like system: system libraries were not checked."
        return
    fi

    local missing names as_root=()
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" -eq 0 ]; then
        echo "System libraries: all $# present."
        return
    fi
    echo "System libraries: ${#missing[@]} of $# missing: ${missing[*]}"

    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            mapfile -t names < <(installable_names "${missing[@]}")
            echo "Please install them once, with:" >&2
            echo "    sudo apt-get update && sudo apt-get install --no-install-recommends ${names[*]}" >&2
            return 1
        fi
        as_root=(sudo -n)
    fi

    # A fresh machine knows no package before `update`; sudo drops variables, hence `env`.
    "${as_root[@]}" apt-get update
    mapfile -t names < <(installable_names "${missing[@]}")
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends "${names[@]}"
}

main "$@"
