from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder
from core.store.importing.files import add_structures
from core.structures.reading.result import ReadStructure
from desktop_app.guide.workflow import Step
from desktop_app.window import MainWindow


def press(qtbot: QtBot, window: MainWindow, step: Step) -> None:
    qtbot.mouseClick(window.strip.buttons[step], Qt.MouseButton.LeftButton)


def test_without_a_project_there_is_no_strip(window: MainWindow):
    assert not window.strip_bar.isVisible()


def test_the_strip_follows_the_library(qtbot: QtBot, window: MainWindow, empty_project: Path, rock_salt):
    window.projects.open_folder(empty_project)
    assert window.strip.isVisible()
    assert window.workflow.standing.next_step is Step.IMPORT
    project = window.session.project
    assert project is not None
    add_structures(project, "salts", [ReadStructure("salt", "salt.cif", "", rock_salt, (), b"")])
    window.session.library_changed.emit()
    assert window.workflow.standing.next_step is Step.PRETRAIN


def test_a_step_opens_the_form_for_its_kind_of_run(qtbot: QtBot, window: MainWindow, small_project: Path):
    window.projects.open_folder(small_project)
    for step, kind in ((Step.FINETUNE, "finetune"), (Step.PRETRAIN, "pretrain")):
        press(qtbot, window, step)
        assert window.train.isVisible()
        assert window.train.kind == kind


def test_looking_at_the_results_of_a_model_is_a_step(
    qtbot: QtBot, window: MainWindow, small_project: Path, finetuned: Callable[[Path], RunFolder], wait: int
):
    finetuned(small_project)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.workflow.standing.next_step is Step.PREDICT, timeout=wait)
    press(qtbot, window, Step.PREDICT)
    assert window.predictions.isVisible()
    assert window.workflow.standing.next_step is Step.INSPECT
    press(qtbot, window, Step.INSPECT)
    assert window.workflow.standing.next_step is None


def test_what_was_looked_at_without_a_model_does_not_count(
    qtbot: QtBot, window: MainWindow, small_project: Path
):
    window.projects.open_folder(small_project)
    press(qtbot, window, Step.PREDICT)
    assert Step.PREDICT not in window.workflow.standing.done
