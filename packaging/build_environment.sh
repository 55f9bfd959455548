#!/usr/bin/env bash
# Sets up build/environment, from which installers are made: Siteloupe as `pip install` gives it, in the pinned
# versions, with nothing that only developers need. SITELOUPE_GPU=1 takes whatever PyTorch pip finds; without it
# a PyTorch for graphics cards is refused, which would weigh four times as much.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

ENVIRONMENT=build/environment
PYTHON_THERE=$ENVIRONMENT/bin/python
STAMP=$ENVIRONMENT/installed

wanted_state() {
    pwd
    cat pyproject.toml constraints.txt
}

install_libraries() {
    "${PYTHON:-.venv/bin/python}" -m venv --clear "$ENVIRONMENT"
    "$PYTHON_THERE" -m pip install --quiet --constraint constraints.txt torch
    "$PYTHON_THERE" -m pip install --quiet --constraint constraints.txt '.[window,packaging]'
    wanted_state >"$STAMP"
}

refuse_cuda() {
    if ! "$PYTHON_THERE" -c 'import sys, torch; sys.exit(torch.version.cuda is not None)'; then
        echo "pip has chosen a PyTorch for graphics cards. The installer carries the one for processors:" >&2
        echo "set PIP_EXTRA_INDEX_URL to PyTorch's index of CPU builds, remove $ENVIRONMENT, and try again," >&2
        echo "or make the large variant on purpose with SITELOUPE_GPU=1 (docs/installing.md)." >&2
        return 1
    fi
}

main() {
    mkdir -p build
    if ! [ -f "$STAMP" ] || ! wanted_state | cmp -s - "$STAMP"; then
        echo "Setting up $ENVIRONMENT (some minutes)"
        install_libraries
    fi
    [ -n "${SITELOUPE_GPU:-}" ] || refuse_cuda
    rm -rf build/lib # where an earlier version of this source would lie
    "$PYTHON_THERE" -m pip install --quiet --no-deps --force-reinstall .
}

main
