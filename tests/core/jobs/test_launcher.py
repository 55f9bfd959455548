import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from core.errors import RunError
from core.events import Stopped
from core.jobs import launcher
from core.jobs.atomic import write_json
from core.jobs.courtesy import NICENESS
from core.jobs.event_log import EventLog
from core.jobs.launcher import launch, worker_command
from core.jobs.process_mark import mark_process, read_mark
from core.jobs.run_folder import RunFolder, Status

COMPLETE = "import pathlib, sys; pathlib.Path(sys.argv[1], 'result.json').write_text('{}')"
WAIT = "import signal; print('waiting', flush=True); signal.pause()"

PATIENCE_SECONDS = 30

StandIn = Callable[[str], None]


def work_off(run: RunFolder, environment: Mapping[str, str] | None = None) -> int:
    """Launch a run and wait for its end; gives the exit status."""
    return launch(run, environment).wait(timeout=PATIENCE_SECONDS)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Puts a few lines of Python in the worker's place; its argument is the run folder."""

    def replace(code: str) -> None:
        command = [sys.executable, "-c", code]
        monkeypatch.setattr(launcher, "worker_command", lambda run: [*command, str(run.path)])

    return replace


@pytest.fixture
def waiting(run: RunFolder, stand_in: StandIn, wait_until: Callable) -> Iterator["subprocess.Popen[bytes]"]:
    """A launched worker that has begun and does not end by itself."""
    stand_in(WAIT)
    child = launch(run)
    wait_until(lambda: b"waiting" in run.log_file.read_bytes())
    yield child
    child.kill()
    child.wait()


def test_a_launched_worker_does_the_job_of_its_folder(run: RunFolder, stand_in: StandIn):
    stand_in(COMPLETE)
    assert work_off(run) == 0
    assert run.status() is Status.COMPLETED


def test_a_launched_run_is_running_at_once(run: RunFolder, waiting: "subprocess.Popen[bytes]"):
    assert run.status() is Status.RUNNING
    mark = read_mark(run.pid_file)
    assert mark is not None
    assert mark.pid == waiting.pid


def test_what_a_worker_prints_is_added_to_its_log(run: RunFolder, stand_in: StandIn):
    for word in ("first", "second"):
        stand_in(f"import sys; print('{word}'); print('{word} error', file=sys.stderr)")
        work_off(run)
    assert sorted(run.log_file.read_text().split("\n")) == [
        "",
        "first",
        "first error",
        "second",
        "second error",
    ]


def test_a_worker_gets_the_asked_environment_and_no_input(run: RunFolder, stand_in: StandIn):
    stand_in("import os, sys; print(os.environ['OMP_NUM_THREADS'], repr(sys.stdin.read()))")
    work_off(run, {"OMP_NUM_THREADS": "7"})
    assert run.log_file.read_text() == "7 ''\n"


def test_a_running_run_is_not_launched_twice(run: RunFolder, waiting: "subprocess.Popen[bytes]"):
    with pytest.raises(RunError, match="is running and cannot be started"):
        launch(run)


def test_a_completed_run_is_not_launched_again(run: RunFolder):
    write_json(run.result_file, {})
    with pytest.raises(RunError, match="is completed and cannot be started"):
        launch(run)


def test_a_run_that_lives_on_another_machine_is_refused_with_advice(run: RunFolder):
    write_json(run.pid_file, {"pid": 1, "host": "compute-node-17", "started": 1.0})
    with pytest.raises(RunError, match=r"started on 'compute-node-17'.*delete '.*pid'"):
        launch(run)


def test_a_run_whose_log_is_a_link_to_another_file_is_not_launched(run: RunFolder, tmp_path: Path):
    victim = tmp_path / ".bashrc"
    victim.write_text("# mine\n")
    run.log_file.symlink_to(victim)
    with pytest.raises(RunError, match="leads out"):
        launch(run)
    assert victim.read_text() == "# mine\n"


