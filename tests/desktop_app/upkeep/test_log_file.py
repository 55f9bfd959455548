import logging
import sys
from pathlib import Path

import pytest

from core.errors import CoreError
from desktop_app.notes import Notes, Severity
from desktop_app.upkeep.log_file import log_folder, report_uncaught, start_log


@pytest.fixture
def root_logger():
    """The root logger, put back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def notes(qapp, monkeypatch: pytest.MonkeyPatch) -> Notes:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    notes = Notes()
    report_uncaught(notes)
    return notes


def raise_through_the_hook(error: Exception) -> None:
    try:
        raise error
    except Exception:
        sys.excepthook(*sys.exc_info())


def test_the_log_is_in_a_folder_of_the_user(tmp_path: Path, root_logger):
    start_log()
    logging.getLogger("desktop_app").info("It began.")
    assert log_folder().is_relative_to(tmp_path / "home")
    assert "It began." in (log_folder() / "siteloupe.log").read_text(encoding="utf-8")


def test_a_home_that_cannot_be_written_does_not_stop_the_program(tmp_path: Path, root_logger):
    log_folder().parent.mkdir(parents=True, exist_ok=True)
    log_folder().touch()  # a file where the folder should be
    before = len(root_logger.handlers)
    start_log()
    assert len(root_logger.handlers) == before


def test_an_error_that_nobody_caught_is_logged_and_told(notes: Notes, caplog: pytest.LogCaptureFixture):
    raise_through_the_hook(ZeroDivisionError("by zero"))
    assert "ZeroDivisionError" in caplog.text
    (note,) = notes.history
    assert note.level is Severity.ERROR
    assert "Your data are saved" in note.hint
    assert "ZeroDivisionError: by zero" in note.details


def test_an_expected_error_keeps_its_words(notes: Notes):
    raise_through_the_hook(CoreError("The disk is full.", "Free some."))
    assert (notes.history[0].text, notes.history[0].hint) == ("The disk is full.", "Free some.")
