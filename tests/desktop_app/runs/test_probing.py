import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from pytestqt.qtbot import QtBot

from core.config import build_settings
from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from desktop_app.runs import probing
from desktop_app.runs.probing import Prober, rough_duration
from desktop_app.runs.request import RunRequest
from desktop_app.session import Session

FIGURES: dict[str, object] = {
    "loading": 5.0,
    "preparing": 0.0,
    "training": 0.5,
    "num_tried": 13,
    "device": "processor",
}


@pytest.fixture
def prober(session: Session, small_project: Path, monkeypatch: pytest.MonkeyPatch) -> Prober:
    monkeypatch.setattr(probing, "_DELAY_MILLISECONDS", 1)
    session.open_project(Project.open(small_project))
    return Prober(session, session)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """The folders in which something was measured, by a worker that knows the figures before."""
    started: list[RunFolder] = []
    program = "import sys; open(sys.argv[1], 'w').write(sys.argv[2])"

    def command(run: RunFolder) -> list[str]:
        started.append(run)
        return [sys.executable, "-c", program, str(run.result_file), json.dumps(FIGURES)]

    monkeypatch.setattr(probing, "worker_command", command)
    return started


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that never knows."""
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr(probing, "worker_command", lambda run: command)


def request(**changes: object) -> RunRequest:
    return RunRequest("pretrain", "salts", None, None, build_settings("pretrain", changes=changes), 0, "")


def told(prober: Prober) -> Callable[[str, str], bool]:
    return lambda words, basis: words.endswith("on this machine")


def test_the_time_of_the_whole_run_is_told(qtbot: QtBot, prober: Prober, workers: list[RunFolder], wait: int):
    with qtbot.waitSignal(prober.told, timeout=wait, check_params_cb=told(prober)) as signal:
        prober.ask(request(**{"training.epochs": 40}))
    # 5 s and (40 epochs of 12 structures, and all 13 once) at half a second each: 251.5 s
    assert signal.args[0] == "about 4 minutes on this machine"
    assert "Measured on 13 of 13 structures, for 40 epochs with 12 structures each" in signal.args[1]


def test_a_busy_machine_is_said_to_be_one(
    qtbot: QtBot, prober: Prober, workers: list[RunFolder], monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setitem(FIGURES, "busy", True)
    with qtbot.waitSignal(
        prober.told, timeout=wait, check_params_cb=lambda words, basis: words.endswith("keep it busy")
    ) as signal:
        prober.ask(request(**{"training.epochs": 40}))
    assert signal.args[0] == "about 4 minutes on this machine, longer while other programs keep it busy"


def test_other_epochs_are_told_without_measuring_again(
    qtbot: QtBot, prober: Prober, workers: list[RunFolder], wait: int
):
    for epochs, words in ((40, "about 4 minutes"), (4, "less than a minute")):
        with qtbot.waitSignal(prober.told, timeout=wait, check_params_cb=told(prober)) as signal:
            prober.ask(request(**{"training.epochs": epochs}))
        assert signal.args[0].startswith(words)
    assert len(workers) == 1


def test_another_question_ends_the_worker(qtbot: QtBot, prober: Prober, endless: None, wait: int):
    prober.ask(request())
    qtbot.waitUntil(lambda: prober.is_measuring, timeout=wait)
    process = prober.findChild(QProcess)
    with qtbot.waitSignal(process.finished, timeout=wait):
        prober.cancel()
    assert not prober.is_measuring


def test_the_worker_ends_with_what_it_is_measured_for(qtbot: QtBot, prober: Prober, endless: None, wait: int):
    prober.ask(request())
    qtbot.waitUntil(lambda: prober.is_measuring, timeout=wait)
    process = prober.findChild(QProcess)
    prober.close()
    assert process.state() is QProcess.ProcessState.NotRunning


def test_nothing_is_measured_beside_a_run_at_work_but_once_it_has_ended(
    qtbot: QtBot,
    session: Session,
    prober: Prober,
    workers: list[RunFolder],
    small_project: Path,
    unstarted: Callable[[Path], RunFolder],
    wait: int,
):
    run = unstarted(small_project)
    mark_process(run.pid_file)
    qtbot.waitUntil(lambda: bool(session.jobs.active()), timeout=wait)
    prober.ask(request())
    qtbot.waitUntil(lambda: prober._waits, timeout=wait)
    assert workers == []
    with qtbot.waitSignal(prober.told, timeout=wait, check_params_cb=told(prober)):
        run.pid_file.unlink()
    assert len(workers) == 1


def test_a_run_that_begins_ends_the_worker(
    qtbot: QtBot,
    session: Session,
    prober: Prober,
    endless: None,
    small_project: Path,
    unstarted: Callable[[Path], RunFolder],
    wait: int,
):
    prober.ask(request())
    qtbot.waitUntil(lambda: prober.is_measuring, timeout=wait)
    run = unstarted(small_project)
    mark_process(run.pid_file)
    qtbot.waitUntil(lambda: not prober.is_measuring, timeout=wait)
    run.pid_file.unlink()
    prober.cancel()


def test_a_worker_that_cannot_tell_leaves_the_time_open(
    qtbot: QtBot, prober: Prober, monkeypatch: pytest.MonkeyPatch, wait: int
):
    monkeypatch.setattr(probing, "worker_command", lambda run: [str(run.path / "no such program")])
    words: list[str] = []
    prober.told.connect(lambda said, basis: words.append(said))
    prober.ask(request())
    qtbot.waitUntil(lambda: words[-2:] == ["Measuring how long it will take…", ""], timeout=wait)
    assert not prober.is_measuring


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.3, "less than a minute"),
        (59, "less than a minute"),
        (91, "about 2 minutes"),
        (3600, "about 60 minutes"),
        (4 * 3600, "about 4 hours"),
        (60 * 3600, "about 2 days"),
    ],
)
def test_a_duration_is_said_as_roughly_as_it_is_known(seconds: float, words: str):
    assert rough_duration(seconds) == words
