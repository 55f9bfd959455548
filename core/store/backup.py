"""A copy of project.db as an older version wrote it, made before it is brought up to date."""

import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import ProjectError
from core.jobs.atomic import write_atomically

BACKUPS = "backups"


def back_up(database: Path, name: str) -> Path:
    """Copy a database, with what its log holds, to backups/NAME.db beside it, in one step.

    An earlier copy of that name is replaced. Raises DiskFull, ProjectError where nothing can be written, and
    what SQLite raises.
    """
    target = database.parent / BACKUPS / f"{name}.db"
    try:
        target.parent.mkdir(exist_ok=True)
        write_atomically(target, lambda partial: _copy(database, partial))
    except OSError as error:
        raise ProjectError(
            f"'{database}' cannot be copied to '{target}', and is not brought up to date without: "
            f"{error.strerror}.",
            "Check that you may write in this folder.",
        ) from error
    return target


def _copy(database: Path, target: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
