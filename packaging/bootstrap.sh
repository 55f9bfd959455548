#!/usr/bin/env bash
# Sets up .venv with the versions that constraints.txt pins, unless it is already so, and looks for the
# system libraries of the window.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

STAMP=.venv/installed

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Siteloupe needs Python 3.11, 3.12 or 3.13, and found none." >&2
    echo "Install one, or name it: make demo PYTHON=/path/to/python3.12" >&2
    return 1
}

# What the environment was made from. The folder is part of it because an environment cannot be moved.
wanted_state() {
    pwd
    cat pyproject.toml constraints.txt
}

# Libraries left behind by another PySide6 abort the process, so a new pin wants a fresh environment.
has_another_pyside6() {
    local installed
    installed=$(.venv/bin/python -m pip list --format=freeze 2>/dev/null | grep '^PySide6==') || return 1
    ! grep -qxF "$installed" constraints.txt
}

create_environment() {
    local python
    python=$(find_python)
    echo "[1/3] Creating .venv with $("$python" --version)"
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        # Debian keeps this part of Python in a package of its own.
        packaging/debian_packages.sh \
            "$("$python" -c 'import sys; print("python{}.{}-venv".format(*sys.version_info))')"
    fi
    "$python" -m venv --clear .venv
}

install() {
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1 || has_another_pyside6; then
        create_environment
    fi
    echo "[2/3] Installing PyTorch (the largest piece, some minutes)"
    .venv/bin/python -m pip install --constraint constraints.txt torch
    echo "[3/3] Installing Siteloupe and the other libraries"
    .venv/bin/python -m pip install --constraint constraints.txt --editable '.[window,dev]'
    wanted_state >"$STAMP"
}

main() {
    if ! [ -f "$STAMP" ] || ! wanted_state | cmp -s - "$STAMP"; then
        install
    fi
    packaging/qt_libraries.sh || echo "Going on without: the engine works, the window may not start." >&2
}

main
