"""Writing a new run folder, numbered, whole or not at all."""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.errors import ProjectError
from core.jobs.atomic import disk_errors
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.store.project import Project

BIN = "discarded"  # folder of the project where runs go that are not wanted any more
LONGEST_LABEL = 40  # characters of a run's name after its number


def write_run(
    project: Project,
    label: str,
    spec: JobSpec,
    rows: Iterable[Mapping[str, Any]],
    files: Mapping[str, Path] = MappingProxyType({}),
    texts: Mapping[str, str] = MappingProxyType({}),
) -> RunFolder:
    """Fill a new run folder; one that cannot be finished is taken away again.

    rows: those of structures.jsonl. files: what is copied into the folder, by the name that it gets there.
    texts: the content of further files by name.
    """
    with writing_in(project.runs_folder):
        run = _new_run(project, label)
        try:
            for name, path in files.items():
                (run.path / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(path, run.path / name)
            for name, text in texts.items():
                (run.path / name).write_text(text, encoding="utf-8")
            run.write_job(spec, rows)
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise
    return run


@contextmanager
def writing_in(folder: Path) -> Iterator[None]:
    """Raise DiskFull or ProjectError where files cannot be written."""
    try:
        with disk_errors(folder):
            yield
    except OSError as error:
        raise ProjectError(
            f"No run can be made in '{folder}': {error.strerror}.", "Check that you may write there."
        ) from error


def _new_run(project: Project, label: str) -> RunFolder:
    """Make the next numbered folder; one program at a time does so, so that no number is given twice.

    A number in the bin is not given again, since its run may be taken back, nor one that the database knows:
    its run was taken in and deleted.
    """
    safe = re.sub("[^A-Za-z0-9_-]+", "_", label)[:LONGEST_LABEL].strip("_-")
    with project.transaction():
        project.runs_folder.mkdir(exist_ok=True)
        folders = [project.runs_folder, project.folder / BIN]
        names = [path.name for folder in folders if folder.is_dir() for path in folder.iterdir()]
        names += [row["name"] for row in project.query("select name from runs")]
        number = 1 + max((RunFolder(Path(name)).number for name in names), default=0)
        path = project.runs_folder / f"{number:04d}-{safe}"
        path.mkdir()
    return RunFolder(path)
