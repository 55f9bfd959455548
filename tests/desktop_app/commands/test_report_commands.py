from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder
from desktop_app.commands import report_commands
from desktop_app.window import MainWindow


def test_the_report_of_a_completed_run_is_saved(
    qtbot: QtBot,
    window: MainWindow,
    small_project: Path,
    finetuned: Callable[[Path], RunFolder],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait: int,
):
    save = window.actions_table["save_report"]
    assert save.toolTip() == "Choose a run first."
    finetuned(small_project)
    monkeypatch.setattr(report_commands, "ask_new_folder", lambda *args: tmp_path / "report")
    window.projects.open_folder(small_project)
    qtbot.waitUntil(save.isEnabled, timeout=wait)
    save.trigger()
    notes = window.session.notes.history
    qtbot.waitUntil(lambda: any("The report is in" in note.text for note in notes), timeout=wait)
    words = (tmp_path / "report" / "README.md").read_text(encoding="utf-8")
    assert "was fine-tuned to gap (eV) on" in words
    assert (tmp_path / "report" / "predictions.csv").exists()


def test_a_run_that_has_not_ended_has_no_report(
    qtbot: QtBot, window: MainWindow, small_project: Path, unstarted: Callable[[Path], RunFolder], wait: int
):
    unstarted(small_project)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.session.run is not None, timeout=wait)
    assert not window.actions_table["save_report"].isEnabled()
    assert "completed" in window.actions_table["save_report"].toolTip()
