"""What `siteloupe doctor` asks of the window: libraries, screen, 3-D page, and where settings and logs lie.

A process of its own prints rows of name, finding and problem as JSON, and draws nothing on the screen.
"""

import json
import os
import sys
from pathlib import Path

import shiboken6
from PySide6 import __version__
from PySide6.QtCore import QEventLoop, QObject, QSettings, QTimer
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWidgets import QApplication

from desktop_app.crystal.web_page import VIEWER_URL, OfflineProfile, register_scheme
from desktop_app.upkeep.environment import prepare_environment
from desktop_app.upkeep.log_file import log_folder
from desktop_app.upkeep.settings import APPLICATION, ORGANIZATION

Fact = tuple[str, str, str]

BROKEN_QT = "6.12.0"  # docs/decisions/0004-pin-pyside6.md
PAGE_SECONDS = 60
_PROBE = "!!(document.createElement('canvas').getContext('webgl2') || false)"


def facts() -> list[Fact]:
    """All findings; makes the application, so that it can be called once in a process."""
    screen = os.environ.get("QT_QPA_PLATFORM", "chosen by Qt")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    prepare_environment()
    register_scheme()
    app = QApplication([APPLICATION])
    app.setOrganizationName(ORGANIZATION)
    app.setApplicationName(APPLICATION)
    is_broken = __version__ == BROKEN_QT and sys.version_info < (3, 12)
    advice = f"PySide6 {BROKEN_QT} ends by itself on this Python: install 6.11.3."
    return [
        ("Qt", __version__, advice if is_broken else ""),
        ("Screen", screen, ""),
        ("3-D page", *_page()),
        ("Settings", *_writable(_settings_file())),
        ("Log", *_writable(log_folder())),
    ]


def _settings_file() -> Path:
    scope, ini = QSettings.Scope.UserScope, QSettings.Format.IniFormat
    return Path(QSettings(ini, scope, ORGANIZATION, APPLICATION).fileName())


def _page() -> tuple[str, str]:
    """Load the page and ask it for WebGL; without, crystals are still pictures, which is no problem."""
    owner, loop = QObject(), QEventLoop()
    page = QWebEnginePage(OfflineProfile(owner), owner)
    answers: list[object] = []

    def answer(has_webgl: object) -> None:
        answers.append(has_webgl)
        loop.quit()

    page.loadFinished.connect(lambda loaded: page.runJavaScript(_PROBE, 0, answer) if loaded else loop.quit())
    QTimer.singleShot(PAGE_SECONDS * 1000, loop.quit)
    page.load(VIEWER_URL)
    loop.exec()
    shiboken6.delete(page)  # before its profile
    if not answers:
        return (
            "does not load",
            "The 3-D page does not load: the window works without ('siteloupe --safe-mode').",
        )
    return ("WebGL works" if answers[0] else "loads, without WebGL: crystals are still pictures"), ""


def _writable(path: Path) -> tuple[str, str]:
    """Whether a file or folder can be written, or made where the folders above it end."""
    place = path
    while not place.exists() and place != place.parent:
        place = place.parent
    problem = (
        "" if os.access(place, os.W_OK) else f"'{path}' cannot be written: settings and logs are not kept."
    )
    return str(path), problem


if __name__ == "__main__":
    sys.stdout.write(json.dumps(facts()))
    sys.stdout.flush()
    os._exit(0)  # the web engine takes its time, and there is nothing to lose
