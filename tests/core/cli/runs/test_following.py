import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cli.console import Console
from core.cli.runs import following
from core.cli.runs.following import run_to_the_end
from core.errors import CoreError, RunError
from core.events import EpochEnded, Event, Failed, Message, Started, Stopped
from core.jobs.atomic import write_json
from core.jobs.event_log import EventLog
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from tests.core.salts import pretrain_spec

BEGUN = Started("processor (1 thread)", 0, 3)


def epoch(number: int) -> EpochEnded:
    return EpochEnded(number, 1.5, 1.25, 0.1, {})


@pytest.fixture
def opened(project: Path) -> Iterator[Project]:
    with Project.open(project) as opened:
        yield opened


@pytest.fixture
def run(opened: Project) -> RunFolder:
    settings: Any = pretrain_spec().typed_settings()
    return create_pretrain_run(opened, collection="salts", settings=settings)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the worker leave these events and files at once."""

    def prepare(*events: Event, **files: object) -> None:
        def launch(run: RunFolder) -> None:
            with EventLog(run.events_file) as log:
                for event in events:
                    log.append(event)
            for name, content in files.items():
                write_json(run.path / f"{name}.json", content)

        monkeypatch.setattr(following, "launch", launch)
        monkeypatch.setattr(following, "POLL_SECONDS", 0.0)

    return prepare


def follow(opened: Project, run: RunFolder, detach: bool = False) -> dict[str, Any]:
    return run_to_the_end(opened, run, Console(as_json=True), detach=detach)


def test_a_completed_run_gives_its_result_and_is_taken_in(
    opened: Project, run: RunFolder, play: Callable[..., None]
):
    play(BEGUN, epoch(0), result={"metrics": {"validation_loss": 0.5}})
    outcome = follow(opened, run)
    assert outcome == {
        "run": run.name,
        "status": "completed",
        "folder": str(run.path),
        "metrics": {"validation_loss": 0.5},
    }
    (row,) = opened.query("select name, metrics from runs")
    assert (row["name"], json.loads(row["metrics"])) == (run.name, {"validation_loss": 0.5})


def test_epochs_and_messages_are_told_as_they_come(
    opened: Project, run: RunFolder, play: Callable[..., None], capsys: pytest.CaptureFixture[str]
):
    play(BEGUN, Message("warning", "'NaCl' is left out."), epoch(0), epoch(1), result={})
    follow(opened, run)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "Working on the processor (1 thread).",
        "'NaCl' is left out.",
        "Epoch 1: training loss 1.5000, validation loss 1.2500 (0.1 s)",
        "Epoch 2: training loss 1.5000, validation loss 1.2500 (0.1 s)",
    ]


def test_a_long_run_tells_every_twentieth_part(
    opened: Project, run: RunFolder, play: Callable[..., None], capsys: pytest.CaptureFixture[str]
):
    play(Started("processor", 0, 200), *(epoch(k) for k in range(200)), result={})
    follow(opened, run)
    told = [line.split(":")[0] for line in capsys.readouterr().err.splitlines() if line.startswith("Epoch")]
    assert told == [f"Epoch {k}" for k in range(10, 201, 10)]


def test_a_resumed_run_does_not_tell_again_what_it_told_before(
    opened: Project, run: RunFolder, play: Callable[..., None], capsys: pytest.CaptureFixture[str]
):
    with EventLog(run.events_file) as log:
        for event in (BEGUN, epoch(0), epoch(1), Stopped(2)):
            log.append(event)
    play(Started("processor (1 thread)", 2, 3), epoch(2), result={})
    follow(opened, run)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "Working on the processor (1 thread), resumed after epoch 2.",
        "Epoch 3: training loss 1.5000, validation loss 1.2500 (0.1 s)",
    ]


def test_a_failed_run_raises_what_the_worker_said(opened: Project, run: RunFolder, play: Callable[..., None]):
    play(BEGUN, Failed("The disk is full.", "Free some."), error={"message": "Full.", "hint": "Free some."})
    with pytest.raises(CoreError) as caught:
        follow(opened, run)
    assert (caught.value.message, caught.value.hint) == ("Full.", "Free some.")


def test_a_run_that_ended_without_a_last_word_names_log_and_way_on(
    opened: Project, run: RunFolder, play: Callable[..., None]
):
    play(BEGUN, epoch(0))
    write_json(run.pid_file, {"pid": 2**30, "host": socket.gethostname(), "started": 1.0})
    with pytest.raises(RunError, match=r"without a last word \(interrupted\).*worker\.log.*siteloupe resume"):
        follow(opened, run)


def test_a_stopped_run_is_no_error(opened: Project, run: RunFolder, play: Callable[..., None]):
    play(BEGUN, Stopped(1))
    assert follow(opened, run)["status"] == "stopped"


def test_a_detached_run_is_not_followed(
    opened: Project, run: RunFolder, play: Callable[..., None], capsys: pytest.CaptureFixture[str]
):
    play(BEGUN, epoch(0), result={})
    assert follow(opened, run, detach=True) == {"run": run.name, "status": "running"}
    assert "Epoch" not in capsys.readouterr().err


def test_ctrl_c_stops_the_run_and_keeps_it(
    opened: Project,
    run: RunFolder,
    play: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    play(BEGUN, epoch(0), Stopped(1))
    presses = iter([KeyboardInterrupt])

    def sleep(seconds: float) -> None:
        for press in presses:
            raise press

    monkeypatch.setattr(following.time, "sleep", sleep)
    assert follow(opened, run)["status"] == "stopped"
    assert run.stop_file.exists()
    assert "Stopping after this batch; the state is kept." in capsys.readouterr().err
