"""Which windows have a project open: a mark of the process of each, in a folder of the project."""

import os
import socket
from contextlib import suppress
from pathlib import Path

from core.errors import CoreError
from core.jobs.process_mark import is_alive, mark_process, read_mark
from core.jobs.run_folder import leads_out

_FOLDER = Path("cache", "windows")


def announce(project_folder: Path) -> str:
    """Mark this process as one that has the project open; says who else has, nothing when nobody.

    Where the folder cannot be written nothing is marked: then nothing can be changed by two either.
    """
    others = _others(project_folder)
    with suppress(OSError, CoreError):
        if not any(leads_out(project_folder / part, project_folder) for part in ("cache", _FOLDER)):
            (project_folder / _FOLDER).mkdir(parents=True, exist_ok=True)
            mark_process(_own_file(project_folder))
    return " ".join(others)


def withdraw(project_folder: Path) -> None:
    """This process no longer has the project open."""
    with suppress(OSError):
        _own_file(project_folder).unlink(missing_ok=True)


def _own_file(project_folder: Path) -> Path:
    return project_folder / _FOLDER / f"{socket.gethostname()}-{os.getpid()}.json"


def _others(project_folder: Path) -> list[str]:
    """A sentence for each other process; marks of those that are gone are taken away."""
    found = []
    for path in sorted((project_folder / _FOLDER).glob("*.json")):
        mark = read_mark(path)
        alive = False if mark is None else is_alive(mark)
        if alive is False:
            with suppress(OSError):
                path.unlink()
        elif mark is not None and alive and mark.pid != os.getpid():
            found.append("The project is open in another window: what is changed there is seen here later.")
        elif mark is not None and alive is None:
            found.append(f"The project may be open on '{mark.host}', too: change it in one place at a time.")
    return found
