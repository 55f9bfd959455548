"""project.db where nothing may be written: opened to be looked at, and left as it is."""

import os
import sqlite3
from pathlib import Path

from core.errors import ProjectError
from core.store.database import DATABASE_NAME, database_errors, refuse_strangers
from core.store.light_sqlite import Database
from core.store.migrations import migrations

ELSEWHERE = "Copy the folder to a place where you may write, and open the copy."
_LOGS = ("-wal", "-journal")


def may_be_written(folder: Path) -> bool:
    """Whether the project in `folder` can be changed: the database, and the folder, where it keeps a log."""
    return os.access(folder, os.W_OK) and os.access(folder / DATABASE_NAME, os.W_OK)


def connect_to_view(folder: Path) -> Database:
    """Open the database of the project in `folder` as one that cannot be changed; nothing is made beside it.

    Raises ProjectError when it is damaged, from another version, not a project, or when the last changes are
    still in a log of which nothing can be read there.
    """
    path = folder / DATABASE_NAME
    with database_errors(path):
        db = Database(_open(path), execute_plugins=False)
        try:
            db.execute("PRAGMA trusted_schema = OFF")  # the file may come from anybody
            refuse_strangers(db, folder)
            if migrations.pending(db):
                raise ProjectError(
                    f"The project '{folder}' was made by an older version and cannot be brought up to date: "
                    "nothing can be written in its folder.",
                    ELSEWHERE,
                )
        except BaseException:
            db.close()
            raise
    return db


def _open(path: Path) -> sqlite3.Connection:
    """SQLite reads a log together with files that it makes beside it, or that whoever writes has made.

    Without either, a file that has a log by its header is read as one that nobody changes.
    """
    address = f"{path.as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True)
    try:
        connection.execute("select 1 from sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        if any(path.with_name(f"{path.name}{log}").exists() for log in _LOGS):
            raise ProjectError(
                f"The last changes of the project '{path.parent}' were not put into its {path.name}, "
                "and nothing can be written there to do so.",
                ELSEWHERE,
            ) from error
        return sqlite3.connect(f"{address}&immutable=1", uri=True)
    return connection