def test_a_folder_that_is_not_a_run_is_not_launched(tmp_path: Path):
    with pytest.raises(RunError, match="is not a run"):
        launch(RunFolder(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_is_killed_leaves_an_interrupted_run(
    run: RunFolder, waiting: "subprocess.Popen[bytes]", wait_until: Callable
):
    waiting.kill()
    wait_until(lambda: psutil.Process(waiting.pid).status() == psutil.STATUS_ZOMBIE)
    assert run.status() is Status.INTERRUPTED
    waiting.wait()
    assert run.status() is Status.INTERRUPTED


@pytest.mark.parametrize("end", ["interrupted", "stopped", "failed"])
def test_a_run_that_ended_early_can_be_launched_again(run: RunFolder, stand_in: StandIn, end: str):
    write_json(run.pid_file, {"pid": 2**30, "host": os.uname().nodename, "started": 1.0})
    run.request_stop()
    if end == "stopped":
        with EventLog(run.events_file) as log:
            log.append(Stopped(1))
    if end == "failed":
        write_json(run.error_file, {"message": "It broke."})
    assert run.status() == end
    stand_in(COMPLETE)
    work_off(run)
    assert run.status() is Status.COMPLETED
    assert not run.stop_file.exists()
    assert run.error() is None


def test_a_worker_that_cannot_be_started_is_a_sentence(run: RunFolder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(launcher, "worker_command", lambda run: [str(run.path / "no-such-program")])
    with pytest.raises(RunError, match=r"cannot be started: .*No such file"):
        launch(run)
    assert run.status() is Status.QUEUED


def test_ended_workers_are_not_left_as_zombies(run: RunFolder, stand_in: StandIn, wait_until: Callable):
    stand_in("")
    first = launch(run)
    wait_until(lambda: psutil.Process(first.pid).status() == psutil.STATUS_ZOMBIE)
    work_off(run)
    assert not psutil.pid_exists(first.pid)


def test_a_worker_lives_on_when_its_starter_ends(run: RunFolder):
    starter = (
        "import sys; from pathlib import Path\n"
        "from core.jobs import launcher; from core.jobs.run_folder import RunFolder\n"
        f"launcher.worker_command = lambda run: [sys.executable, '-c', {WAIT!r}]\n"
        "launcher.launch(RunFolder(Path(sys.argv[1])))"
    )
    subprocess.run([sys.executable, "-c", starter, run.path], check=True)
    mark = read_mark(run.pid_file)
    assert mark is not None
    worker = psutil.Process(mark.pid)
    try:
        assert run.status() is Status.RUNNING
        assert os.getsid(worker.pid) == worker.pid  # a closing terminal does not reach it
    finally:
        worker.kill()
        worker.wait(timeout=PATIENCE_SECONDS)
    assert run.status() is Status.INTERRUPTED


def test_a_worker_and_its_starter_may_mark_it_in_any_order(
    run: RunFolder, waiting: "subprocess.Popen[bytes]"
):
    before = read_mark(run.pid_file)
    mark_process(run.pid_file, waiting.pid)
    assert read_mark(run.pid_file) == before


def test_a_folder_called_core_in_the_working_directory_is_not_imported(run: RunFolder, tmp_path: Path):
    trap = tmp_path / "core"
    trap.mkdir()
    (trap / "__init__.py").write_text("raise SystemExit('trapped')")
    command = worker_command(run)
    start = command[: command.index("-m")]
    look = ["-c", "import core; print(core.__file__)"]
    finished = subprocess.run([*start, *look], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert not finished.stdout.startswith(str(tmp_path))
    unprotected = subprocess.run([sys.executable, *look], cwd=tmp_path, capture_output=True, text=True)
    assert unprotected.stderr == "trapped\n"


def test_the_worker_is_a_module_of_this_python_and_gets_an_absolute_path(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(run.path.parent)
    relative = RunFolder(Path(run.name))
    assert worker_command(relative) == [sys.executable, "-P", "-m", "core", "worker", str(run.path)]


def test_a_frozen_program_starts_itself_as_the_worker(run: RunFolder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker_command(run) == [sys.executable, "worker", str(run.path)]


def test_a_run_on_a_read_only_folder_is_refused_in_words(
    run: RunFolder, stand_in: StandIn, make_read_only: Callable[[Path], None]
):
    stand_in(COMPLETE)
    make_read_only(run.path)
    with pytest.raises(RunError, match=r"cannot be started: .*(Read-only|Permission denied)"):
        launch(run)
    assert json.loads(run.job_file.read_text())["kind"] == "pretrain"


def test_a_worker_keeps_the_memory_of_a_step_for_the_next(
    run: RunFolder, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    stand_in("import os; print(os.environ['MALLOC_TRIM_THRESHOLD_'])")
    assert work_off(run) == 0
    assert run.log_file.read_text(encoding="utf-8").strip() == str(2**30)


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="The system has no such priorities.")
def test_a_worker_lets_the_window_go_first(run: RunFolder, stand_in: StandIn):
    stand_in(WAIT)
    with launch(run) as child:
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == min(os.nice(0) + NICENESS, 19)
        child.kill()


def test_threads_of_a_worker_spin_little_unless_the_user_says_otherwise(
    run: RunFolder, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KMP_BLOCKTIME", "200")
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    stand_in("import os; print(os.environ['GOMP_SPINCOUNT'], os.environ['KMP_BLOCKTIME'])")
    assert work_off(run) == 0
    assert run.log_file.read_text(encoding="utf-8").strip() == "3000 200"
