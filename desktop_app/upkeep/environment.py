"""Switches of the web engine that must be set before QApplication exists.

Without them the 3-D view stays blank where there is no graphics card: Chromium refuses software
WebGL unless it is told otherwise, and looks for a render node that a virtual screen lacks.
Whatever the user has set is left alone.
"""

import os
from collections.abc import MutableMapping
from pathlib import Path

_RENDER_NODES = Path("/dev/dri")


def prepare_environment(environ: MutableMapping[str, str] = os.environ) -> None:
    """Allow WebGL in software, and let root start the web engine."""
    flags = ["--ignore-gpu-blocklist"]
    if _is_root():
        flags.append("--no-sandbox")
    environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", " ".join(flags))
    if not any(_RENDER_NODES.glob("renderD*")):
        environ.setdefault("QTWEBENGINE_FORCE_USE_GBM", "0")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
