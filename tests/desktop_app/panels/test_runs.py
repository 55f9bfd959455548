import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.config import PredictSettings
from core.events import Finished
from core.jobs.event_log import EventLog
from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.requests.predict import create_predict_run
from desktop_app.panels.runs import RunsPanel
from desktop_app.session import Session
from tests.desktop_app.study_runs import begin_study


@pytest.fixture
def running(
    qtbot: QtBot,
    session: Session,
    small_project: Path,
    unstarted: Callable[[Path], RunFolder],
    write_epochs,
    wait,
) -> RunFolder:
    """A run of the small project at which this very process seems to work."""
    run = unstarted(small_project)
    mark_process(run.pid_file)
    write_epochs(run, 2, of=50)
    with qtbot.waitSignal(session.jobs.progressed, timeout=wait):
        session.open_project(Project.open(small_project))
    return run


def test_an_empty_project_is_shown_the_way_to_a_run(qtbot: QtBot, empty_session: Session, actions, shown):
    panel = shown(RunsPanel)
    assert panel.is_empty
    with qtbot.waitSignal(actions["show_train"].triggered):
        qtbot.mouseClick(panel.empty.button, Qt.MouseButton.LeftButton)


def test_a_finished_run_shows_its_curves(trained_session: Session, shown):
    panel = shown(RunsPanel)
    assert not panel.is_empty
    assert panel.table.selected_row().name == "0001-finetune-gap"
    assert list(panel.plot.curves["training"].getData()[0]) == [1, 2, 3]
    assert "✓ completed" in panel.stage.text()


def test_a_finished_run_can_be_neither_stopped_nor_resumed(trained_session: Session, shown):
    panel = shown(RunsPanel)
    assert not panel.stop_button.isEnabled()
    assert not panel.resume_button.isEnabled()
    assert "there is nothing to stop" in panel.stop_button.toolTip()
    assert panel.resume_button.toolTip() == "The run is completed."
    assert panel.finetune_button.isEnabled()
    assert panel.discard_button.isEnabled()


def test_curves_that_nobody_sees_are_drawn_when_they_come_into_sight(
    qtbot: QtBot, session: Session, running: RunFolder, shown, write_epochs, wait: int
):
    panel = shown(RunsPanel)
    panel.hide()
    write_epochs(running, 4, of=50)
    qtbot.waitUntil(lambda: session.jobs.runs[running.name].history.epochs_done == 4, timeout=wait)
    assert len(panel.plot.curves["training"].getData()[0]) == 2
    panel.show()
    assert len(panel.plot.curves["training"].getData()[0]) == 4


def test_the_curve_of_a_running_run_grows(
    qtbot: QtBot, session: Session, running: RunFolder, shown, write_epochs, wait: int
):
    panel = shown(RunsPanel)
    assert list(panel.plot.curves["training"].getData()[0]) == [1, 2]
    write_epochs(running, 4, of=50)
    qtbot.waitUntil(lambda: len(panel.plot.curves["training"].getData()[0]) == 4, timeout=wait)


def test_stopping_changes_the_button_at_once_and_asks_the_worker(
    qtbot: QtBot, session: Session, running: RunFolder, shown
):
    panel = shown(RunsPanel)
    assert panel.stop_button.text() == "Stop and keep"
    qtbot.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    assert panel.stop_button.text() == "Stopping…"
    assert not panel.stop_button.isEnabled()
    assert running.stop_file.exists()
    assert "stopping" in panel.stage.text()


def test_a_run_that_does_not_listen_can_be_ended_by_force(
    qtbot: QtBot, session: Session, running: RunFolder, shown, monkeypatch: pytest.MonkeyPatch, wait: int
):
    killed: list[int] = []
    monkeypatch.setattr("desktop_app.runs.jobs.kill_process", lambda mark: killed.append(mark.pid))
    panel = shown(RunsPanel)
    qtbot.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    assert not panel.stop_button.isEnabled()
    assert session.run is not None
    session.run.stop_asked -= 11.0
    panel.clock.timeout.emit()
    assert panel.stop_button.text() == "End by force"
    assert "can be resumed" in panel.stop_button.toolTip()
    qtbot.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    assert killed == [os.getpid()]


def test_an_interrupted_run_can_be_resumed(
    qtbot: QtBot, session: Session, running: RunFolder, shown, monkeypatch: pytest.MonkeyPatch, wait: int
):
    panel = shown(RunsPanel)
    running.pid_file.write_text('{"pid": 1, "host": "", "started": 1.0}', encoding="utf-8")
    monkeypatch.setattr("core.jobs.run_folder.is_alive", lambda mark: False)
    qtbot.waitUntil(panel.resume_button.isEnabled, timeout=wait)
    assert session.run.status is Status.INTERRUPTED
    started = []
    monkeypatch.setattr("core.store.runs.queue.launch", lambda run: started.append(run.name) or run)
    qtbot.mouseClick(panel.resume_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: started == [running.name], timeout=wait)


def test_a_failed_run_says_why_and_what_to_do(
    qtbot: QtBot, session: Session, small_project: Path, unstarted, shown, wait: int
):
    run = unstarted(small_project)
    run.error_file.write_text(
        '{"message": "The memory of the device is used up.", "hint": "Lower \'Pairs per batch\'."}'
    )
    session.open_project(Project.open(small_project))
    panel = shown(RunsPanel)
    qtbot.waitUntil(panel.message.isVisible, timeout=wait)
    assert panel.message.text.text() == "✗ The memory of the device is used up."
    assert panel.message.hint.text() == "Lower 'Pairs per batch'."
    assert panel.resume_button.isEnabled()


