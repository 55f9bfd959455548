"""Runs that are done on a cluster: a folder that holds all a run needs, and its results taken back."""

import hashlib
import re
import shlex
import shutil
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Final

from core.errors import RunError, SettingError
from core.jobs.atomic import disk_errors, write_atomically, write_json
from core.jobs.run_folder import RunFolder, Status
from core.store.library.export import safe_file_name
from core.store.project import Project
from core.store.runs.ingest import ingest_run

TEMPLATES: Final = Path(str(files("resources"))) / "cluster"
SCRIPT: Final = "job.slurm"
CARD: Final = "bundle.json"
# What says what the run is to do, and what belongs to the machine on which it is done.
_NOT_RESULTS: Final = {
    *("job.json", "structures.jsonl", "start.safetensors", "result.json"),
    *("lock", "pid", "stop", "error.json"),
}
_TIME: Final = re.compile(r"(\d{1,3}-)?\d{1,3}:\d{2}:\d{2}")


@dataclass(frozen=True)
class ClusterSettings:
    """What a cluster is asked for: nodes, GPUs and cores of each, and the time as d-hh:mm:ss."""

    nodes: int = 1
    gpus: int = 1
    cores: int = 8
    time: str = "24:00:00"

    def check(self) -> None:
        """Raise SettingError for what no cluster can give."""
        if min(self.nodes, self.gpus, self.cores) < 1:
            raise SettingError("Nodes, GPUs and cores are at least 1.")
        if not _TIME.fullmatch(self.time):
            raise SettingError(f"The time '{self.time}' is not of the form d-hh:mm:ss.", "Try 12:00:00.")


class _Template(string.Template):
    """Text with @{names}, since a shell script is full of dollars."""

    delimiter = "@"


def export_bundle(
    run: RunFolder, bundle: Path, settings: ClusterSettings, template: Path | None = None
) -> None:
    """Write a run that waits, or was stopped, into a new folder with a script for Slurm.

    template: a script to fill in, in place of the one that is shipped. Raises RunError for a run that is at
    work or completed, for a folder that is not empty, or one that cannot be written, SettingError for
    impossible settings or a template that asks for what there is not, and DiskFull.
    """
    settings.check()
    spec, status = run.spec(), run.status()
    if status in (Status.RUNNING, Status.COMPLETED):
        raise RunError(f"The run '{run.name}' is {status}.", "Make a new one, and do not start it here.")
    run.require_own_files()
    values = {
        "job_name": safe_file_name(run.name),
        "run": shlex.quote(run.name),
        "title": " ".join(spec.title.split()) or run.name,
        **{name: str(value) for name, value in vars(settings).items()},
    }
    script = _filled(template or TEMPLATES / "slurm.sh.template", values)
    readme = _filled(TEMPLATES / "README.md.template", values)
    try:
        with disk_errors(bundle):
            _write(run, bundle, {SCRIPT: script, "README.md": readme})
    except OSError as error:
        raise RunError(f"'{bundle}' cannot be written: {error.strerror or error}.") from error


def ingest_bundle(project: Project, bundle: Path) -> RunFolder:
    """Take the results of a bundle into the run that it was made of; doing it twice changes nothing.

    Raises RunError where the bundle is of another project, is not done, leads out of its folder, or where the
    run has results of its own, and DiskFull.
    """
    done = _run_in(bundle)
    done.require_own_files()
    run = RunFolder(project.runs_folder / done.name)
    if not run.job_file.exists() or _digest(run.job_file) != _digest(done.job_file):
        raise RunError(
            f"The bundle '{bundle}' is of a run '{done.name}' that this project does not have.",
            "Take it into the project that it was exported from; a discarded run can be taken back first.",
        )
    if done.status() is not Status.COMPLETED:
        raise RunError(f"The run in the bundle '{bundle}' is {done.status()}.", "Let it end, then try again.")
    if run.status() is Status.RUNNING:
        raise RunError(f"The run '{run.name}' is at work here.", "Stop it first.")
    if not run.result_file.exists():
        _copy_results(done, run)
    elif _digest(run.result_file) != _digest(done.result_file):
        raise RunError(f"The run '{run.name}' has other results than the bundle.", "Keep one of the two.")
    ingest_run(project, run)
    return run


def _write(run: RunFolder, bundle: Path, texts: dict[str, str]) -> None:
    if bundle.exists() and any(bundle.iterdir()):
        raise RunError(f"The folder '{bundle}' is not empty.", "Choose a new folder for the bundle.")
    bundle.mkdir(parents=True, exist_ok=True)
    left_behind = shutil.ignore_patterns("lock", "pid", "stop", "error.json", "cache", "*.partial")
    shutil.copytree(run.path, bundle / run.name, ignore=left_behind)
    for name, text in texts.items():
        (bundle / name).write_text(text, encoding="utf-8")
    write_json(bundle / CARD, {"bundle_version": 1, "run": run.name})


def _run_in(bundle: Path) -> RunFolder:
    """The run of a bundle, which is the only folder with a job in it."""
    if bundle.is_dir() and (bundle / CARD).is_file():
        runs = [RunFolder(path) for path in bundle.iterdir() if (path / "job.json").is_file()]
        if len(runs) == 1 and not runs[0].path.is_symlink():
            runs[0].spec()
            return runs[0]
    raise RunError(f"'{bundle}' is not a bundle of Siteloupe.", "Choose a folder that `export` has written.")


def _copy_results(done: RunFolder, run: RunFolder) -> None:
    """Copy what the run has made, what says that it is complete last."""
    for path in (*_results(done), done.result_file):
        target = run.path / path.relative_to(done.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, partial(shutil.copyfile, path))
    run.error_file.unlink(missing_ok=True)


def _results(run: RunFolder) -> Iterator[Path]:
    for path in sorted(run.path.rglob("*")):
        first = path.relative_to(run.path).parts[0]
        is_result = first not in _NOT_RESULTS and first != "cache" and not path.name.endswith(".partial")
        if is_result and path.is_file():
            yield path


def _filled(template: Path, values: dict[str, str]) -> str:
    try:
        return _Template(template.read_text(encoding="utf-8")).substitute(values)
    except (OSError, UnicodeError) as error:
        raise SettingError(f"The template '{template}' cannot be read: {error}.") from error
    except (KeyError, ValueError) as error:
        raise SettingError(
            f"The template '{template}' asks for {error}, which there is not.",
            f"It may ask for {', '.join(f'@{{{name}}}' for name in values)}; a plain @ is written @@.",
        ) from error


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
