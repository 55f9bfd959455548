from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QMessageBox,
    QPushButton,
    QSplitter,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder, Status
from core.store.editing.structures import rename_structure
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure
from desktop_app import window as window_module
from desktop_app.commands import collection_commands
from desktop_app.crystal.view import CrystalView
from desktop_app.dialogs.closing import Closing
from desktop_app.dialogs.labels import LabelsDialog
from desktop_app.look.theme import Theme
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, small_project: Path, wait: int) -> MainWindow:
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.structures.table.model.rowCount() == 13, timeout=wait)
    return window


@pytest.fixture
def working(
    qtbot: QtBot, opened: MainWindow, small_project: Path, unstarted: Callable[[Path], RunFolder], wait: int
) -> RunFolder:
    """A run at which this very process seems to work."""
    run = unstarted(small_project)
    mark_process(run.pid_file)
    qtbot.waitUntil(lambda: bool(opened.session.jobs.active()), timeout=wait)
    return run


def drop(window: MainWindow, *paths: Path) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(window.rect().center())
    enter = QDragEnterEvent(place.toPoint(), Qt.DropAction.CopyAction, content, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(place, Qt.DropAction.CopyAction, content, buttons, keys))


def test_the_first_thing_seen_is_the_welcome_page(window: MainWindow):
    assert window.welcome.isVisible()
    assert not any(dock.isVisible() for dock in window.docks.values())
    assert not window.steps.isVisible()


def test_a_project_shows_controls_left_crystal_centre_results_right(
    qtbot: QtBot, opened: MainWindow, wait: int
):
    assert not opened.welcome.isVisible()
    left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    areas = {name: opened.dockWidgetArea(dock) for name, dock in opened.docks.items()}
    assert [name for name, area in areas.items() if area is left] == ["structures", "train"]
    results = ["runs", "predictions", "attention", "map", "study", "trajectory"]
    assert [name for name, area in areas.items() if area is right] == results
    qtbot.waitUntil(lambda: opened.crystal.view is not None, timeout=wait)
    assert opened.structures.isVisible()
    assert opened.runs.isVisible()
    assert opened.windowTitle() == "small project - Siteloupe"


def test_a_project_that_cannot_be_written_is_shown_and_changes_are_refused(
    qtbot: QtBot,
    window: MainWindow,
    small_project: Path,
    finetuned: Callable[[Path], RunFolder],
    unstarted: Callable[[Path], RunFolder],
    monkeypatch: pytest.MonkeyPatch,
    wait: int,
):
    done, waiting = finetuned(small_project), unstarted(small_project)
    monkeypatch.setattr("core.store.project.may_be_written", lambda folder: False)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.structures.table.model.rowCount() == 13, timeout=wait)
    qtbot.waitUntil(lambda: {done.name, waiting.name} <= set(window.session.jobs.runs), timeout=wait)
    assert window.windowTitle() == "small project - Siteloupe (read-only)"
    assert "can be looked at only" in window.statusBar().currentMessage()
    notes = window.session.notes.history
    assert ["looked at, not changed" in note.text for note in notes] == [True]
    window.session.change_library("Rename", lambda project: rename_structure(project, 1, "new"))
    qtbot.waitUntil(lambda: "Nothing can be written in the folder" in notes[-1].text, timeout=wait)
    with qtbot.waitSignal(window.session.jobs.failed, timeout=wait):
        window.session.jobs.start(waiting)
    assert len(notes) == 2  # both were refused in the same words, and the looks at the runs have none
    assert waiting.status() is Status.QUEUED
    assert not (small_project / "runs" / "queue.json").exists()


def test_everything_fits_on_a_small_laptop(opened: MainWindow):
    assert opened.size().width() <= 1366
    assert opened.size().height() <= 768
    assert opened.minimumSizeHint().height() <= 700
    assert opened.minimumSizeHint().width() <= 1366