def test_choosing_a_row_selects_the_run_everywhere(
    qtbot: QtBot, session: Session, small_project: Path, finetuned, shown, wait: int
):
    first, second = finetuned(small_project), finetuned(small_project)
    session.open_project(Project.open(small_project))
    panel = shown(RunsPanel)
    qtbot.waitUntil(lambda: session.run_name == second.name, timeout=wait)
    place = panel.table.view.visualRect(panel.table.model.index(1, 0)).center()
    with qtbot.waitSignal(session.run_selected, timeout=wait):
        qtbot.mouseClick(panel.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.run_name == first.name


def test_the_clock_runs_only_while_something_does(session: Session, running: RunFolder, shown):
    panel = shown(RunsPanel)
    assert panel.clock.isActive()
    session.open_project(None)
    assert not panel.clock.isActive()


def test_a_waiting_run_says_its_place_and_can_be_moved_and_taken_out(
    qtbot: QtBot, session: Session, running: RunFolder, small_project: Path, unstarted, shown, wait: int
):
    panel = shown(RunsPanel)
    first, second = unstarted(small_project), unstarted(small_project)
    for run in (first, second):
        session.start_run(run)
        qtbot.waitUntil(
            lambda run=run: run.name in [one.name for one in session.jobs.waiting()], timeout=wait
        )
    qtbot.waitUntil(lambda: "waiting, 2nd" in panel.stage.text(), timeout=wait)
    sooner, _, remove = panel.queue_buttons
    assert sooner.isVisible()
    assert not panel.resume_button.isVisible()
    session.jobs.move(second.name, -1)
    qtbot.waitUntil(lambda: "waiting, 1st" in panel.stage.text(), timeout=wait)
    session.jobs.take_out(second.name)
    qtbot.waitUntil(lambda: "not started" in panel.stage.text(), timeout=wait)
    assert not remove.isVisible()
    assert panel.resume_button.isEnabled()


def test_the_curves_of_several_chosen_runs_are_drawn_together_and_stay_so(
    qtbot: QtBot, session: Session, small_project: Path, finetuned, shown, wait: int
):
    first, second = finetuned(small_project), finetuned(small_project)
    session.open_project(Project.open(small_project))
    panel = shown(RunsPanel)
    qtbot.waitUntil(lambda: all(run.history.epochs for run in session.jobs.runs.values()), timeout=wait)
    qtbot.waitUntil(lambda: len(session.jobs.runs) == 2, timeout=wait)
    qtbot.waitUntil(lambda: session.run_name == second.name, timeout=wait)
    place = panel.table.view.visualRect(panel.table.model.index(1, 0)).center()
    view = panel.table.view.viewport()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place)
    both = [f"{run.name} {kind}" for run in (second, first) for kind in ("training", "validation")]
    assert list(panel.plot.items) == both
    session.jobs.runs_changed.emit()
    assert panel.table.selected_lines() == [0, 1]
    assert list(panel.plot.items) == both
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert list(panel.plot.items) == ["training", "validation"]
    assert session.run_name == first.name


def test_a_study_shows_its_cells_and_learning_curves_in_place_of_losses(
    qtbot: QtBot, session: Session, small_project: Path, finetuned, shown, wait: int
):
    run = begin_study(small_project)
    other = finetuned(small_project)
    panel = shown(RunsPanel)
    session.open_project(Project.open(small_project))
    qtbot.waitUntil(lambda: run.name in session.jobs.runs, timeout=wait)
    session.select_run(run.name)
    qtbot.waitUntil(panel.study.isVisible, timeout=wait)
    qtbot.waitUntil(lambda: panel.study.progress.text() == "1 of 4 cells", timeout=wait)
    assert not panel.plot.isVisible()
    assert list(panel.study.curves.curves) == ["mean"]
    session.select_run(other.name)
    assert panel.plot.isVisible()


def test_a_run_without_epochs_shows_what_it_has_found_in_the_place_of_curves(
    qtbot: QtBot, session: Session, small_project: Path, finetuned, actions, shown, wait: int
):
    model = finetuned(small_project)
    with Project.open(small_project) as project:
        run = create_predict_run(project, collection="salts", model=model, settings=PredictSettings())
    run.result_file.write_text('{"metrics": {"num_structures": 13}, "skipped": []}', encoding="utf-8")
    with EventLog(run.events_file) as log:
        log.append(Finished(1.0))
    session.open_project(Project.open(small_project))
    panel = shown(RunsPanel)
    qtbot.waitUntil(lambda: session.run_name == run.name, timeout=wait)
    qtbot.waitUntil(lambda: panel.outcome.outcome.text() == "13 structures were predicted.", timeout=wait)
    assert panel.outcome.isVisible()
    assert not panel.plot.isVisible()
    with qtbot.waitSignal(actions["show_predictions"].triggered):
        qtbot.mouseClick(panel.outcome.button, Qt.MouseButton.LeftButton)
    session.select_run(model.name)
    assert panel.plot.isVisible()
    assert not panel.outcome.isVisible()
