from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import PretrainSettings
from core.errors import RunError
from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.run_writing import BIN
from core.store.requests.training import create_pretrain_run
from core.store.runs.bin import discard_run, discarded_runs, take_back_run
from core.store.runs.queue import enqueue, waiting_runs


@pytest.fixture
def run(project: Project, fill: Callable[..., None]) -> RunFolder:
    fill(project, 5)
    return new_run(project)


def new_run(project: Project) -> RunFolder:
    return create_pretrain_run(project, collection="all", settings=PretrainSettings())


def test_a_discarded_run_is_no_run_until_it_is_taken_back(project: Project, run: RunFolder):
    content = run.job_file.read_bytes()
    discard_run(project, run.name)
    assert project.runs() == []
    assert discarded_runs(project) == [run.name]
    back = take_back_run(project, run.name)
    assert back.job_file.read_bytes() == content
    assert [one.name for one in project.runs()] == [run.name]
    assert discarded_runs(project) == []


def test_a_discarded_run_waits_for_nothing(project: Project, run: RunFolder):
    enqueue(project, run.name)
    discard_run(project, run.name)
    assert waiting_runs(project) == []


def test_a_run_at_work_is_not_discarded(project: Project, run: RunFolder):
    mark_process(run.pid_file)
    with pytest.raises(RunError, match=r"is at work\. Stop it first"):
        discard_run(project, run.name)
    assert run.job_file.exists()


def test_the_number_of_a_discarded_run_is_given_to_no_other(project: Project, run: RunFolder):
    discard_run(project, run.name)
    assert new_run(project).number == run.number + 1
    assert take_back_run(project, run.name).number == run.number


def test_nothing_is_overwritten_by_what_is_taken_back(project: Project, run: RunFolder):
    discard_run(project, run.name)
    run.path.mkdir()
    with pytest.raises(RunError, match="another run"):
        take_back_run(project, run.name)


@pytest.mark.parametrize("name", ["0009-pretrain", "../runs/0001-pretrain-site_net"])
def test_what_is_not_in_the_bin_cannot_be_taken_back(project: Project, run: RunFolder, name: str):
    with pytest.raises(RunError, match="no discarded run"):
        take_back_run(project, name)


def test_what_cannot_be_moved_stays_where_it_is(project: Project, run: RunFolder):
    (project.folder / BIN).write_text("not a folder")
    with pytest.raises(RunError, match="cannot be discarded"):
        discard_run(project, run.name)
    assert Path(run.job_file).exists()
