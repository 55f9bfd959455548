import shlex
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder
from core.store.project import Project
from desktop_app.library.survey import survey_library
from desktop_app.session import Session
from desktop_app.study.setup import StudySetup


@pytest.fixture
def setup(qtbot: QtBot, session: Session, small_project: Path) -> StudySetup:
    session.open_project(Project.open(small_project))
    setup = StudySetup(session)
    qtbot.addWidget(setup)
    setup.show()
    with Project.open(small_project) as project:
        setup.show_survey(survey_library(project))
    return setup


def test_the_form_offers_what_the_project_has(setup: StudySetup):
    assert setup.measured.currentText() == "gap"
    assert setup.collection.currentText() == "salts (12)"
    assert setup.start_button.isEnabled()
    assert "cluster" in [setup.form.editor("study.split").box.itemText(n) for n in range(5)]


def test_the_form_shows_few_settings_at_first(setup: StudySetup):
    shown = [key for key in setup.form.values() if setup.form.editor(key).isVisible()]
    assert shown == [f"study.{name}" for name in ("arms", "n_labels", "seeds", "split", "folds", "reference")]


def test_a_study_is_created_from_the_form(
    qtbot: QtBot, session: Session, setup: StudySetup, monkeypatch: pytest.MonkeyPatch, wait: int
):
    started: list[RunFolder] = []
    monkeypatch.setattr(session.jobs, "start", started.append)
    setup.form.editor("study.arms").set_value("mean, forest")
    setup.form.editor("study.n_labels").set_value("4")
    setup.form.editor("study.seeds").set_value(2)
    with qtbot.waitSignal(setup.created, timeout=wait) as signal:
        qtbot.mouseClick(setup.start_button, Qt.MouseButton.LeftButton)
    (run,) = started
    assert signal.args == [run]
    assert run.spec().kind == "study"
    assert run.spec().settings["study"]["seeds"] == 2


def test_a_study_that_cannot_be_done_is_refused_in_words(
    qtbot: QtBot, session: Session, setup: StudySetup, wait: int
):
    setup.form.editor("study.n_labels").set_value("500")
    with qtbot.waitSignal(session.notes.posted, timeout=wait) as signal:
        qtbot.mouseClick(setup.start_button, Qt.MouseButton.LeftButton)
    assert "needs 500 values" in signal.args[0].text
    qtbot.waitUntil(setup.start_button.isEnabled, timeout=wait)


def test_a_study_of_another_network_can_be_copied_as_a_command(
    qtbot: QtBot, setup: StudySetup, small_project: Path
):
    setup.form.editor("study.seeds").set_value(2)
    setup.encoder.setCurrentText("CGCNN")
    assert setup.form.isVisible()
    qtbot.mouseClick(setup.copy_button, Qt.MouseButton.LeftButton)
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:3] == ["siteloupe", "study", str(small_project)]
    assert words[3:] == [
        *("--collection", "salts", "--preset", "standard", "--property", "gap"),
        *("--encoder", "cgcnn", "--set", "study.seeds=2"),
    ]


def test_what_is_not_allowed_can_be_neither_started_nor_copied(qtbot: QtBot, setup: StudySetup):
    folds = setup.form.editor("study.test_fraction").control
    folds.setText("much")
    assert not setup.start_button.isEnabled()
    assert not setup.copy_button.isEnabled()
    assert "Test share" in setup.reason.text()
