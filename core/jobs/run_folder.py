"""The run folder: everything about one run is a file in it, and its state is read off those files."""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.errors import RunError
from core.events import Stopped
from core.jobs.atomic import write_atomically, write_json
from core.jobs.event_log import last_event
from core.jobs.process_mark import is_alive, read_mark
from core.jobs.spec import SPEC_VERSION, JobSpec


class Status(StrEnum):
    """State of a run; `interrupted` means that its process is gone without a last word."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


_END_OF_LOG = 8_000  # bytes
RESUMABLE = (Status.STOPPED, Status.FAILED, Status.INTERRUPTED)


class RunFolder:
    """One run on disk; the object holds nothing but the path and can be made anew at any time."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.name = self.path.name
        self.job_file = self.path / "job.json"
        self.structures_file = self.path / "structures.jsonl"
        self.graphs_file = self.path / "graphs.npz"
        self.start_model_file = self.path / "start.safetensors"
        self.events_file = self.path / "events.jsonl"
        self.log_file = self.path / "worker.log"
        self.stop_file = self.path / "stop"
        self.pid_file = self.path / "pid"
        self.checkpoints = self.path / "checkpoints"
        self.model_file = self.path / "model.safetensors"
        self.predictions_file = self.path / "predictions.csv"
        self.classes_file = self.path / "classes.csv"
        self.embeddings_file = self.path / "embeddings.npz"
        self.attention_file = self.path / "attention.npz"
        self.occlusion_file = self.path / "occlusion.npz"
        self.cloud_model_file = self.path / "clouds.safetensors"
        self.trajectory_folder = self.path / "trajectory"
        self.order_file = self.path / "order.npz"
        self.result_file = self.path / "result.json"
        self.error_file = self.path / "error.json"

    @property
    def graph_cache(self) -> Path:
        """Where graphs are kept for other runs: in the project, or in the run where it lies in none."""
        project = self.path.absolute().parent.parent
        is_inside = (project / "project.db").is_file() and not leads_out(project / "cache", project)
        return (project if is_inside else self.path) / "cache" / "graphs"

    @property
    def trajectory_file(self) -> Path | None:
        """The trajectory it works on, under the name that the user gave it; None where there is none."""
        return next(self.trajectory_folder.glob("*"), None)

    def end_of_log(self) -> str:
        """The last lines that its worker has written to its log; empty where there is none to read."""
        try:
            with self.log_file.open("rb") as log:
                log.seek(0, os.SEEK_END)
                log.seek(max(0, log.tell() - _END_OF_LOG))
                return log.read().decode("utf-8", errors="replace").strip()
        except OSError:
            return ""

    @property
    def number(self) -> int:
        """The number in front of its name; 0 where there is none."""
        digits = re.match("[0-9]*", self.name)
        return int(digits[0]) if digits and digits[0] else 0

    def write_job(self, spec: JobSpec, structures: Iterable[Mapping[str, Any]]) -> None:
        """Write the structures, then job.json; the folder counts as a run only once that is there."""
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        digest, count = hashlib.sha256(), 0

        def write(partial: Path) -> None:
            nonlocal count
            with open(partial, "wb") as file:
                for row in structures:
                    line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
                    digest.update(line)
                    file.write(line)
                    count += 1

        write_atomically(self.structures_file, write)
        finished = spec.model_copy(update={"structures_sha256": digest.hexdigest(), "num_structures": count})
        write_json(self.job_file, finished.model_dump())

    def spec(self) -> JobSpec:
        """Read job.json; raises RunError when it is missing, damaged or from a newer version."""
        content = self._read_json(self.job_file)
        if content is None:
            raise RunError(f"'{self.path}' is not a run: it has no job.json.", "Choose a folder under runs/.")
        version = content.get("spec_version")
        if isinstance(version, int) and version > SPEC_VERSION:
            raise RunError(
                f"The run '{self.name}' was made by a newer version of Siteloupe.",
                "Update Siteloupe to use it.",
            )
        try:
            return JobSpec.model_validate(content)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise RunError(f"The job description of run '{self.name}' is damaged at '{where}'.") from None

    def structures(self) -> Iterator[dict[str, Any]]:
        """The rows of structures.jsonl; raises RunError.

        Each has id, name, formula, content_hash, structure (as `Structure.to_dict`) and targets: by property
        a value with its bound, where known its error and the word of a class. Rows may have metadata, and in
        a study the part that they are there for.
        """
        try:
            with open(self.structures_file, encoding="utf-8") as file:
                for line in file:
                    yield json.loads(line)
        except OSError as error:
            raise _unreadable(self.structures_file, error) from error
        except (ValueError, RecursionError) as error:
            raise _damaged(self.structures_file, error) from error

    def status(self) -> Status:
        """Derive the state from the files.

        A process on another machine cannot be asked: it is believed to run until its files say otherwise.
        """
        mark = read_mark(self.pid_file)
        alive = mark is not None and is_alive(mark)
        if alive:
            return Status.RUNNING
        if self.result_file.exists():
            return Status.COMPLETED
        if self.error_file.exists():
            return Status.FAILED
        if mark is None and not self.events_file.exists():
            return Status.QUEUED
        last = last_event(self.events_file)
        if last is not None and isinstance(last.event, Stopped):
            return Status.STOPPED
        return Status.RUNNING if alive is None else Status.INTERRUPTED

    def require_own_files(self) -> None:
        """Raise RunError when a file in the folder is a link to one elsewhere, which would be written to."""
        for folder, names, files in os.walk(self.path):
            for name in (*names, *files):
                path = Path(folder, name)
                if leads_out(path, self.path):
                    where = path.relative_to(self.path)
                    raise RunError(
                        f"'{where}' of the run '{self.name}' is a link that leads out of the run.",
                        "Whoever made it may want another file overwritten. Put the file itself there.",
                    )

    def request_stop(self) -> None:
        """Ask the worker to finish its batch, save and end."""
        try:
            write_atomically(self.stop_file, Path.touch)  # which follows no link
        except OSError as error:
            raise RunError(f"The run '{self.name}' cannot be asked to stop: {error.strerror}.") from error

    def result(self) -> dict[str, Any]:
        """The figures of a completed run; raises RunError when there are none yet."""
        content = self._read_json(self.result_file)
        if content is None:
            raise RunError(
                f"The run '{self.name}' has no result: it is {self.status()}.", "Resume it, or wait."
            )
        return content

    def error(self) -> tuple[str, str] | None:
        """Message and hint of a failed run, None otherwise."""
        content = self._read_json(self.error_file)
        return None if content is None else (str(content.get("message", "")), str(content.get("hint", "")))

    def _read_json(self, path: Path) -> dict[str, Any] | None:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(path, error) from error
        except (ValueError, RecursionError) as error:
            raise _damaged(path, error) from error
        if not isinstance(content, dict):
            raise _damaged(path, "it does not hold an object")
        return content


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path is a link to something outside a folder."""
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())


def _damaged(path: Path, reason: object) -> RunError:
    return RunError(f"The file '{path}' is damaged: {reason}.", "Run the job again.")


def _unreadable(path: Path, error: OSError) -> RunError:
    return RunError(f"The file '{path}' cannot be read: {error.strerror}.", "Check that the run is complete.")
