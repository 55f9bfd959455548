from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from core.errors import DiskFull, ProjectError
from core.store.backup import back_up


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with Database(tmp_path / "project.db") as db:
        db.table("collections").insert_all({"name": f"perovskites {number}"} for number in range(100))
    return tmp_path / "project.db"


def test_a_copy_holds_what_is_still_in_the_log(database: Path):
    with Database(database) as db:
        db.enable_wal()
        db.table("collections").insert({"name": "in the log"})
        copy = back_up(database, "before-labels")
    assert copy == database.parent / "backups" / "before-labels.db"
    with Database(copy) as db:
        assert db.table("collections").count == 101


def test_an_earlier_copy_is_replaced(database: Path):
    back_up(database, "x")
    with Database(database) as db:
        db.table("collections").insert({"name": "of later"})
    copy = back_up(database, "x")
    assert list(copy.parent.iterdir()) == [copy]
    with Database(copy) as db:
        assert db.table("collections").count == 101


def test_a_folder_that_cannot_be_written_is_told(database: Path, make_read_only: Callable[[Path], None]):
    make_read_only(database.parent)
    with pytest.raises(ProjectError, match="cannot be copied"):
        back_up(database, "x")


def test_a_full_disk_is_told_and_leaves_no_half_copy(database: Path, monkeypatch: pytest.MonkeyPatch):
    def no_space(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.jobs.atomic._flush_to_disk", no_space)
    with pytest.raises(DiskFull):
        back_up(database, "x")
    assert [*(database.parent / "backups").iterdir()] == []
