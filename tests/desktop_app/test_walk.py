"""The whole walk by mouse, with the true engine in its own process: sample project, training, results."""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import Status
from core.store.sample_project import PROPERTY, create_sample_project
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure
from desktop_app import window as window_module
from desktop_app.commands import project_commands
from desktop_app.dialogs.closing import Closing
from desktop_app.guide.tour import TOUR
from desktop_app.guide.workflow import Step
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow
from tests.desktop_app.mouse import choose, choose_in_menu, click, click_button, click_row, click_tool, drop

ENGINE_WAIT = 600_000  # milliseconds: on a machine that others keep busy the engine needs minutes


@pytest.fixture
def few_crystals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sample project have few of the generated crystals."""
    small = partial(create_sample_project, num_generated=12)
    monkeypatch.setattr(project_commands, "create_sample_project", small)


@pytest.fixture
def sample(qtbot: QtBot, window: MainWindow, few_crystals: None) -> MainWindow:
    """The window after a click on 'Open sample project'."""
    with qtbot.waitSignal(window.session.project_changed, timeout=ENGINE_WAIT):
        click_button(window.welcome, "sample")
    qtbot.waitUntil(lambda: window.structures.table.model.num_rows > 100, timeout=ENGINE_WAIT)
    return window


def start(qtbot: QtBot, window: MainWindow, tab: int, **settings: float) -> None:
    """Set up a run in the form and press the button."""
    train = window.train
    click_tool(window, "show_train")
    click(train.kinds, train.kinds.tabRect(tab).center())
    train.forms[train.kind].set_preset("quick")
    for name, value in settings.items():
        train.forms[train.kind].editor(name.replace("__", ".")).set_value(value)
    if tab == 0:
        train.collection.setCurrentIndex(train.collection.findData("generated crystals"))
    qtbot.waitUntil(train.start_button.isEnabled, timeout=ENGINE_WAIT)
    click(train.start_button)


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
    click(runs.stop_button)
    assert runs.stop_button.text() == "Stopping…"
    wait_for_state(qtbot, sample, Status.STOPPED)
    stopped_with = num_points(sample)
    click(runs.resume_button)
    qtbot.waitUntil(lambda: num_points(sample) > stopped_with, timeout=ENGINE_WAIT)
    click(runs.stop_button)
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
    click(again.runs.stop_button)
    wait_for_state(qtbot, again, Status.STOPPED)
    again.close()
    again.deleteLater()


def test_what_the_readme_says_of_the_window_is_done_by_mouse(
    qtbot: QtBot, few_crystals: None, window: MainWindow, tmp_path: Path, rock_salt: Structure
):
    take_the_tour(qtbot, window)
    until = partial(qtbot.waitUntil, timeout=ENGINE_WAIT)
    assert "Next: pretrain" in window.strip.sentence.text()
    start(qtbot, window, tab=1, training__epochs=2, encoder__supercell_sites=12)
    assert window.runs.isVisible()
    wait_for_state(qtbot, window, Status.COMPLETED)

    until(lambda: "look at the predictions" in window.strip.sentence.text())
    click(window.strip.buttons[Step.PREDICT])
    predictions, attention = window.predictions, window.attention
    until(lambda: predictions.table.model.num_rows > 100)
    assert "held-out values. For comparison" in predictions.figures.text()
    assert len(predictions.plot.points["test"].getData()[0]) > 20
    click_row(predictions.table, 0)
    until(lambda: window.session.structure is not None)

    assert "see site by site" in window.strip.sentence.text()
    click(window.strip.buttons[Step.INSPECT])
    until(lambda: attention.table.model.rowCount() > 0)
    click_row(attention.table, 0)
    assert "the weights sum to 1.000" in attention.sentence.text()
    assert window.session.site_values.title.startswith("Attention of")
    until(window.crystal.colour_bar.isVisible)
    assert "All steps are done" in window.strip.sentence.text()

    click_tool(window, "show_map")
    until(lambda: len(window.map.plot.cloud.places) > 100)
    window.map.grab()
    click(window.map.plot.plot.viewport(), QPointF(*window.map.plot.cloud.pixels()[7]).toPoint())
    assert window.session.structure_id == int(window.map._map.structure_ids[7])

    new = tmp_path / "new.cif"
    new.write_text(to_cif(rock_salt, "new"), encoding="utf-8")
    menu = drop(window, new)
    until(menu.isVisible)
    choose(menu, f"Predict at once: {PROPERTY}")
    until(lambda: predictions.table.model.num_rows == 1)
    assert predictions.isVisible()
    row = predictions.table.model.row(0)
    assert (row.name, row.measured) == ("new", None)
    assert row.lower < row.predicted < row.upper

    choose_in_menu(window, "Project", "Open the sample trajectory")
    stage = window.trajectory.stage
    until(lambda: stage.isVisible() and stage.frame is not None)
    assert "Frame 1 of" in stage.facts.text()


def take_the_tour(qtbot: QtBot, window: MainWindow) -> None:
    """Begin it from the menu without a project, which opens the sample, and go through its seven stops."""
    choose_in_menu(window, "Help", "Take the tour")
    card = window.tour.card
    qtbot.waitUntil(card.isVisible, timeout=ENGINE_WAIT)
    qtbot.waitUntil(lambda: window.structures.model.num_rows > 100, timeout=ENGINE_WAIT)
    assert len(TOUR) == 7
    for number, stop in enumerate(TOUR, start=1):
        assert (card.title.text(), card.count.text()) == (stop.title, f"{number} of 7")
        qtbot.waitUntil(getattr(window, stop.target).isVisible, timeout=ENGINE_WAIT)
        click(card.next)
    assert not card.isVisible()
