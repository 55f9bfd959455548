import hashlib
import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import RunError
from core.events import EpochEnded, Failed, Started, Stopped
from core.jobs.atomic import write_json
from core.jobs.event_log import EventLog
from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RESUMABLE, RunFolder, Status
from core.jobs.spec import JobSpec

ELSEWHERE = {"pid": 4711, "host": "compute-node-17", "started": 1.0}
ENDED = {"pid": 2**30, "host": socket.gethostname(), "started": 1.0}


def log(run: RunFolder, *events: object) -> None:
    with EventLog(run.events_file) as file:
        for event in events:
            file.append(event)


def work(run: RunFolder) -> None:
    """Leave the files of a worker that ended without a last word."""
    write_json(run.pid_file, ENDED)
    log(run, Started("cpu", 0, 5), EpochEnded(0, 1.0, 1.0, 0.1, {}))


def test_a_job_comes_back_as_it_was_asked_for(run: RunFolder):
    spec = run.spec()
    assert (spec.kind, spec.seed, spec.num_structures) == ("pretrain", 3, 2)
    assert [row["name"] for row in run.structures()] == ["NaCl", "Fe₂O₃"]


def test_the_fingerprint_of_the_structures_is_recorded(run: RunFolder):
    assert run.spec().structures_sha256 == hashlib.sha256(run.structures_file.read_bytes()).hexdigest()


def test_a_folder_whose_writing_failed_is_not_a_run(tmp_path: Path):
    def rows():
        yield {"id": 1}
        raise ZeroDivisionError

    run = RunFolder(tmp_path / "0001-pretrain")
    with pytest.raises(ZeroDivisionError):
        run.write_job(JobSpec(kind="pretrain"), rows())
    assert [path.name for path in run.path.iterdir()] == ["checkpoints"]
    with pytest.raises(RunError, match="is not a run"):
        run.spec()


@pytest.mark.parametrize("name", ["job.json", "result.json", "error.json"])
@pytest.mark.parametrize(
    "content",
    ["", "{", "[1, 2]", "null", "\x00", "ÿ".encode("latin-1"), "[" * 100_000],
    ids=lambda content: repr(content)[:20],
)
def test_a_damaged_file_is_told_by_name(run: RunFolder, name: str, content: str | bytes):
    (run.path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    readers = {"job.json": run.spec, "result.json": run.result, "error.json": run.error}
    with pytest.raises(RunError, match=rf"{name}' is damaged"):
        readers[name]()


def test_a_file_that_cannot_be_read_is_told_by_name(run: RunFolder):
    run.result_file.mkdir()
    with pytest.raises(RunError, match=r"result\.json' cannot be read: Is a directory"):
        run.result()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"kind": "divination"}, "kind"),
        ({"seed": "often"}, "seed"),
        ({"spec_version": "two"}, "spec_version"),
    ],
)
def test_a_wrong_entry_of_a_job_is_named(run: RunFolder, change: dict[str, object], where: str):
    write_json(run.job_file, {**run.spec().model_dump(), **change})
    with pytest.raises(RunError, match=rf"damaged at '{where}'"):
        run.spec()


def test_a_job_of_a_newer_version_is_refused_politely(run: RunFolder):
    write_json(run.job_file, {"spec_version": 2, "kind": "of the future"})
    with pytest.raises(RunError, match=r"newer version of Siteloupe\. Update"):
        run.spec()


@pytest.mark.parametrize("content", [None, b'{"id": 1}\n{"id":', b"\xff\xfe"])
def test_damaged_structures_are_a_sentence(run: RunFolder, content: bytes | None):
    if content is None:
        run.structures_file.unlink()
    else:
        run.structures_file.write_bytes(content)
    with pytest.raises(RunError, match=r"structures\.jsonl' (is damaged|cannot be read)"):
        list(run.structures())


def test_a_run_that_nobody_started_is_queued(run: RunFolder):
    assert run.status() is Status.QUEUED


def test_a_run_with_a_living_process_is_running(run: RunFolder):
    mark_process(run.pid_file)
    assert run.status() is Status.RUNNING


def test_a_run_with_a_result_is_completed(run: RunFolder):
    work(run)
    write_json(run.result_file, {})
    assert run.status() is Status.COMPLETED


def test_a_run_with_an_error_is_failed(run: RunFolder):
    work(run)
    write_json(run.error_file, {"message": "It broke.", "hint": "Mend it."})
    log(run, Failed("It broke.", "Mend it."))
    assert run.status() is Status.FAILED
    assert run.error() == ("It broke.", "Mend it.")


def test_a_run_whose_last_word_is_stopped_is_stopped(run: RunFolder):
    work(run)
    log(run, Stopped(1))
    assert run.status() is Status.STOPPED


def test_a_run_whose_process_is_gone_without_a_last_word_is_interrupted(run: RunFolder):
    work(run)
    assert run.status() is Status.INTERRUPTED


def test_a_worker_that_was_killed_before_its_first_word_is_interrupted(run: RunFolder):
    write_json(run.pid_file, ENDED)
    assert run.status() is Status.INTERRUPTED


def test_a_stopped_run_that_was_resumed_and_killed_is_interrupted(run: RunFolder):
    work(run)
    log(run, Stopped(1), Started("cpu", 1, 5))
    assert run.status() is Status.INTERRUPTED


