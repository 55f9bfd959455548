"""Opening project.db: journal, migrations, and a plain word when it cannot be opened."""

import sqlite3
import sys
from pathlib import Path

from sqlite_utils import Database

from core.errors import ProjectError
from core.store.migrations import migrations

DATABASE_NAME = "project.db"
BUSY_TIMEOUT_MS = 10_000  # another process may be writing: wait rather than fail
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "afs", "fuse.sshfs", "ncpfs")


def connect(folder: Path) -> Database:
    """Open (or make) the database of the project in `folder`, brought up to date.

    Raises ProjectError when it is damaged, locked, read-only or from a newer version.
    """
    path = folder / DATABASE_NAME
    try:
        db = Database(path)
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _refuse_newer(db, folder)
        if not on_network_drive(folder):
            db.enable_wal()
        migrations.apply(db)
        return db
    except sqlite3.OperationalError as error:
        raise ProjectError(
            f"The project '{folder}' cannot be opened: {error}.", "Check that you may write in this folder."
        ) from error
    except sqlite3.DatabaseError as error:
        raise ProjectError(f"The file '{path}' is damaged: {error}.", "Restore it from a backup.") from error


def on_network_drive(folder: Path) -> bool:
    """Whether the folder is on a file system where SQLite's write-ahead log is not safe."""
    if not sys.platform.startswith("linux"):
        return str(folder).startswith("\\\\")
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    inside = [(len(point), kind) for point, kind in mounts if folder.is_relative_to(point)]
    return bool(inside) and max(inside)[1].startswith(NETWORK_FILE_SYSTEMS)


def _refuse_newer(db: Database, folder: Path) -> None:
    known = {step.name for step in migrations.pending(Database(memory=True))}
    if {step.name for step in migrations.applied(db)} - known:
        db.close()
        raise ProjectError(
            f"The project '{folder}' was made by a newer version of Siteloupe.",
            "Update Siteloupe to open it.",
        )
