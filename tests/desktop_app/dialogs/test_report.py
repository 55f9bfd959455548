from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.store.editing.labelling import LabelSummary
from core.structures.labels.table import LabelProblem
from desktop_app.dialogs import report
from desktop_app.dialogs.report import ReportDialog
from desktop_app.library.report_columns import label_problems_model
from desktop_app.notes import Notes, Severity
from desktop_app.upkeep.settings import AppSettings

SUMMARY = LabelSummary(invalid=[LabelProblem(5, "=evil()", "gap", 'It is "no" number.')])


@pytest.fixture
def notes(qapp) -> Notes:
    return Notes()


@pytest.fixture
def dialog(qtbot: QtBot, settings: AppSettings, notes: Notes) -> ReportDialog:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ReportDialog("Unused", "Look.", label_problems_model(SUMMARY), settings, notes, parent)
    dialog.keep = parent
    dialog.show()
    return dialog


def test_the_report_is_saved_with_nothing_a_spreadsheet_would_run(
    qtbot: QtBot, dialog: ReportDialog, notes: Notes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report, "ask_save", lambda *args: tmp_path / "report.csv")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Row,Name,Column,Reason"
    assert lines[1].startswith("5,'=evil(),")
    assert notes.history[-1].level is Severity.DONE


def test_a_place_that_cannot_be_written_is_explained(
    qtbot: QtBot, dialog: ReportDialog, notes: Notes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report, "ask_save", lambda *args: tmp_path / "gone" / "report.csv")
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert notes.history[-1].level is Severity.ERROR
    assert "cannot be written" in notes.history[-1].text


def test_thinking_better_of_saving_writes_nothing(
    qtbot: QtBot, dialog: ReportDialog, notes: Notes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report, "ask_save", lambda *args: None)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert notes.history == []
