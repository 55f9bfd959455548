"""The command line in this process, on a small project whose worker works in this process too."""

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.cli.runs import following
from core.jobs.run_folder import RunFolder
from core.store.editing.labelling import import_labels
from core.store.importing.files import import_files
from core.store.project import Project
from core.structures.cif.writer import to_cif
from core.structures.labels.table import LabelColumn
from core.structures.structure import Structure
from core.worker.process import run_worker
from tests.core.salts import SMALL, salt_rows

COLUMN = "cubic edge (Å)"


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        return dict(json.loads(self.out))


Siteloupe = Callable[..., Outcome]


@pytest.fixture
def siteloupe(capsys: pytest.CaptureFixture[str]) -> Siteloupe:
    """Runs a command."""

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as wrong_usage:
            status = int(str(wrong_usage.code))
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture
def worker_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets runs be done in this process, which is faster than to start another."""

    def launch(run: RunFolder) -> None:
        run.stop_file.unlink(missing_ok=True)
        run_worker(run.path)
        run.pid_file.unlink()

    monkeypatch.setattr(following, "launch", launch)
    monkeypatch.setattr(following, "POLL_SECONDS", 0.0)


@pytest.fixture(scope="session")
def salt_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the CIFs of thirty-two salts, and a table of their sizes; not to be changed."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "salts").mkdir()
    with open(folder / "labels.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["name", COLUMN])
        for row in salt_rows():
            cif = to_cif(Structure.from_dict(row["structure"]), row["formula"])
            (folder / "salts" / f"{row['formula']}.cif").write_text(cif)
            table.writerow([row["formula"], row["targets"]["size"]["value"]])
    return folder


@pytest.fixture(scope="session")
def filled_project(tmp_path_factory: pytest.TempPathFactory, salt_files: Path) -> Path:
    folder = tmp_path_factory.mktemp("project") / "salts"
    with Project.create(folder) as project:
        import_files(project, [salt_files / "salts"], "salts")
        import_labels(project, salt_files / "labels.csv", "name", [LabelColumn("size", COLUMN, "Å")])
    return folder


@pytest.fixture
def project(tmp_path: Path, filled_project: Path) -> Path:
    """A project with the salts and their sizes."""
    return Path(shutil.copytree(filled_project, tmp_path / "project"))


@pytest.fixture
def small() -> list[str]:
    """Options that make a training take a second."""
    return [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
