"""Discarding runs: the folder of one goes to the bin of its project, from which it can be taken back."""

import shutil

from core.errors import RunError
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.requests.run_writing import BIN
from core.store.runs.queue import take_out


def discard_run(project: Project, name: str) -> None:
    """Move a run to the bin; the database keeps what it knows of it, for the case that it is taken back.

    Raises RunError for one that does not exist, is at work, or cannot be moved.
    """
    run = project.run_folder(name)
    if run.status() is Status.RUNNING:
        raise RunError(f"The run '{run.name}' is at work.", "Stop it first.")
    take_out(project, run.name)
    bin_folder = project.folder / BIN
    try:
        bin_folder.mkdir(exist_ok=True)
        shutil.move(run.path, bin_folder / run.name)
    except OSError as error:
        raise RunError(f"The run '{run.name}' cannot be discarded: {error.strerror or error}.") from error


def discarded_runs(project: Project) -> list[str]:
    """Names of the runs in the bin, the newest first."""
    folder = project.folder / BIN
    if not folder.is_dir():
        return []
    names = [path.name for path in folder.iterdir() if RunFolder(path).job_file.exists()]
    return sorted(names, key=lambda name: (RunFolder(folder / name).number, name), reverse=True)


def take_back_run(project: Project, name: str) -> RunFolder:
    """Move a run back to where it was; raises RunError for one that is not in the bin, or cannot be moved."""
    if name not in discarded_runs(project):
        raise RunError(f"There is no discarded run '{name}'.", "Run > Take back lists them.")
    run = RunFolder(project.runs_folder / name)
    if run.path.exists():
        raise RunError(f"There is another run '{name}' by now.", f"Rename the folder in '{BIN}' first.")
    try:
        project.runs_folder.mkdir(exist_ok=True)
        shutil.move(project.folder / BIN / name, run.path)
    except OSError as error:
        raise RunError(f"The run '{name}' cannot be taken back: {error.strerror or error}.") from error
    return run
