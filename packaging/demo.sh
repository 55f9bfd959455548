#!/usr/bin/env bash
# Runs the whole path on the sample project, then shows the result where there is a screen.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

has_screen() {
    [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]
}

.venv/bin/siteloupe demo
if has_screen; then
    echo "Opening the window on demo_project (close it to end)."
    .venv/bin/siteloupe demo_project
else
    echo "No screen here. On a machine with one, look at the result with: .venv/bin/siteloupe demo_project"
fi
