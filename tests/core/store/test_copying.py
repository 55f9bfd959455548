import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import PretrainSettings
from core.errors import ProjectError
from core.events import Started
from core.jobs.event_log import EventLog
from core.jobs.process_mark import mark_process
from core.jobs.run_folder import RunFolder, Status
from core.store import copying
from core.store.copying import copy_project
from core.store.importing.files import add_structures
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from core.structures.reading.result import ReadStructure
from tests.core.salts import rock_salt


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "salts") as project:
        crystals = {f"salt-{n}": rock_salt("Na", "Cl", 5.6 + 0.1 * n) for n in range(4)}
        rows = [ReadStructure(name, f"{name}.cif", "", one, (), b"") for name, one in crystals.items()]
        add_structures(project, "salts", rows)
        yield project


def test_a_copy_has_the_library_while_the_project_is_open(project: Project, tmp_path: Path):
    copy_project(project, tmp_path / "copies" / "salts")
    with Project.open(tmp_path / "copies" / "salts") as copy:
        assert copy.structure_rows() == project.structure_rows()


def test_a_run_at_work_is_interrupted_in_the_copy(project: Project, tmp_path: Path):
    run = create_pretrain_run(project, collection="salts", settings=PretrainSettings())
    mark_process(run.pid_file)
    with EventLog(run.events_file) as log:
        log.append(Started(device="cpu", resumed_from_epoch=0, num_epochs=3))
    copy_project(project, tmp_path / "copy")
    copied = RunFolder(tmp_path / "copy" / "runs" / run.name)
    assert (run.status(), copied.status()) == (Status.RUNNING, Status.INTERRUPTED)
    assert copied.events_file.read_bytes() == run.events_file.read_bytes()


@pytest.mark.parametrize("place", ["salts/inside", "occupied"])
def test_a_folder_that_will_not_do_is_refused_and_left_alone(project: Project, tmp_path: Path, place: str):
    (tmp_path / "occupied").mkdir()
    (tmp_path / "occupied" / "thesis.docx").touch()
    with pytest.raises(ProjectError):
        copy_project(project, tmp_path / place)
    assert os.listdir(tmp_path / "occupied") == ["thesis.docx"]
    assert not (tmp_path / "salts" / "inside").exists()


def test_a_copy_that_fails_leaves_nothing_behind(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(copying.shutil, "copytree", refuse)
    with pytest.raises(ProjectError, match="cannot be copied"):
        copy_project(project, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