def test_a_resumed_run_is_running_before_its_first_new_word(run: RunFolder):
    work(run)
    log(run, Stopped(1))
    mark_process(run.pid_file)
    assert run.status() is Status.RUNNING


def test_a_number_that_is_used_again_does_not_keep_a_run_alive(run: RunFolder):
    work(run)
    write_json(run.pid_file, {"pid": os.getpid(), "host": socket.gethostname(), "started": 1000.0})
    assert run.status() is Status.INTERRUPTED


def test_a_process_on_another_machine_is_believed_to_run(run: RunFolder):
    work(run)
    write_json(run.pid_file, ELSEWHERE)
    assert run.status() is Status.RUNNING


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda run: write_json(run.result_file, {}), Status.COMPLETED),
        (lambda run: write_json(run.error_file, {}), Status.FAILED),
        (lambda run: log(run, Stopped(1)), Status.STOPPED),
    ],
)
def test_a_run_that_ended_on_another_machine_has_ended(
    run: RunFolder, end: Callable[[RunFolder], None], status: Status
):
    work(run)
    write_json(run.pid_file, ELSEWHERE)
    end(run)
    assert run.status() is status


def test_a_copy_without_its_process_mark_is_interrupted(run: RunFolder):
    work(run)
    run.pid_file.unlink()
    assert run.status() is Status.INTERRUPTED


def test_a_damaged_process_mark_does_not_hide_the_result(run: RunFolder):
    work(run)
    run.pid_file.write_text("{")
    assert run.status() is Status.INTERRUPTED
    write_json(run.result_file, {})
    assert run.status() is Status.COMPLETED


def test_runs_that_ended_early_can_be_resumed():
    assert set(RESUMABLE) == set(Status) - {Status.QUEUED, Status.RUNNING, Status.COMPLETED}


def test_a_run_without_result_says_how_it_stands(run: RunFolder):
    with pytest.raises(RunError, match="no result: it is queued"):
        run.result()


def test_the_result_comes_back_as_it_was_written(run: RunFolder):
    write_json(run.result_file, {"metrics": {"validation_loss": 0.5}})
    assert run.result() == {"metrics": {"validation_loss": 0.5}}


def test_a_run_that_did_not_fail_has_no_error(run: RunFolder):
    assert run.error() is None


def test_an_error_without_hint_is_still_an_error(run: RunFolder):
    run.error_file.write_text(json.dumps({"message": "It broke."}))
    assert run.error() == ("It broke.", "")


def test_asking_to_stop_leaves_the_stop_file(run: RunFolder):
    run.request_stop()
    run.request_stop()
    assert run.stop_file.exists()


def test_a_run_that_was_deleted_cannot_be_asked_to_stop(run: RunFolder):
    shutil.rmtree(run.path)
    with pytest.raises(RunError, match="cannot be asked to stop"):
        run.request_stop()


@pytest.mark.parametrize(
    "name", ["worker.log", "events.jsonl", "checkpoints/last.safetensors", "checkpoints"]
)
@pytest.mark.parametrize("target", ["/etc/passwd", "../../elsewhere", "../../missing"])
def test_a_run_with_a_file_that_lies_elsewhere_is_refused(run: RunFolder, name: str, target: str):
    run.require_own_files()
    path = run.path / name
    if path.is_dir():
        path.rmdir()
    path.symlink_to(target)
    with pytest.raises(RunError, match=f"'{name}' of the run .* is a link that leads out"):
        run.require_own_files()


def test_a_link_within_a_run_is_not_refused(run: RunFolder):
    (run.path / "best.json").symlink_to("job.json")
    run.require_own_files()


def test_asking_to_stop_writes_through_no_link(run: RunFolder, tmp_path: Path):
    run.stop_file.symlink_to(tmp_path / "elsewhere")
    run.request_stop()
    assert run.stop_file.exists()
    assert not (tmp_path / "elsewhere").exists()


def test_graphs_are_not_kept_where_a_link_of_the_project_leads(tmp_path: Path):
    project = tmp_path / "project"
    run = RunFolder(project / "runs" / "0001")
    project.mkdir()
    (project / "project.db").touch()
    (project / "cache").symlink_to(tmp_path)
    assert run.graph_cache == run.path / "cache" / "graphs"


@pytest.mark.parametrize(
    ("name", "number"), [("0007-pretrain", 7), ("12345-x", 12345), ("notes", 0), ("²-x", 0)]
)
def test_the_number_of_a_run_stands_in_front_of_its_name(name: str, number: int):
    assert RunFolder(Path("/runs") / name).number == number


def test_graphs_are_kept_in_the_project_and_in_the_run_where_there_is_none(tmp_path: Path):
    run = RunFolder(tmp_path / "runs" / "0001")
    assert run.graph_cache == run.path / "cache" / "graphs"
    (tmp_path / "project.db").touch()
    assert run.graph_cache == tmp_path / "cache" / "graphs"


def test_the_end_of_the_log_is_told_and_no_log_is_no_trouble(run: RunFolder):
    assert run.end_of_log() == ""
    run.log_file.write_text("first\n" + "x" * 10_000 + "\nlast\n", encoding="utf-8")
    assert run.end_of_log().endswith("last")
    assert "first" not in run.end_of_log()
