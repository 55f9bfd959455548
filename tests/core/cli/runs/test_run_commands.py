from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.training import create_finetune_run
from core.store.runs.ingest import predictions
from tests.core.salts import finetune_spec

Siteloupe = Callable[..., Any]


def queue(project: Path, epochs: int) -> RunFolder:
    settings: Any = finetune_spec({"training.epochs": epochs}).typed_settings()
    with Project.open(project) as opened:
        return create_finetune_run(opened, collection="salts", property_names=["size"], settings=settings)


@pytest.fixture
def queued(project: Path) -> RunFolder:
    """A fine-tuning that nobody has started."""
    return queue(project, epochs=2)


def state(siteloupe: Siteloupe, project: Path) -> list[tuple[str, str]]:
    rows = siteloupe("runs", project, "--json").json["runs"]
    return [(row["name"], row["status"]) for row in rows]


def test_runs_are_listed_with_their_state(siteloupe: Siteloupe, project: Path, queued: RunFolder):
    (row,) = siteloupe("runs", project, "--json").json["runs"]
    assert row == {
        "name": "0001-finetune-size",
        "status": "queued",
        "title": "Learn size",
        "folder": str(queued.path),
    }
    people = siteloupe("runs", project).out
    assert "0001-finetune-size" in people
    assert "queued" in people


def test_a_name_longer_than_the_terminal_is_wide_is_shown_whole(
    siteloupe: Siteloupe, project: Path, queued: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "30")
    cells = [
        line.split("│")[1].strip() for line in siteloupe("runs", project).out.splitlines() if "│" in line
    ]
    assert "".join(cells) == "0001-finetune-size"


def test_a_project_without_runs_says_so_with_an_empty_list(siteloupe: Siteloupe, project: Path):
    assert siteloupe("runs", project, "--json").json == {"runs": []}


def test_resuming_does_the_rest_and_takes_the_result_in(
    siteloupe: Siteloupe, project: Path, queued: RunFolder, worker_here: None
):
    outcome = siteloupe("resume", queued.path, "--json")
    assert outcome.status == 0, outcome.err
    assert (outcome.json["run"], outcome.json["status"]) == (queued.name, "completed")
    assert outcome.json["metrics"]["size"]["test"]["mae"] > 0
    assert state(siteloupe, project) == [(queued.name, "completed")]
    with Project.open(project) as opened:
        assert len(predictions(opened, queued.name)) == 32


def test_a_run_is_named_by_a_relative_path_too(
    siteloupe: Siteloupe, queued: RunFolder, worker_here: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(queued.path)
    outcome = siteloupe("resume", ".")
    assert outcome.status == 0, outcome.err
    assert "Run '0001-finetune-size' is completed." in outcome.out


def test_a_running_run_is_stopped_and_keeps_its_state(
    siteloupe: Siteloupe, project: Path, wait_until: Callable
):
    run = queue(project, epochs=100_000)
    child = launch(run)
    wait_until(lambda: run.events_file.exists() and b"EpochEnded" in run.events_file.read_bytes())
    outcome = siteloupe("stop", run.path, "--json")
    assert outcome.status == 0
    assert outcome.json["run"] == run.name
    assert child.wait(timeout=60) == 0
    assert state(siteloupe, project) == [(run.name, "stopped")]
    assert run.model_file.exists()


def test_a_run_that_is_not_running_cannot_be_stopped(siteloupe: Siteloupe, queued: RunFolder):
    outcome = siteloupe("stop", queued.path)
    assert outcome.status == 1
    assert "is queued: there is nothing to stop." in outcome.err
    assert not queued.stop_file.exists()


@pytest.mark.parametrize("command", ["stop", "resume"])
def test_a_folder_that_is_not_a_run_is_told(siteloupe: Siteloupe, project: Path, command: str):
    outcome = siteloupe(command, project)
    assert outcome.status == 1
    assert "is not a run: it has no job.json" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_completed_run_is_not_done_again(
    siteloupe: Siteloupe, queued: RunFolder, worker_here: None, monkeypatch: pytest.MonkeyPatch
):
    assert siteloupe("resume", queued.path).status == 0
    monkeypatch.undo()  # the true launcher decides
    outcome = siteloupe("resume", queued.path)
    assert outcome.status == 1
    assert "is completed and cannot be started" in outcome.err
