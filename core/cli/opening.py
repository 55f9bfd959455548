"""Opening the project of a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.cli.console import Console
from core.store.project import Project


@contextmanager
def opened(folder: Path, console: Console) -> Iterator[Project]:
    """Open a project, say what a person should know of how that went, and close it in the end.

    Raises ProjectError when it cannot be opened.
    """
    with Project.open(folder) as project:
        for remark in project.remarks:
            console.say(remark)
        yield project
