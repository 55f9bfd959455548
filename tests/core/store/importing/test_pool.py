import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from core.store.importing import pool as import_pool
from core.store.importing.files import import_files
from core.store.importing.pool import choose_workers, prepared_parts
from core.store.importing.preparation import FilePart
from core.store.process_pool import usable_cores
from core.store.project import Project

WriteCifs = Callable[..., list[Path]]


@pytest.fixture
def cifs(tmp_path: Path, write_cifs: WriteCifs) -> list[Path]:
    """Forty files, of which one cannot be read."""
    paths = write_cifs(tmp_path / "cifs", 40)
    paths[7].write_text("")
    return paths


def content(parts: list[FilePart]) -> list[tuple[str, list[str], list[str], bool, bool]]:
    return [
        (
            part.path,
            [record.content_hash for record in part.records],
            [rejection.reason for rejection in part.rejected],
            part.is_first,
            part.is_last,
        )
        for part in parts
    ]


def test_several_processes_give_what_one_gives_in_the_same_order(cifs: list[Path]):
    alone = content(list(prepared_parts(cifs, "keep", workers=1)))
    assert content(list(prepared_parts(cifs, "keep", workers=2))) == alone
    assert [path for path, *_ in alone] == [str(path) for path in cifs]


def test_a_large_file_comes_in_parts_of_bounded_length(
    tmp_path: Path, write_cifs: WriteCifs, monkeypatch: pytest.MonkeyPatch
):
    texts = [path.read_text() for path in write_cifs(tmp_path, 5)]
    large = tmp_path / "large.cif"
    large.write_text("".join(texts))
    monkeypatch.setattr(import_pool, "LARGE_FILE", large.stat().st_size)
    monkeypatch.setattr("core.store.importing.preparation.STRUCTURES_PER_PART", 2)
    parts = list(prepared_parts([large], "keep", workers=1))
    assert [len(part.records) for part in parts] == [2, 2, 1, 0]
    assert [part.is_first for part in parts] == [True, False, False, False]
    assert [part.is_last for part in parts] == [False, False, False, True]


def test_little_work_is_done_by_one_process(cifs: list[Path], monkeypatch: pytest.MonkeyPatch):
    assert choose_workers(cifs) == 1
    monkeypatch.setattr(import_pool, "FEWEST_FILES", len(cifs))
    assert choose_workers(cifs) == usable_cores()
    assert choose_workers([Path("missing.cif")]) == 1


def test_a_cancelled_import_leaves_no_process_behind(project: Project, cifs: list[Path], wait_until):
    done = 0

    def count(number: int, total: int) -> None:
        nonlocal done
        done = number

    summary = import_files(project, cifs, "all", on_progress=count, cancelled=lambda: done >= 4, workers=2)
    assert summary.num_imported == 4
    wait_until(lambda: not _readers(psutil.Process()))


def test_an_import_by_several_processes_that_is_killed_leaves_none_behind(
    tmp_path: Path, cifs: list[Path], wait_until
):
    script = (
        "import sys; from pathlib import Path\n"
        "from core.store.importing.files import import_files; from core.store.project import Project\n"
        "def report(done, total):\n"
        "    if done == 20: print('here', flush=True); sys.stdin.read()\n"
        "if __name__ == '__main__':\n"
        "    folder = [Path(sys.argv[2])]\n"
        "    import_files(Project.create(Path(sys.argv[1])), folder, 'all', on_progress=report, workers=2)"
    )
    command = [sys.executable, "-c", script, tmp_path / "project", cifs[0].parent]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as importer:
        assert importer.stdout is not None
        assert importer.stdout.readline() == b"here\n"
        readers = _readers(psutil.Process(importer.pid))
        assert readers
        importer.kill()
    wait_until(lambda: not any(reader.is_running() for reader in readers))
    with Project.open(tmp_path / "project") as project:
        assert project.query("pragma integrity_check") == [{"integrity_check": "ok"}]


def _readers(process: psutil.Process) -> list[psutil.Process]:
    readers = []
    for child in process.children():
        with suppress(psutil.Error):  # it has just ended
            if "spawn_main" in " ".join(child.cmdline()):
                readers.append(child)
    return readers


def crash(paths: list[Path], disorder: str) -> list[FilePart]:
    if any(path.stem == "s5" for path in paths):
        os.kill(os.getpid(), signal.SIGKILL)
    return real_prepare_files(paths, disorder)


real_prepare_files = import_pool.prepare_files


def test_a_file_that_ends_its_process_is_rejected_and_the_others_are_read(
    cifs: list[Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_pool, "prepare_files", crash)
    monkeypatch.setattr(import_pool, "FILES_PER_JOB", 4)
    parts = list(prepared_parts(cifs[:12], "keep", workers=2))
    assert [Path(part.path).stem for part in parts] == [f"s{k}" for k in range(12)]
    (rejection,) = parts[5].rejected
    assert "ended without a word" in rejection.reason
    assert [len(part.records) for part in parts] == [1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1]
