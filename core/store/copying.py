"""A copy of a whole project in another folder, made while it is open and runs are at work."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from core.errors import ProjectError
from core.jobs.atomic import disk_errors
from core.store.database import DATABASE_NAME
from core.store.project import Project, require_empty
from core.store.runs.queue import QUEUE_FILE

# What belongs to processes that are at work, or can be made anew; a run at work is interrupted in the copy.
_LEFT_BEHIND = ("cache", "backups", "pid", "lock", "stop", QUEUE_FILE, "*.partial", "*-wal", "*-shm")


def copy_project(project: Project, folder: Path) -> None:
    """Copy library, runs and models into a new or empty folder.

    The database is copied by SQLite as one moment has it. Raises ProjectError for a folder that is not empty,
    lies in the project or cannot be written, and DiskFull; what was begun is then taken away.
    """
    source = project.folder.resolve()
    if folder.resolve().is_relative_to(source):
        raise ProjectError(f"'{folder}' lies in the project itself.", "Choose a folder outside of it.")
    require_empty(folder)
    try:
        with disk_errors(folder):
            _copy(source, folder)
    except (OSError, sqlite3.Error, shutil.Error) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ProjectError(
            f"The project cannot be copied to '{folder}': {error}.", "Choose another folder."
        ) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _copy(source: Path, folder: Path) -> None:
    """The database first: the folders of all the runs that it knows are there by then."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(source / DATABASE_NAME)) as database,
        closing(sqlite3.connect(folder / DATABASE_NAME)) as copy,
    ):
        database.backup(copy)
    left_behind = shutil.ignore_patterns(DATABASE_NAME, *_LEFT_BEHIND)
    shutil.copytree(source, folder, ignore=left_behind, symlinks=True, dirs_exist_ok=True)
