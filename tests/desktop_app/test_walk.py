"""The whole walk by mouse, with the true engine in its own process: sample project, training, results."""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import Status
from core.store.sample_project import create_sample_project
from desktop_app import window as window_module
from desktop_app.commands import project_commands
from desktop_app.dialogs.closing import Closing
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow

ENGINE_WAIT = 180_000  # milliseconds: the engine needs up to 20 s to load torch on a loaded machine


@pytest.fixture
def sample(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """The window after a click on 'Open sample project', with few of the generated crystals."""
    small = partial(create_sample_project, num_generated=12)
    monkeypatch.setattr(project_commands, "create_sample_project", small)
    button = next(b for b in window.welcome.findChildren(QPushButton) if "sample" in b.text())
    with qtbot.waitSignal(window.session.project_changed, timeout=ENGINE_WAIT):
        click(qtbot, button)
    qtbot.waitUntil(lambda: window.structures.table.model.num_rows > 100, timeout=ENGINE_WAIT)
    return window


def click(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def start(qtbot: QtBot, window: MainWindow, tab: int, **settings: float) -> None:
    """Set up a run in the form and press the button."""
    train = window.train
    window.actions_table["show_train"].trigger()
    qtbot.mouseClick(train.kinds, Qt.MouseButton.LeftButton, pos=train.kinds.tabRect(tab).center())
    train.forms[train.kind].set_preset("quick")
    for name, value in settings.items():
        train.forms[train.kind].editor(name.replace("__", ".")).set_value(value)
    if tab == 0:
        train.collection.setCurrentIndex(train.collection.findData("generated crystals"))
    qtbot.waitUntil(train.start_button.isEnabled, timeout=ENGINE_WAIT)
    click(qtbot, train.start_button)


def num_points(window: MainWindow) -> int:
    curve = window.runs.plot.curves.get("training")  # there is none before the first epoch
    x = None if curve is None else curve.getData()[0]
    return 0 if x is None else len(x)


def wait_for_state(qtbot: QtBot, window: MainWindow, status: Status) -> None:
    def reached() -> bool:
        run = window.session.run
        assert run is None or run.problem is None, run.problem
        return run is not None and run.status is status

    qtbot.waitUntil(reached, timeout=ENGINE_WAIT)


def test_a_run_is_started_watched_stopped_and_resumed(qtbot: QtBot, sample: MainWindow):
    runs = sample.runs
    start(qtbot, sample, tab=0, training__epochs=5000, training__checkpoint_every=1)
    qtbot.waitUntil(lambda: num_points(sample) >= 2, timeout=ENGINE_WAIT)
    assert runs.stop_button.isEnabled()
    click(qtbot, runs.stop_button)
    assert runs.stop_button.text() == "Stopping…"
    wait_for_state(qtbot, sample, Status.STOPPED)
    stopped_with = num_points(sample)
    click(qtbot, runs.resume_button)
    qtbot.waitUntil(lambda: num_points(sample) > stopped_with, timeout=ENGINE_WAIT)
    click(qtbot, runs.stop_button)
    wait_for_state(qtbot, sample, Status.STOPPED)
    epochs = sample.session.run.history.epochs
    assert epochs == list(range(1, len(epochs) + 1))


def test_a_run_goes_on_without_the_window_and_is_found_again(
    qtbot: QtBot, sample: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    start(qtbot, sample, tab=0, training__epochs=5000)
    qtbot.waitUntil(lambda: num_points(sample) >= 1, timeout=ENGINE_WAIT)
    folder, seen = sample.session.project_folder, num_points(sample)
    monkeypatch.setattr(window_module, "ask_about_runs", lambda *args: Closing.KEEP_RUNNING)
    sample.close()
    again = MainWindow(Session(), AppSettings())
    again.show()
    again.projects.open_folder(folder)
    qtbot.waitUntil(lambda: num_points(again) > seen, timeout=ENGINE_WAIT)
    click(qtbot, again.runs.stop_button)
    wait_for_state(qtbot, again, Status.STOPPED)
    again.close()
    again.deleteLater()


def test_from_measured_values_to_predictions_and_attention(qtbot: QtBot, sample: MainWindow, tmp_path: Path):
    start(qtbot, sample, tab=1, training__epochs=2, encoder__supercell_sites=12)
    wait_for_state(qtbot, sample, Status.COMPLETED)
    predictions, attention = sample.predictions, sample.attention
    qtbot.waitUntil(lambda: predictions.table.model.num_rows > 100, timeout=ENGINE_WAIT)
    assert "held-out values. For comparison" in predictions.figures.text()
    assert len(predictions.plot.points["test"].getData()[0]) > 20
    sample.actions_table["show_attention"].trigger()
    qtbot.waitUntil(lambda: attention.table.model.rowCount() > 0, timeout=ENGINE_WAIT)
    place = attention.table.view.visualRect(attention.table.model.index(0, 0)).center()
    qtbot.mouseClick(attention.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert "the weights sum to 1.000" in attention.sentence.text()
    values = sample.session.site_values
    assert values is not None
    assert values.title.startswith("Attention of")
    assert sample.crystal.colour_bar.isVisible()
