"""Projects from somebody else, with links, paths, statements and names that want to be more than that."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import CoreError, RunError
from core.jobs.atomic import write_json
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import StartingModel
from core.store.importing.files import add_structures
from core.store.library.export import Format, export_structures
from core.store.project import Project
from core.store.requests.run_writing import write_run
from core.store.requests.training import create_pretrain_run
from core.store.runs.ingest import ingest_run
from core.store.runs.queue import QUEUE_FILE, start_waiting, waiting_runs
from core.structures.readers.read import ReadStructure
from core.worker.process import run_worker
from tests.core.salts import pretrain_spec, rock_salt, salt_rows
from tests.security.conftest import Outcome
from tests.security.guard import watching
from tests.security.hostile import HOSTILE_TEXTS, SCRIPT

Siteloupe = Callable[..., Outcome]

LINKED = ["worker.log", "events.jsonl", "lock", "checkpoints", "stop", "cache", "predictions.csv"]


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of the user with a file in it, which nobody may change."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".profile").write_text("# mine\n")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def salt(name: str, path: str = "/salts.cif") -> ReadStructure:
    return ReadStructure(name, path, name, rock_salt("Na", "Cl", 5.6), (), b"data_salt")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    with Project.create(tmp_path / "project") as project:
        yield project


@pytest.fixture
def run(project: Project) -> RunFolder:
    return write_run(project, "pretrain", pretrain_spec(), salt_rows())


@pytest.mark.parametrize("name", LINKED)
@pytest.mark.parametrize("is_folder", [True, False])
def test_a_run_with_a_link_to_a_file_of_the_user_is_not_worked_on(
    project: Project, run: RunFolder, siteloupe: Siteloupe, victim: Path, name: str, is_folder: bool
):
    if (run.path / name).is_dir():
        (run.path / name).rmdir()
    (run.path / name).symlink_to(victim if is_folder else victim / ".profile")
    before = content(victim)
    outcome = siteloupe(project.folder, "resume", run.path)
    assert outcome.status == 1
    assert f"'{name}' of the run" in outcome.err
    with watching(run.path):
        assert run_worker(run.path) == 1
    assert content(victim) == before


@pytest.mark.parametrize("name", ["runs", "cache"])
def test_a_project_whose_folders_are_links_is_not_opened(
    project: Project, siteloupe: Siteloupe, victim: Path, name: str
):
    (project.folder / name).symlink_to(victim)
    outcome = siteloupe(project.folder, "list", project.folder)
    assert outcome.status == 1
    assert "leads out of it" in outcome.err


def test_a_run_that_is_a_link_is_none_of_the_project(project: Project, run: RunFolder, victim: Path):
    run.path.rename(victim / run.name)
    run.path.symlink_to(victim / run.name)
    assert project.runs() == []
    with pytest.raises(RunError, match="has no run"):
        project.run_folder(run.name)


def test_a_job_whose_every_word_is_hostile_writes_in_its_folder_alone(
    project: Project, run: RunFolder, hostile: str
):
    rows = [{**row, "name": hostile, "formula": hostile} for row in salt_rows()]
    start = StartingModel(name=hostile, sha256=hostile)
    update = {"title": hostile, "collection": hostile, "created": hostile, "start_from": start}
    run.write_job(run.spec().model_copy(update=update), rows)
    with watching(project.folder):
        run_worker(run.path)
    run.pid_file.unlink()
    assert run.status() in (Status.COMPLETED, Status.FAILED)
    if run.status() is Status.COMPLETED:
        ingest_run(project, run)
    assert {path.name for path in project.folder.parent.iterdir()} == {"project"}


@pytest.mark.parametrize("text", ["[" * 100_000, "\x00", "[1, 2]", '{"pid": "x"}', SCRIPT])
@pytest.mark.parametrize(
    "name", ["pid", "events.jsonl", "error.json", "result.json", "job.json", "cells.csv"]
)
def test_whatever_a_run_folder_holds_its_state_is_told(
    project: Project, run: RunFolder, siteloupe: Siteloupe, name: str, text: str
):
    (run.path / name).write_text(text)
    assert run.status() in Status
    outcome = siteloupe(project.folder, "runs", project.folder)
    assert "Traceback" not in outcome.err
    assert outcome.status in (0, 1)


def test_names_in_the_queue_start_nothing_but_runs_of_the_project(project: Project, tmp_path: Path):
    elsewhere = RunFolder(tmp_path / "elsewhere")
    elsewhere.write_job(pretrain_spec(), [])
    project.runs_folder.mkdir()
    names = ["../../elsewhere", str(elsewhere.path), "..", "", "0", *HOSTILE_TEXTS.values()]
    write_json(project.runs_folder / QUEUE_FILE, [*names, {"a": 1}, 7])
    with watching(project.folder):
        started = start_waiting(project, free=100)
    assert started.names == []
    assert len(started.failures) == len(names)
    assert waiting_runs(project) == []
    assert not elsewhere.pid_file.exists()


@pytest.mark.parametrize("kind", ["cif_as_imported", "cif", "csv", "jsonl", "extxyz"])
def test_names_of_structures_lead_no_export_out_of_its_folder(
    project: Project, tmp_path: Path, kind: Format, hostile: str
):
    add_structures(project, "salts", [salt(hostile, hostile)])
    out = tmp_path / "out"
    with watching(tmp_path):
        export_structures(project, [1], out, kind)
    assert {path.name for path in tmp_path.iterdir()} <= {"project", "out"}


def test_names_of_runs_in_the_database_lead_no_new_run_elsewhere(project: Project):
    rows = [
        {"name": name, "kind": "pretrain", "metrics": "{}"} for name in ("../../evil", "9999999-x", "-1-x")
    ]
    project.db.table("runs").insert_all(rows)
    add_structures(project, "salts", [salt(f"salt {k}") for k in range(4)])
    settings = pretrain_spec().typed_settings()
    with watching(project.folder):
        run = create_pretrain_run(project, collection="salts", settings=settings)  # type: ignore[arg-type]
    assert run.path.parent == project.runs_folder
    assert run.number == 10_000_000


def test_a_database_that_would_run_statements_by_itself_is_refused(project: Project, siteloupe: Siteloupe):
    project.db.execute("create trigger t after insert on tags begin delete from structures; end")
    project.close()
    outcome = siteloupe(project.folder, "list", project.folder)
    assert outcome.status == 1
    assert "run by themselves" in outcome.err


@pytest.mark.parametrize("text", ["[" * 100_000, "{}", "null", '{"lattice": [[1e999,0,0]]}', "\x00"])
def test_a_structure_in_the_database_that_is_none_is_told(project: Project, text: str):
    add_structures(project, "salts", [salt("salt")])
    with project.transaction():
        project.db.execute("update contents set content = ?", [text])
    with pytest.raises(CoreError):
        project.structure(1)


def test_a_run_starts_with_its_arguments_apart_and_in_no_shell(
    project: Project, run: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    commands: list[object] = []

    class Started(Exception):
        pass

    def start(command: object, **options: object) -> None:
        commands.append((command, options.get("shell", False)))
        raise Started

    evil = run.path.with_name("0002-$(touch harm);`touch harm` --help")
    run.path.rename(evil)
    monkeypatch.setattr("core.jobs.launcher.subprocess.Popen", start)
    with pytest.raises(Started):
        launch(RunFolder(evil))
    ((command, in_shell),) = commands
    assert isinstance(command, list)
    assert command[-1] == str(evil)
    assert not in_shell


def test_json_of_a_project_reveals_no_file_of_the_user(
    project: Project, run: RunFolder, siteloupe: Siteloupe, victim: Path
):
    run.error_file.symlink_to(victim / ".profile")
    outcome = siteloupe(project.folder, "runs", project.folder, "--json")
    assert "# mine" not in outcome.out
    assert os.path.lexists(run.error_file)
    assert json.loads(outcome.out or "{}") is not None


def test_a_structure_with_more_species_than_places_is_not_believed(project: Project):
    add_structures(project, "salts", [salt("salt")])
    stored = rock_salt("Na", "Cl", 5.6).to_dict()
    with project.transaction():
        text = json.dumps({**stored, "species": stored["species"] * 1000})
        project.db.execute("update contents set content = ?", [text])
    with pytest.raises(CoreError):
        project.structure(1)
