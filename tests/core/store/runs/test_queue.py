import pytest

from core.config import PretrainSettings
from core.errors import RunError
from core.jobs.atomic import write_json
from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from core.store.project import Project
from core.store.requests.run_writing import write_run
from core.store.runs.queue import QUEUE_FILE, enqueue, move, start_waiting, take_out, waiting_runs, works_here


@pytest.fixture
def runs(project: Project) -> list[RunFolder]:
    spec = JobSpec(kind="pretrain", settings=PretrainSettings().model_dump())
    return [write_run(project, "pretrain", spec, []) for _ in range(3)]


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr("core.store.runs.queue.launch", lambda run: names.append(run.name))
    return names


def fill(project: Project, runs: list[RunFolder]) -> list[str]:
    for run in runs:
        enqueue(project, run.name)
    return [run.name for run in runs]


def test_runs_wait_in_the_order_in_which_they_came(project: Project, runs: list[RunFolder]):
    assert waiting_runs(project) == []
    assert fill(project, runs) == waiting_runs(project)
    enqueue(project, runs[0].name)
    assert len(waiting_runs(project)) == 3


def test_the_queue_is_the_same_for_whoever_opens_the_project_next(project: Project, runs: list[RunFolder]):
    names = fill(project, runs)
    with Project.open(project.folder) as again:
        assert waiting_runs(again) == names
    assert len(project.runs()) == 3


@pytest.mark.parametrize(
    ("which", "places", "order"),
    [(2, -1, [0, 2, 1]), (0, 1, [1, 0, 2]), (0, -1, [0, 1, 2]), (2, 5, [0, 1, 2])],
)
def test_a_run_can_be_moved(
    project: Project, runs: list[RunFolder], which: int, places: int, order: list[int]
):
    names = fill(project, runs)
    move(project, names[which], places)
    assert waiting_runs(project) == [names[n] for n in order]


def test_a_run_that_is_taken_out_is_not_started(project: Project, runs: list[RunFolder], launched: list[str]):
    names = fill(project, runs)
    take_out(project, names[0])
    take_out(project, names[0])
    assert start_waiting(project, 2).names == names[1:]
    assert launched == names[1:]


def test_no_more_are_started_than_there_are_places(
    project: Project, runs: list[RunFolder], launched: list[str]
):
    names = fill(project, runs)
    assert start_waiting(project, 0).names == []
    assert start_waiting(project, 1).names == names[:1]
    assert waiting_runs(project) == names[1:]
    assert launched == names[:1]


def test_a_run_that_is_gone_holds_up_no_other(project: Project, runs: list[RunFolder], launched: list[str]):
    names = fill(project, runs)
    runs[0].job_file.unlink()
    started = start_waiting(project, 1)
    assert started.names == names[1:2]
    assert names[0] in str(started.failures[0])


@pytest.mark.parametrize("is_over", [False, True])
def test_a_run_whose_start_was_not_written_down_is_not_started_again_and_is_no_failure(
    project: Project, runs: list[RunFolder], launched: list[str], is_over: bool
):
    names = fill(project, runs)  # and then a kill came between the start and the next line of the file
    if is_over:
        write_json(runs[0].result_file, {})
    else:
        mark_process(runs[0].pid_file)
    started = start_waiting(project, 1)
    assert (started.names, started.failures) == ([names[1]], [])
    assert waiting_runs(project) == [names[2]]


def test_a_run_at_work_cannot_wait(project: Project, runs: list[RunFolder]):
    mark_process(runs[0].pid_file)
    with pytest.raises(RunError, match="is running and cannot be started"):
        enqueue(project, runs[0].name)


def test_a_damaged_file_is_an_empty_queue(project: Project, runs: list[RunFolder]):
    fill(project, runs)
    (project.runs_folder / QUEUE_FILE).write_text("{")
    assert waiting_runs(project) == []
    enqueue(project, runs[1].name)
    assert waiting_runs(project) == [runs[1].name]


def test_a_run_of_another_machine_takes_no_place_here(runs: list[RunFolder]):
    here, elsewhere, nobody = runs
    mark_process(here.pid_file)
    write_json(elsewhere.pid_file, {"pid": 1, "host": "a cluster", "started": 1.0})
    assert [works_here(run) for run in (here, elsewhere, nobody)] == [True, False, False]
    assert elsewhere.status() is Status.RUNNING
