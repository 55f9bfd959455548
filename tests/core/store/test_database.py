import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace

import pytest
from sqlite_utils import Database

from core.errors import DiskFull, ProjectError
from core.store import database
from core.store.database import DATABASE_NAME, connect, database_errors, on_network_drive, transaction
from core.store.migrations import known_steps, migrations


@pytest.fixture
def mounts(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes believe that these file systems are mounted, in this order."""

    def pretend(*pairs: tuple[object, str]) -> None:
        found = [SimpleNamespace(mountpoint=str(point), fstype=kind) for point, kind in pairs]
        monkeypatch.setattr(database.psutil, "disk_partitions", lambda all: found)

    return pretend


def journal(folder: Path) -> str:
    db = connect(folder)
    try:
        return db.journal_mode
    finally:
        db.close()


def test_a_local_disk_gets_the_write_ahead_log(tmp_path: Path, mounts: Callable[..., None]):
    mounts(("/", "ext4"))
    assert journal(tmp_path) == "wal"


def test_a_network_drive_does_without_the_write_ahead_log(tmp_path: Path, mounts: Callable[..., None]):
    mounts(("/", "ext4"), (tmp_path, "nfs4"))
    assert journal(tmp_path) == "delete"


def test_a_drive_that_lets_nothing_share_memory_does_without_and_says_so(
    tmp_path: Path, mounts: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    mounts(("/", "a file system of next year"))

    def without_shared_memory(path: Path, **options: object) -> Database:
        return Database(sqlite3.connect(f"file:{path}?vfs=unix-dotfile", uri=True), **options)

    monkeypatch.setattr(database, "Database", without_shared_memory)
    remarks: list[str] = []
    with connect(tmp_path, remarks.append) as db:
        assert db.journal_mode == "delete"
    assert "network drive" in "".join(remarks)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_IOERR_SHMMAP])
def test_an_error_of_shared_memory_is_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int):
    class Refusing(Database):
        def execute(self, sql: str, *arguments: object) -> sqlite3.Cursor:
            if sql == "PRAGMA journal_mode = wal":
                error = sqlite3.OperationalError("locking protocol")
                error.sqlite_errorcode = code
                raise error
            return super().execute(sql, *arguments)

    monkeypatch.setattr(database, "Database", Refusing)
    assert journal(tmp_path) == "delete"


def test_a_project_that_moved_to_a_network_drive_gives_the_log_up(
    tmp_path: Path, mounts: Callable[..., None]
):
    mounts(("/", "ext4"))
    assert journal(tmp_path) == "wal"
    mounts(("/", "nfs4"))
    assert journal(tmp_path) == "delete"


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "lustre", "beegfs", "ceph"]
)
def test_network_file_systems_are_known(mounts: Callable[..., None], kind: str):
    mounts(("/", "ext4"), ("/home", kind))
    assert on_network_drive(Path("/home/ada/project"))


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "fuseblk", "zfs"])
def test_local_file_systems_are_not_taken_for_network_drives(mounts: Callable[..., None], kind: str):
    mounts(("/", kind))
    assert not on_network_drive(Path("/home/ada/project"))


def test_the_innermost_mount_decides(mounts: Callable[..., None]):
    mounts(("/data/local", "ext4"), ("/data", "nfs4"), ("/", "ext4"))
    assert on_network_drive(Path("/data/project"))
    assert not on_network_drive(Path("/data/local/project"))
    assert not on_network_drive(Path("/database"))


def test_of_two_mounts_on_one_point_the_last_decides(mounts: Callable[..., None]):
    mounts(("/", "ext4"), ("/home", "autofs"), ("/home", "nfs4"))
    assert on_network_drive(Path("/home/ada"))
    mounts(("/", "rootfs"), ("/home", "nfs4"), ("/home", "ext4"))
    assert not on_network_drive(Path("/home/ada"))


def test_a_link_to_a_network_drive_is_one(tmp_path: Path, mounts: Callable[..., None]):
    (tmp_path / "share").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "share")
    mounts(("/", "ext4"), (tmp_path / "share", "cifs"))
    assert on_network_drive(tmp_path / "link" / "project")


def test_a_mount_with_a_blank_in_its_name_is_found(tmp_path: Path):
    folder = tmp_path / "my disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a disk")
    try:
        found = [mount.mountpoint for mount in database.psutil.disk_partitions(all=True)]
    finally:
        subprocess.run(["umount", folder], check=True)
    assert str(folder) in found


def test_migrations_are_applied_once(tmp_path: Path):
    for _ in range(3):
        db = connect(tmp_path)
        applied = [step.name for step in migrations.applied(db)]
        db.close()
        assert applied[:3] == ["create_library", "create_labels", "create_runs"]
        assert len(set(applied)) == len(applied) == len(known_steps())


def test_an_older_project_is_brought_up_to_date_and_keeps_its_content(tmp_path: Path):
    with Database(tmp_path / DATABASE_NAME) as db:
        migrations.apply(db, stop_before="create_labels")
        db.table("collections").insert({"name": "perovskites"})
    with connect(tmp_path) as db:
        assert [row["name"] for row in db.query("select name from collections")] == ["perovskites"]
        assert "labels" in db.table_names()


def test_an_older_project_is_kept_as_it_was_before_it_is_brought_up_to_date(tmp_path: Path):
    with Database(tmp_path / DATABASE_NAME) as db:
        db.enable_wal()
        migrations.apply(db, stop_before="create_labels")
        db.table("collections").insert({"name": "perovskites"})
        tables = sorted(db.table_names())
        remarks: list[str] = []
        connect(tmp_path, remarks.append).close()  # while the other still has its log
    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name == "before-create_labels.db"
    assert str(copy) in "".join(remarks)
    copy.rename(tmp_path / "restored.db")
    with Database(tmp_path / "restored.db") as db:
        assert sorted(db.table_names()) == tables
        assert [row["name"] for row in db.query("select name from collections")] == ["perovskites"]


def test_a_project_that_is_new_or_up_to_date_is_not_copied(tmp_path: Path):
    for _ in range(2):
        connect(tmp_path, lambda sentence: pytest.fail(sentence)).close()
    assert not (tmp_path / "backups").exists()


def test_a_project_that_cannot_be_copied_is_not_brought_up_to_date(tmp_path: Path):
    with Database(tmp_path / DATABASE_NAME) as db:
        migrations.apply(db, stop_before="create_labels")
    (tmp_path / "backups").write_text("a file in the way")
    with pytest.raises(ProjectError, match="not brought up to date without"):
        connect(tmp_path)
    with Database(tmp_path / DATABASE_NAME) as db:
        assert "labels" not in db.table_names()


def test_an_older_project_can_be_opened_by_several_threads_at_once(tmp_path: Path):
    with Database(tmp_path / DATABASE_NAME) as db:
        db.enable_wal()
        migrations.apply(db, stop_before="create_labels")
    barrier = Barrier(4)

    def open_it(_: int) -> list[str]:
        barrier.wait(timeout=30)
        with connect(tmp_path) as db:
            return sorted(db.table_names())

    with ThreadPoolExecutor(4) as pool:
        tables = list(pool.map(open_it, range(4)))
    assert all("predictions" in names for names in tables)


def test_an_update_that_fails_leaves_the_project_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with Database(tmp_path / DATABASE_NAME) as db:
        migrations.apply(db, stop_before="create_runs")

    def fail(db: Database) -> None:
        raise sqlite3.OperationalError("no such luck")

    monkeypatch.setattr(migrations._migrations[-1], "fn", fail)
    with pytest.raises(ProjectError, match="no such luck"):
        connect(tmp_path)
    monkeypatch.undo()
    with connect(tmp_path) as db:
        assert "runs" in db.table_names()


def test_a_project_of_a_newer_version_is_refused(tmp_path: Path):
    with connect(tmp_path) as db:
        step = {"migration_set": "siteloupe", "name": "create_teleporter", "applied_at": "2031-01-01"}
        db.table("_sqlite_migrations").insert(step)
    with pytest.raises(ProjectError, match=r"newer version of Siteloupe\. Update"):
        connect(tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "create trigger t after insert on structures begin delete from labels; end",
        "create view v as select * from structures",
    ],
)
def test_a_database_with_statements_that_run_by_themselves_is_refused(tmp_path: Path, statement: str):
    with connect(tmp_path) as db:
        db.execute(statement)
    with pytest.raises(ProjectError, match="run by themselves"):
        connect(tmp_path)


def test_functions_with_side_effects_are_not_believed_to_a_schema(tmp_path: Path):
    with connect(tmp_path) as db:
        assert db.execute("pragma trusted_schema").fetchone()[0] == 0


def test_the_database_of_another_program_is_left_alone(tmp_path: Path):
    with Database(tmp_path / DATABASE_NAME) as db:
        db.table("structures").insert({"name": "a bridge"})
    with pytest.raises(ProjectError, match="belongs to another program"):
        connect(tmp_path)
    with Database(tmp_path / DATABASE_NAME) as db:
        assert db.table_names() == ["structures"]


def damage_header(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)


def damage_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:] = b"\xa5" * (len(content) - 100)
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [damage_header, damage_pages])
def test_a_damaged_database_is_told_as_such(tmp_path: Path, damage: Callable[[Path], None]):
    connect(tmp_path).close()
    damage(tmp_path / DATABASE_NAME)
    with pytest.raises(ProjectError, match=r"project\.db' is damaged.*backup"):
        connect(tmp_path)


def test_a_folder_that_cannot_be_written_is_told_as_such(
    tmp_path: Path, make_read_only: Callable[[Path], None]
):
    make_read_only(tmp_path)
    with pytest.raises(ProjectError, match=r"cannot be written: .*Check that you may write"):
        connect(tmp_path)


def test_a_disk_without_room_for_the_database_is_full(small_disk: Path):
    (small_disk / "ballast").write_bytes(b"x" * 240 * 1024)
    with pytest.raises(DiskFull, match=r"project\.db"):
        connect(small_disk)


def test_a_transaction_keeps_all_or_nothing(tmp_path: Path):
    with connect(tmp_path) as db:
        with suppress(ZeroDivisionError), transaction(db):
            db.table("collections").insert({"name": "half"})
            raise ZeroDivisionError
        with transaction(db):
            db.table("collections").insert({"name": "whole"})
    with connect(tmp_path) as db:
        assert [row["name"] for row in db.query("select name from collections")] == ["whole"]


def test_a_transaction_holds_the_right_to_write_from_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1)
    with connect(tmp_path) as first, connect(tmp_path) as second, transaction(first):
        with pytest.raises(sqlite3.OperationalError, match="locked"), transaction(second):
            pass
        assert list(second.query("select * from collections")) == []  # reading goes on


def test_a_writer_waits_for_another_program(tmp_path: Path):
    connect(tmp_path).close()
    script = (
        "import sys; from pathlib import Path; from core.store.database import connect, transaction\n"
        "db = connect(Path(sys.argv[1]))\n"
        "for k in range(100):\n"
        "    with transaction(db):\n"
        "        n = next(db.query('select count(*) as n from collections'))['n']\n"
        "        db.table('collections').insert({'name': f'{sys.argv[2]} {n}'})"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path, str(k)], stderr=subprocess.PIPE)
        for k in "ab"
    ]
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [(b"", 0)] * 2
    with connect(tmp_path) as db:
        numbers = sorted(int(row["name"].split()[1]) for row in db.query("select name from collections"))
    assert numbers == list(range(200))


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_FULL, DiskFull, "disk is full"),
        (sqlite3.SQLITE_IOERR_SHMSIZE, DiskFull, "disk is full"),
        (sqlite3.SQLITE_BUSY, ProjectError, "in use by another program"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, ProjectError, "in use by another program"),
        (sqlite3.SQLITE_READONLY_DBMOVED, ProjectError, "cannot be written"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, ProjectError, "cannot be written"),
        (sqlite3.SQLITE_CORRUPT, ProjectError, "damaged"),
        (sqlite3.SQLITE_NOTADB, ProjectError, "damaged"),
        (sqlite3.SQLITE_IOERR_READ, ProjectError, "Check the disk"),
    ],
)
def test_what_sqlite_says_becomes_a_sentence(code: int, kind: type[Exception], words: str):
    error = sqlite3.OperationalError("said by SQLite")
    error.sqlite_errorcode = code
    with pytest.raises(kind, match=words), database_errors(Path("/p/project.db")):
        raise error


@pytest.mark.parametrize("fault", [sqlite3.ProgrammingError, sqlite3.IntegrityError])
def test_a_fault_of_the_program_is_not_blamed_on_the_file(fault: type[Exception]):
    with pytest.raises(fault), database_errors(Path("/p/project.db")):
        raise fault
