import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.structures.cif.writer import to_cif
from desktop_app.commands import predict_commands
from desktop_app.predictions.predicting_models import PredictingModel
from desktop_app.window import MainWindow

TITLES = "structure_id,name,property,measured,bound,predicted,lower,upper,split"


@pytest.fixture
def cifs(tmp_path: Path, rock_salt) -> Path:
    folder = tmp_path / "candidates"
    folder.mkdir()
    for name in ("first", "second"):
        (folder / f"{name}.cif").write_text(to_cif(rock_salt, name), encoding="utf-8")
    return folder


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """Runs that were started; each is carried out at once, by hand."""
    runs: list[RunFolder] = []

    def launch(run: RunFolder) -> None:
        lines = [f"{row['id']},{row['name']},gap,,,5.2,4.0,9.0,new" for row in run.structures()]
        run.predictions_file.write_text("\n".join([TITLES, *lines]) + "\n", encoding="utf-8")
        run.result_file.write_text(json.dumps({"metrics": {}}), encoding="utf-8")
        runs.append(run)

    monkeypatch.setattr("core.store.runs.queue.launch", launch)
    return runs


@pytest.fixture
def trained(
    qtbot: QtBot, window: MainWindow, small_project: Path, finetuned: Callable[[Path], RunFolder], wait: int
) -> MainWindow:
    finetuned(small_project)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: bool(window.predict.models), timeout=wait)
    return window


def drop(window: MainWindow, path: Path) -> QMenu | None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(window.rect().center())
    enter = QDragEnterEvent(place.toPoint(), Qt.DropAction.CopyAction, content, buttons, keys)
    QApplication.sendEvent(window, enter)
    QApplication.sendEvent(window, QDropEvent(place, Qt.DropAction.CopyAction, content, buttons, keys))
    return window.findChild(QMenu, "dropped")


def choose(menu: QMenu, beginning: str) -> None:
    action = next(action for action in menu.actions() if action.text().startswith(beginning))
    action.trigger()
    menu.close()


def test_dropped_files_are_predicted_at_once_and_shown(
    qtbot: QtBot, trained: MainWindow, cifs: Path, launched: list[RunFolder], wait: int
):
    menu = drop(trained, cifs)
    assert menu is not None
    choose(menu, "Predict at once: gap, by 0001-finetune-gap")
    qtbot.waitUntil(lambda: trained.session.run_name == "0002-predict", timeout=wait)
    qtbot.waitUntil(trained.predictions.isVisible, timeout=wait)
    qtbot.waitUntil(lambda: trained.predictions.table.model.rowCount() == 2, timeout=wait)
    assert [run.spec().collection for run in launched] == ["candidates to predict"]
    assert launched[0].spec().start_from.name == "0001-finetune-gap"


def test_dropped_files_can_be_imported_as_well(qtbot: QtBot, trained: MainWindow, cifs: Path, wait: int):
    menu = drop(trained, cifs)
    assert menu is not None
    with qtbot.waitSignal(trained.session.library_changed, timeout=wait):
        choose(menu, "Import into the library")
    assert trained.session.collection == "candidates"


def test_a_project_without_a_model_of_its_own_is_offered_the_import_first(
    window: MainWindow, empty_project: Path, cifs: Path, monkeypatch: pytest.MonkeyPatch
):
    shipped = PredictingModel("the shipped model x", ("gap",), Path("x"))
    monkeypatch.setattr(predict_commands, "predicting_models", lambda runs: [shipped])
    window.projects.open_folder(empty_project)
    menu = drop(window, cifs)
    assert menu is not None
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["Import into the library", f"Predict at once: {shipped.words}", "Cancel"]
    menu.close()


def test_a_project_with_a_model_is_offered_its_predictions_first(trained: MainWindow, cifs: Path):
    menu = drop(trained, cifs)
    assert menu is not None
    assert [action.text().partition(":")[0] for action in menu.actions() if action.text()] == [
        *("Predict at once", "Import into the library", "Cancel")
    ]
    menu.close()


def test_without_a_model_nothing_is_asked(
    qtbot: QtBot, window: MainWindow, small_project: Path, cifs: Path, wait: int
):
    window.projects.open_folder(small_project)
    with qtbot.waitSignal(window.session.library_changed, timeout=wait):
        assert drop(window, cifs) is None
    assert not window.actions_table["predict_collection"].isEnabled()


def test_each_drop_has_a_collection_of_its_own(
    qtbot: QtBot, trained: MainWindow, cifs: Path, launched: list[RunFolder], wait: int
):
    (model,) = trained.predict.models
    for number in (1, 2):
        trained.predict.predict_files([cifs], model)
        qtbot.waitUntil(lambda count=number: len(launched) == count, timeout=wait)
    names = ["candidates to predict", "candidates to predict 2"]
    assert [run.spec().collection for run in launched] == names


def test_a_collection_can_be_predicted_by_the_model_of_ones_choice(
    qtbot: QtBot, trained: MainWindow, launched: list[RunFolder], monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setattr(predict_commands, "ask_choice", lambda *args, **rest: pytest.fail("one of each"))
    trained.actions_table["predict_collection"].trigger()
    qtbot.waitUntil(lambda: len(launched) == 1, timeout=wait)
    with Project.open(trained.session.project_folder) as project:
        assert project.run_folder("2").spec().collection == "salts"
