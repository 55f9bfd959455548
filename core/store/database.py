"""project.db: opening it, writing to it in one step, and a plain word when that does not work."""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.errors import CoreError, DiskFull, ProjectError
from core.store.backup import back_up
from core.store.light_sqlite import Database
from core.store.migrations import known_steps, migrations

DATABASE_NAME = "project.db"
BUSY_TIMEOUT_MS = 10_000  # another process may be writing: wait rather than fail
# "fuse." stands for sshfs, rclone and their like; a local NTFS disk is "fuseblk".
NETWORK_FILE_SYSTEMS = (
    *("nfs", "cifs", "smb", "9p", "afs", "ncpfs", "ceph", "lustre", "gpfs", "beegfs", "fuse."),
)
NO_SHARED_MEMORY = (
    *(sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_IOERR_SHMOPEN),
    *(sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_SHMLOCK),
)


def connect(folder: Path, remark: Callable[[str], object] = lambda sentence: None) -> Database:
    """Open (or make) the database of the project in `folder`, brought up to date.

    `remark` gets what a user should know of how it was opened: a network drive, a backup that was made.
    Raises ProjectError when it is damaged, locked, read-only, from a newer version or not a project.
    """
    path = folder / DATABASE_NAME
    with database_errors(path):
        db = Database(path, execute_plugins=False)  # no code of other people's packages
        try:
            db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            db.execute("PRAGMA trusted_schema = OFF")  # the file may come from anybody
            refuse_strangers(db, folder)
            _choose_journal(db, folder, remark)
            if migrations.pending(db):
                _bring_up_to_date(db, path, remark)
        except BaseException:
            db.close()
            raise
    return db


@contextmanager
def transaction(db: Database) -> Iterator[None]:
    """Keep all that is written inside the block, or nothing of it when an error leaves the block.

    The right to write is taken at the start: SQLite waits for it there, but fails at once where a
    transaction that has read something wants to write after another program has written.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the file, the disk or other programs into DiskFull or ProjectError."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise  # a fault of this program, not of the file
    except sqlite3.Error as error:
        raise _in_words(error, path) from error


def placeholders(values: Sized) -> str:
    """The question marks that stand for these values in an SQL statement."""
    return ", ".join("?" * len(values))


def on_network_drive(folder: Path) -> bool:
    """Whether the folder is on a file system where SQLite's write-ahead log is not safe."""
    if not sys.platform.startswith("linux"):
        return str(folder).startswith("\\\\")
    folder = folder.resolve()
    mounts = [mount for mount in psutil.disk_partitions(all=True) if folder.is_relative_to(mount.mountpoint)]
    # Of several mounts on one point the last one is seen, and sorting keeps their order.
    mounts.sort(key=lambda mount: len(mount.mountpoint))
    return bool(mounts) and str(mounts[-1].fstype).startswith(NETWORK_FILE_SYSTEMS)


def refuse_strangers(db: Database, folder: Path) -> None:
    """Raise ProjectError for a database that acts by itself, of a newer version, or of another program."""
    if next(db.query("select 1 from sqlite_master where type in ('trigger', 'view')"), None):
        raise ProjectError(
            f"The {DATABASE_NAME} of '{folder}' holds statements that would run by themselves.",
            "Siteloupe writes no such thing: do not open projects of people whom you do not know.",
        )
    steps = {step.name for step in migrations.applied(db)}
    if steps - known_steps():
        raise ProjectError(
            f"The project '{folder}' was made by a newer version of Siteloupe.",
            "Update Siteloupe to open it.",
        )
    if not steps and db.table_names():
        raise ProjectError(
            f"'{folder}' is not a Siteloupe project: its {DATABASE_NAME} belongs to another program.",
            "Choose another folder, or make a new project.",
        )


def _bring_up_to_date(db: Database, path: Path, remark: Callable[[str], object]) -> None:
    with transaction(db):
        pending = migrations.pending(db)  # another program may have done it meanwhile
        if pending and migrations.applied(db):
            copy = back_up(path, f"before-{pending[0].name}")
            remark(f"The project was made by an older version and is up to date now; '{copy}' is as it was.")
        migrations.apply(db)


def _choose_journal(db: Database, folder: Path, remark: Callable[[str], object]) -> None:
    if not on_network_drive(folder) and _takes_write_ahead_log(db):
        # A commit need not wait for the disk: a power cut may cost the last ones, but never harms the file.
        db.execute("PRAGMA synchronous = NORMAL")
        return
    db.disable_wal()  # it may have been copied there from a local disk
    remark(
        "The project is on a network drive: changes take longer, and one computer at a time should make them."
    )


def _takes_write_ahead_log(db: Database) -> bool:
    """Whether the file system lets connections share memory; some that do not have a name of their own."""
    try:
        return bool(db.execute("PRAGMA journal_mode = wal").fetchone()[0] == "wal")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in NO_SHARED_MEMORY:
            return False
        raise


def _in_words(error: sqlite3.Error, path: Path) -> CoreError:
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # no room for what its connections share
        return DiskFull(path)
    match code & 0xFF:  # the rest of the code is detail
        case sqlite3.SQLITE_FULL:
            return DiskFull(path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return ProjectError(
                f"The project '{path.parent}' is in use by another program.",
                "Try again when that has finished.",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return ProjectError(
                f"The file '{path}' cannot be written: {error}.", "Check that you may write in this folder."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return ProjectError(f"The file '{path}' is damaged: {error}.", "Restore it from a backup.")
    return ProjectError(f"The file '{path}' cannot be used: {error}.", "Check the disk.")
