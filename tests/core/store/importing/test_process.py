import multiprocessing
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from core.errors import CoreError, ProjectError
from core.store.importing import process as import_process
from core.store.importing.files import import_files
from core.store.importing.process import import_apart
from core.store.progress import Progress
from core.store.project import Project

WriteCifs = Callable[..., list[Path]]


@pytest.fixture
def cifs(tmp_path: Path, write_cifs: WriteCifs) -> list[Path]:
    """Six files, of which one cannot be read."""
    paths = write_cifs(tmp_path / "cifs", 6)
    paths[3].write_text("")
    return paths


@pytest.fixture(autouse=True)
def as_if_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six files are work for a process of its own."""
    monkeypatch.setattr(import_process, "choose_workers", lambda files: 2)


def test_a_process_of_its_own_imports_what_this_one_would(project: Project, cifs: list[Path]):
    told: list[Progress] = []
    apart = import_apart(project.folder, cifs, "apart", on_rate=told.append)
    assert apart == import_files(project, cifs, "here", workers=1)
    assert project.structure_rows("apart") == project.structure_rows("here")
    assert told[0].total == 6


def test_the_process_ends_by_itself_and_so_takes_its_locks_away(
    project: Project, cifs: list[Path], monkeypatch: pytest.MonkeyPatch
):
    codes: list[int | None] = []
    monkeypatch.setattr(SpawnProcess, "terminate", lambda process: codes.append(process.exitcode))
    import_apart(project.folder, cifs, "apart")
    assert codes == [0]


def test_little_work_is_done_at_once(project: Project, cifs: list[Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    children = []
    import_apart(
        project.folder, cifs, "few", on_rate=lambda _: children.extend(multiprocessing.active_children())
    )
    assert len(project.structure_rows("few")) == 5
    assert children == []


def test_an_import_that_is_cancelled_tells_what_it_has(project: Project, cifs: list[Path]):
    summary = import_apart(project.folder, cifs, "cancelled", cancelled=lambda: True)
    assert (summary.num_files, summary.num_imported) == (6, 0)


def test_the_words_of_an_error_come_across(tmp_path: Path, cifs: list[Path]):
    with pytest.raises(CoreError, match="is not a Siteloupe project") as raised:
        import_apart(tmp_path / "nowhere", cifs, "lost")
    assert raised.value.hint


def test_a_process_that_dies_is_told(project: Project, cifs: list[Path]):
    def kill() -> bool:
        for child in multiprocessing.active_children():
            child.kill()
        return False

    with pytest.raises(ProjectError, match="ended without a word"):
        import_apart(project.folder, cifs, "dead", cancelled=kill)
