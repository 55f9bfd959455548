#!/usr/bin/env bash
# Provides the system libraries that Qt's widgets and WebEngine need and that a bare Debian 12 lacks.
set -euo pipefail

DRAWING=(libegl1 libegl-mesa0 libgbm1 libgl1 libgl1-mesa-dri libglx-mesa0)
BASE=(fonts-dejavu-core libdbus-1-3 libfontconfig1 libglib2.0-0)
X11=(libx11-xcb1 libxcb-cursor0 libxcb-dri3-0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
    libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0)
WEB_ENGINE=(libasound2 libgssapi-krb5-2 libnss3 libxcomposite1 libxdamage1 libxkbfile1 libxrandr2 libxtst6)
VIRTUAL_SCREEN=(xauth xvfb)

exec "$(dirname "${BASH_SOURCE[0]}")/debian_packages.sh" \
    "${DRAWING[@]}" "${BASE[@]}" "${X11[@]}" "${WEB_ENGINE[@]}" "${VIRTUAL_SCREEN[@]}"
