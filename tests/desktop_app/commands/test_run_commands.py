from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from core.events import Stopped
from core.jobs.event_log import EventLog
from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.runs.bin import discard_run
from desktop_app.commands import run_commands
from desktop_app.notes import Severity
from desktop_app.runs.run_poller import RunView
from desktop_app.window import MainWindow


@pytest.mark.parametrize(
    ("status", "level"),
    [
        (Status.COMPLETED, Severity.DONE),
        (Status.STOPPED, Severity.INFO),
        (Status.INTERRUPTED, Severity.WARNING),
        (Status.FAILED, Severity.ERROR),
    ],
)
def test_the_end_of_a_run_is_told(window: MainWindow, status: Status, level: Severity):
    window.session.jobs.runs["0001-x"] = RunView(RunFolder(Path("0001-x")), None, status)
    window.session.jobs.ended.emit("0001-x")
    (note,) = window.session.notes.history
    assert note.level is level
    assert note.text == f"Run 0001-x is {status}."


def test_a_failure_is_told_in_its_own_words(qtbot: QtBot, window: MainWindow, small_project, unstarted, wait):
    run = unstarted(small_project)
    run.error_file.write_text('{"message": "The disk is full.", "hint": "Free some."}', encoding="utf-8")
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: run.name in window.session.jobs.runs, timeout=wait)
    window.session.jobs.ended.emit(run.name)
    note = window.session.notes.history[-1]
    assert note.text == f"Run {run.name}: The disk is full."
    assert note.hint == "Free some."


def test_the_folder_of_the_selected_run_is_opened(
    qtbot: QtBot, window: MainWindow, small_project, finetuned, monkeypatch: pytest.MonkeyPatch, wait: int
):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())))
    assert not window.actions_table["open_run_folder"].isEnabled()
    run = finetuned(small_project)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(window.actions_table["open_run_folder"].isEnabled, timeout=wait)
    window.actions_table["open_run_folder"].trigger()
    assert opened == [run.path]


def test_a_discarded_run_leaves_the_table_and_can_be_taken_back(
    qtbot: QtBot, window: MainWindow, small_project: Path, finetuned, wait: int
):
    first, second = finetuned(small_project), finetuned(small_project)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.session.run_name == second.name, timeout=wait)
    with qtbot.waitSignal(
        window.session.notes.posted, timeout=wait, check_params_cb=lambda note: "bin" in note.text
    ) as signal:
        qtbot.mouseClick(window.runs.discard_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: list(window.session.jobs.runs) == [first.name], timeout=wait)
    qtbot.waitUntil(lambda: window.session.run_name == first.name, timeout=wait)
    note = signal.args[0]
    assert note.action_label == "Take back"
    note.action()
    qtbot.waitUntil(lambda: len(window.session.jobs.runs) == 2, timeout=wait)
    assert second.model_file.exists()


def test_a_run_at_work_is_stopped_before_it_is_discarded(
    qtbot: QtBot, window: MainWindow, small_project: Path, unstarted, wait: int
):
    run = unstarted(small_project)
    mark_process(run.pid_file)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: bool(window.session.jobs.active()), timeout=wait)
    qtbot.mouseClick(window.runs.discard_button, Qt.MouseButton.LeftButton)
    assert run.stop_file.exists()
    assert run.job_file.exists()
    with EventLog(run.events_file) as log:
        log.append(Stopped(0))
    run.pid_file.unlink()
    qtbot.waitUntil(lambda: not window.session.jobs.runs, timeout=wait)
    assert (small_project / "discarded" / run.name / "job.json").exists()


def test_one_of_the_discarded_runs_is_chosen_to_come_back(
    qtbot: QtBot, window: MainWindow, small_project: Path, finetuned, monkeypatch: pytest.MonkeyPatch, wait
):
    run = finetuned(small_project)
    with Project.open(small_project) as project:
        discard_run(project, run.name)
    window.projects.open_folder(small_project)
    offered: list[list[str]] = []
    monkeypatch.setattr(
        run_commands, "ask_choice", lambda *words, **new: offered.append(words[3]) or words[3][0]
    )
    window.actions_table["take_back_run"].trigger()
    qtbot.waitUntil(lambda: list(window.session.jobs.runs) == [run.name], timeout=wait)
    assert offered == [[run.name]]


def test_an_empty_bin_is_said_to_be_empty(qtbot: QtBot, window: MainWindow, small_project: Path, wait: int):
    window.projects.open_folder(small_project)
    with qtbot.waitSignal(window.session.notes.posted, timeout=wait) as signal:
        window.actions_table["take_back_run"].trigger()
    assert "empty" in signal.args[0].text
