import errno
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import RunError
from core.jobs import run_lock
from core.jobs.run_lock import only_worker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there only marks of processes tell")

HOLD = (
    "import sys; from pathlib import Path; from core.jobs.run_lock import only_worker\n"
    "with only_worker(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


def test_a_second_worker_is_refused_until_the_first_is_killed(tmp_path: Path):
    command = [sys.executable, "-c", HOLD, tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(RunError, match="Another process is at work"), only_worker(tmp_path):
            pass
        first.kill()
        first.wait()
        with only_worker(tmp_path):
            pass


def test_a_worker_that_has_ended_holds_nothing(tmp_path: Path):
    for _ in range(2):
        with only_worker(tmp_path):
            pass


def test_a_file_system_without_locks_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*arguments: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(run_lock.fcntl, "lockf", refuse)
    done = False
    with only_worker(tmp_path):
        done = True
    assert done
