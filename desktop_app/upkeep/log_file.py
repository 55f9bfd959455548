"""The log file, from the first line: what the window did, and every error that nobody caught."""

import faulthandler
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QStandardPaths

from core.errors import CoreError
from desktop_app.notes import Notes

LOG_NAME = "siteloupe.log"
_MOST_BYTES = 1_000_000
_KEPT_FILES = 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

logger = logging.getLogger(__name__)


def log_folder() -> Path:
    """Folder of the log files."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))


def start_log() -> None:
    """Write the log of this program to its folder; without one (read-only home) to nowhere."""
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        path = log_folder() / LOG_NAME
        handler = RotatingFileHandler(path, maxBytes=_MOST_BYTES, backupCount=_KEPT_FILES, encoding="utf-8")
    except OSError:
        return
    handler.setFormatter(logging.Formatter(_FORMAT))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


def trace_crashes() -> None:
    """Let a crash below Python, as in a driver, leave its trace in a file beside the log."""
    try:
        file = os.open(log_folder() / "crash.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        faulthandler.enable(file)  # which stays open as long as the program runs
    except OSError:
        return


def report_uncaught(notes: Notes) -> None:
    """Log an exception that reached Qt's event loop, tell the user, and go on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.error("Not caught:", exc_info=(kind, error, trace))
        hint = "The log (Help > Open log folder) has the details. Your data are saved."
        words = error if isinstance(error, CoreError) else _unforeseen(error, hint)
        notes.error(words)

    sys.excepthook = hook


def _unforeseen(error: BaseException, hint: str) -> CoreError:
    words = CoreError(f"An unforeseen error: {error}", hint)
    words.__cause__ = error
    return words