def test_resetting_the_layout_does_not_change_the_size(qtbot: QtBot, opened: MainWindow, wait: int):
    opened.docks["log"].show()
    for name in ("attention", "runs"):
        opened.actions_table[f"show_{name}"].trigger()
    opened.resize(1366, 768)
    opened.actions_table["reset_layout"].trigger()
    qtbot.waitUntil(lambda: not opened.docks["log"].isVisible() and opened.runs.isVisible(), timeout=wait)
    opened.grab()
    assert (opened.width(), opened.height()) == (1366, 768)


@pytest.mark.parametrize(
    "name", ["structures", "train", "runs", "predictions", "attention", "map", "study", "trajectory", "log"]
)
def test_a_step_brings_its_panel_to_the_front(qtbot: QtBot, opened: MainWindow, name: str, wait: int):
    button = next(
        b
        for b in opened.steps.findChildren(QToolButton)
        if b.defaultAction() is opened.actions_table[f"show_{name}"]
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    panel = getattr(opened, name)
    qtbot.waitUntil(lambda: panel.isVisible() and not panel.visibleRegion().isEmpty(), timeout=wait)


def test_one_selection_is_shared_by_all_panels(
    qtbot: QtBot, window: MainWindow, small_project: Path, finetuned, wait: int
):
    run = finetuned(small_project)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.predictions.table.model.rowCount() == 13, timeout=wait)
    window.actions_table["show_predictions"].trigger()
    place = window.predictions.table.view.visualRect(window.predictions.table.model.index(5, 0)).center()
    qtbot.mouseClick(window.predictions.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    chosen = window.predictions.table.selected_row().structure_id
    assert window.structures.table.selected_row().id == chosen
    qtbot.waitUntil(lambda: "5.500" in window.crystal.facts.text(), timeout=wait)
    qtbot.waitUntil(lambda: window.attention.table.model.rowCount() == 8, timeout=wait)
    assert window.runs.table.selected_row().name == run.name


def test_what_the_lasso_surrounds_is_put_into_a_collection(
    qtbot: QtBot, window: MainWindow, small_project: Path, finetuned, monkeypatch, wait: int
):
    finetuned(small_project)
    window.projects.open_folder(small_project)
    window.actions_table["show_map"].trigger()
    qtbot.waitUntil(lambda: len(window.map.plot.cloud.places) == 13, timeout=wait)
    window.map.plot.points_surrounded.emit(np.array([1, 2]))
    surrounded = set(window.map.surrounded_ids)
    monkeypatch.setattr(collection_commands, "ask_choice", lambda *_, **__: "alike")
    with qtbot.waitSignal(window.session.library_changed, timeout=wait):
        qtbot.mouseClick(window.map.surrounded.collect, Qt.MouseButton.LeftButton)
    assert {row.id for row in window.session.project.structure_rows("alike")} == surrounded
    assert len(surrounded) == 2
    assert set(window.map.surrounded_ids) == surrounded


def test_layout_and_theme_are_restored_at_the_next_start(
    qtbot: QtBot, opened: MainWindow, settings: AppSettings, small_project: Path, wait: int
):
    opened.docks["log"].show()
    opened.actions_table["theme_dark"].trigger()
    opened.close()
    session = Session()
    again = MainWindow(session, AppSettings())
    again.show()
    again.projects.open_folder(small_project)
    qtbot.waitUntil(again.docks["log"].isVisible, timeout=wait)
    assert again.actions_table["theme_dark"].isChecked()
    again.actions_table["reset_layout"].trigger()
    assert not again.docks["log"].isVisible()
    again.close()
    again.deleteLater()


def test_borders_and_hidden_columns_inside_panels_are_restored_at_the_next_start(
    qtbot: QtBot, opened: MainWindow, small_project: Path, wait: int
):
    opened.actions_table["show_study"].trigger()
    border = opened.study.findChild(QSplitter)
    border.setSizes([150, 350])
    kept = border.sizes()
    opened.structures.table.hide_columns(["Formula"])
    opened.close()
    again = MainWindow(Session(), AppSettings())
    again.resize(opened.size())
    again.show()
    again.projects.open_folder(small_project)
    table = again.structures.table
    qtbot.waitUntil(lambda: table.model.num_rows > 0, timeout=wait)
    place = table.model.titles().index("Formula")
    assert table.view.isColumnHidden(place)
    assert not table.view.isColumnHidden(1 - place)
    first, second = again.study.findChild(QSplitter).sizes()
    assert first / second == pytest.approx(kept[0] / kept[1], rel=0.1)
    again.close()
    again.deleteLater()


def test_a_key_leads_to_the_box_that_finds_structures(qtbot: QtBot, opened: MainWindow):
    opened.actions_table["show_train"].trigger()
    qtbot.keyClick(opened, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not opened.structures.visibleRegion().isEmpty())
    assert opened.focusWidget() is opened.structures.table.filter_box


def test_the_theme_changes_at_once_for_the_crystal_too(qtbot: QtBot, opened: MainWindow, wait: int):
    qtbot.waitUntil(lambda: opened.crystal.view is not None and opened.crystal.view.is_live, timeout=wait)
    opened.choose_theme(Theme.DARK)
    ground = opened.palette().base().color().name()
    qtbot.waitUntil(
        lambda: opened.crystal.view.grab().toImage().pixelColor(4, 4).name() == ground, timeout=wait
    )


def test_closing_with_a_run_at_work_asks_and_can_leave_it(
    opened: MainWindow, working: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    asked = []
    monkeypatch.setattr(
        window_module, "ask_about_runs", lambda parent, *runs: asked.append(runs) or Closing.KEEP_RUNNING
    )
    assert opened.close()
    assert asked == [([working.name], 0)]
    assert not working.stop_file.exists()


def test_closing_can_stop_the_runs_with_their_state_saved(
    opened: MainWindow, working: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(window_module, "ask_about_runs", lambda *args: Closing.STOP_AND_SAVE)
    assert opened.close()
    assert working.stop_file.exists()


def test_thinking_better_of_closing_keeps_the_window(
    opened: MainWindow, working: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(window_module, "ask_about_runs", lambda *args: Closing.CANCEL)
    assert not opened.close()
    assert opened.isVisible()
    assert opened.session.project is not None


def test_without_runs_nobody_is_asked(opened: MainWindow, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(window_module, "ask_about_runs", lambda *args: pytest.fail("asked for nothing"))
    assert opened.close()


def test_a_run_left_at_work_is_found_again(
    qtbot: QtBot, opened: MainWindow, working: RunFolder, small_project, monkeypatch, write_epochs, wait: int
):
    monkeypatch.setattr(window_module, "ask_about_runs", lambda *args: Closing.KEEP_RUNNING)
    opened.close()
    write_epochs(working, 3, of=50)
    session = Session()
    again = MainWindow(session, AppSettings())
    again.show()
    again.projects.open_folder(small_project)
    qtbot.waitUntil(
        lambda: (
            "3/50" in again.runs.table.model.cell_text(0, 2) if again.runs.table.model.rowCount() else False
        ),
        timeout=wait,
    )
    assert again.runs.stop_button.isEnabled()
    again.close()
    again.deleteLater()


def test_files_over_the_window_are_shown_where_they_can_fall(window: MainWindow, small_project: Path):
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(small_project))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(window.rect().center(), Qt.DropAction.CopyAction, content, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert window.veil.isVisible()
    assert window.veil.words == "Drop the folder of a project"
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.veil.isVisible()
    drop(window, small_project)
    assert not window.veil.isVisible()


def test_dropped_structures_are_imported(
    qtbot: QtBot, opened: MainWindow, rock_salt, tmp_path: Path, wait: int
):
    path = tmp_path / "dropped" / "halite.cif"
    path.parent.mkdir()
    path.write_text(to_cif(rock_salt, "halite"), encoding="utf-8")
    with qtbot.waitSignal(opened.session.library_changed, timeout=wait):
        drop(opened, path)
    assert opened.session.collection == "dropped"


def test_a_dropped_project_is_opened(window: MainWindow, small_project: Path):
    drop(window, small_project)
    assert window.session.project_folder == small_project
    window.session.open_project(None)
    drop(window, small_project / "project.db")
    assert window.session.project_folder == small_project


def test_a_dropped_table_is_taken_for_measured_values(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, wait: int
):
    (tmp_path / "values.csv").write_text("id,gap\na,1\n", encoding="utf-8")
    drop(opened, tmp_path / "values.csv")
    qtbot.waitUntil(lambda: opened.findChild(LabelsDialog) is not None, timeout=wait)
    dialog = opened.findChild(LabelsDialog)
    assert dialog is not None
    dialog.reject()


def test_a_dropped_table_with_a_column_of_cifs_is_imported(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, rock_salt: Structure, wait: int
):
    cif = to_cif(rock_salt, "halite").replace('"', '""')
    (tmp_path / "crystals.csv").write_text(f'id,cif\nhalite,"{cif}"\n', encoding="utf-8")
    with qtbot.waitSignal(opened.session.notes.posted, timeout=wait) as posted:
        drop(opened, tmp_path / "crystals.csv")
    assert posted.args[0].text.startswith("1 structure read")


def test_every_button_with_only_a_picture_has_a_name(opened: MainWindow):
    nameless = [
        button.objectName() or button.toolTip()
        for button in opened.findChildren(QAbstractButton)
        if button.isVisible() and not (button.text() or button.accessibleName()) and not _is_qts_own(button)
    ]
    assert nameless == []


def _is_qts_own(button: QAbstractButton) -> bool:
    """Buttons inside line edits, tables and bars that Qt makes itself."""
    return button.metaObject().className().startswith(
        ("Q", "QTableCorner")
    ) and button.objectName().startswith("qt_")


def test_nothing_modal_is_left_open(qapp: QApplication, opened: MainWindow):
    assert qapp.activeModalWidget() is None
    assert opened.findChildren(QMessageBox) == []


def test_closing_leaves_no_web_engine_behind(qtbot: QtBot, opened: MainWindow, wait: int):
    qtbot.waitUntil(lambda: opened.crystal.view is not None and opened.crystal.view.is_live, timeout=wait)
    opened.close()
    view = opened.findChild(CrystalView)
    assert [
        child.metaObject().className() for child in view.children() if "Web" in child.metaObject().className()
    ] == []


def test_errors_are_shown_without_stopping_the_user(window: MainWindow, tmp_path: Path):
    window.projects.open_folder(tmp_path / "nowhere")
    (toast,) = window.toasts.toasts
    assert toast.isVisible()
    assert "not a Siteloupe project" in toast.note.text


def test_the_state_of_the_work_is_in_the_status_bar(opened: MainWindow, small_project: Path):
    assert opened.statusBar().currentMessage() == "small project: everything is saved"
    assert opened.statusBar().toolTip() == str(small_project)


def test_menus_hold_the_commands(window: MainWindow):
    titles = [action.text() for action in window.menuBar().actions()]
    assert titles == ["&Project", "&Edit", "&Run", "&View", "&Crystal", "&Help"]


def test_a_window_whose_place_is_off_every_screen_comes_back(
    qtbot: QtBot, opened: MainWindow, small_project: Path, wait: int
):
    """As after a second screen was taken away."""
    opened.move(9000, 7000)
    qtbot.waitUntil(lambda: opened.x() == 9000, timeout=wait)
    opened.close()
    again = MainWindow(Session(), AppSettings())
    again.show()
    again.projects.open_folder(small_project)
    screen = again.screen().availableGeometry()
    qtbot.waitUntil(lambda: screen.intersects(again.frameGeometry()), timeout=wait)
    assert screen.contains(again.geometry().topLeft())
    again.close()
    again.deleteLater()


def test_the_details_of_an_error_are_shown_among_the_messages(qtbot: QtBot, opened: MainWindow, wait: int):
    task = opened.session.start_activity("Dividing", lambda control: 1 / 0)
    with qtbot.waitSignal(task.finished, timeout=wait):
        pass
    button = next(b for b in opened.toasts.toasts[-1].findChildren(QPushButton) if b.text() == "Show details")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: opened.log.details.isVisible(), timeout=wait)
    assert "ZeroDivisionError" in opened.log.details.toPlainText()
