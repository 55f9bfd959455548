from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from core.jobs.process_mark import mark_process
from core.store.project import Project
from desktop_app.look.plain_text import TIE
from desktop_app.panels.study import StudyPanel
from desktop_app.session import Session
from tests.desktop_app.study_runs import SENTENCE, begin_study, finish_study


@pytest.fixture
def finished(qtbot: QtBot, session: Session, small_project: Path, shown, wait: int) -> StudyPanel:
    finish_study(begin_study(small_project))
    panel = shown(StudyPanel)
    session.open_project(Project.open(small_project))
    qtbot.waitUntil(lambda: panel.progress.maximum() == 4, timeout=wait)
    return panel


def test_without_a_project_the_panel_says_so(session: Session, shown):
    assert shown(StudyPanel).is_empty


def test_a_project_without_studies_offers_to_set_one_up(
    qtbot: QtBot, filled_session: Session, shown, wait: int
):
    panel = shown(StudyPanel)
    button = panel._nothing.button
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert panel.setup is not None
    qtbot.waitUntil(panel.setup.isVisible, timeout=wait)
    qtbot.waitUntil(lambda: panel.setup.measured.currentText() == "gap", timeout=wait)


def test_a_finished_study_shows_curves_with_bands_differences_and_words(finished: StudyPanel):
    assert finished.progress.text() == "4 of 4 cells"
    assert set(finished.curves.bands) == {"mean", "forest"}
    assert SENTENCE in finished.words.text().replace(TIE, " ")
    assert finished.differences.model.rowCount() == 1
    assert finished.differences.model.titles()[2] == "Difference (eV)"
    assert finished.cells.model.cell_text(0, 1) == "2/2"


def test_the_report_opens_as_a_page(qtbot: QtBot, finished: StudyPanel, monkeypatch: pytest.MonkeyPatch):
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.fileName()))
    qtbot.mouseClick(finished.report_button, Qt.MouseButton.LeftButton)
    assert opened == ["report.html"]


def test_a_study_at_work_is_followed_cell_by_cell(
    qtbot: QtBot, session: Session, small_project: Path, shown, wait: int
):
    run = begin_study(small_project)
    mark_process(run.pid_file)
    panel = shown(StudyPanel)
    session.open_project(Project.open(small_project))
    qtbot.waitUntil(lambda: panel.progress.text() == "1 of 4 cells", timeout=wait)
    assert "forest, 4 labels" in panel.stage.text()
    assert not panel.report_button.isEnabled()
    assert panel.curves.bands == {}
    finish_study(run)
    run.pid_file.unlink()
    qtbot.waitUntil(lambda: panel.progress.text() == "4 of 4 cells", timeout=wait)
    qtbot.waitUntil(panel.report_button.isEnabled, timeout=wait)


def test_a_damaged_study_is_reported_in_words(
    qtbot: QtBot, session: Session, small_project: Path, shown, wait: int
):
    run = begin_study(small_project)
    (run.path / "cells.csv").write_text("arm\n1\n")
    shown(StudyPanel)
    with qtbot.waitSignal(session.notes.posted, timeout=wait) as signal:
        session.open_project(Project.open(small_project))
    assert "damaged" in signal.args[0].text
