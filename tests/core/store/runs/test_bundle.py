import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import PretrainSettings
from core.errors import RunError, SettingError
from core.jobs.atomic import write_json
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from core.store.runs.bundle import ClusterSettings, export_bundle, ingest_bundle

USUAL = ClusterSettings()


@pytest.fixture
def run(project: Project, fill: Callable[..., None]) -> RunFolder:
    """A run that nobody has started."""
    fill(project, 4)
    (collection,) = project.collections()
    return create_pretrain_run(project, collection=collection.name, settings=PretrainSettings())


@pytest.fixture
def bundle(run: RunFolder, tmp_path: Path) -> Path:
    """The run as a bundle."""
    export_bundle(run, tmp_path / "bundle", USUAL)
    return tmp_path / "bundle"


def finish(bundle: Path, run: RunFolder) -> RunFolder:
    """Do on another machine what a worker would."""
    done = RunFolder(bundle / run.name)
    done.model_file.write_bytes(b"weights")
    (done.checkpoints / "last.safetensors").write_bytes(b"state")
    write_json(done.pid_file, {"pid": 1, "host": "node-17", "started": 1.0})
    write_json(done.result_file, {"metrics": {"validation_loss": 0.5}})
    return done


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_bundle_holds_the_run_a_script_and_what_to_do(run: RunFolder, bundle: Path):
    assert {path.name for path in bundle.iterdir()} == {run.name, "job.slurm", "README.md", "bundle.json"}
    there = RunFolder(bundle / run.name)
    assert there.spec() == run.spec()
    assert [*there.structures()] == [*run.structures()]
    assert there.status() is Status.QUEUED
    assert "sbatch job.slurm" in (bundle / "README.md").read_text()


def test_the_script_asks_for_what_was_set_and_is_one(run: RunFolder, tmp_path: Path):
    settings = ClusterSettings(nodes=2, gpus=4, cores=32, time="1-12:00:00")
    export_bundle(run, tmp_path / "bundle", settings)
    script = tmp_path / "bundle" / "job.slurm"
    text = script.read_text()
    for line in (
        "#SBATCH --nodes=2",
        "#SBATCH --gpus-per-node=4",
        "#SBATCH --cpus-per-task=32",
        "#SBATCH --time=1-12:00:00",
        "#SBATCH --signal=B:USR1@120",
        f"run={run.name}",
    ):
        assert line in text.splitlines()
    assert "--nnodes=2 --nproc-per-node=4" in text
    assert "@{" not in text
    if shutil.which("bash"):
        subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.parametrize(
    "settings",
    [
        replace(USUAL, gpus=0),
        replace(USUAL, nodes=-1),
        replace(USUAL, time="1:00:00; rm -rf ~"),
        replace(USUAL, time="for ever"),
        replace(USUAL, time="1:00:00\n"),
    ],
)
def test_what_no_cluster_can_give_is_refused(run: RunFolder, tmp_path: Path, settings: ClusterSettings):
    with pytest.raises(SettingError):
        export_bundle(run, tmp_path / "bundle", settings)
    assert not (tmp_path / "bundle").exists()


def test_a_name_that_a_shell_would_read_as_a_command_is_quoted(run: RunFolder, tmp_path: Path):
    renamed = run.path.rename(run.path.with_name("0001-$(touch spoilt) run"))
    export_bundle(RunFolder(renamed), tmp_path / "bundle", USUAL)
    assert "run='0001-$(touch spoilt) run'" in (tmp_path / "bundle" / "job.slurm").read_text()


def test_a_template_of_ones_own_is_filled_in(run: RunFolder, tmp_path: Path):
    template = tmp_path / "own.template"
    template.write_text("#PBS -l nodes=@{nodes} -M me@@here\nworker @{run} $HOME\n")
    export_bundle(run, tmp_path / "bundle", USUAL, template)
    assert (tmp_path / "bundle" / "job.slurm").read_text() == (
        f"#PBS -l nodes=1 -M me@here\nworker {run.name} $HOME\n"
    )


@pytest.mark.parametrize("text", ["@{queue}", "me@here.org @"])
def test_a_template_that_asks_for_what_there_is_not_is_refused(run: RunFolder, tmp_path: Path, text: str):
    template = tmp_path / "own.template"
    template.write_text(text)
    with pytest.raises(SettingError, match="own"):
        export_bundle(run, tmp_path / "bundle", USUAL, template)


def test_a_folder_that_holds_something_is_left_as_it_is(run: RunFolder, tmp_path: Path):
    (tmp_path / "letter").write_text("Dear")
    with pytest.raises(RunError, match="not empty"):
        export_bundle(run, tmp_path, USUAL)
    assert not (tmp_path / "job.slurm").exists()


def test_results_are_taken_back_and_a_second_time_changes_nothing(
    project: Project, run: RunFolder, bundle: Path
):
    done = finish(bundle, run)
    for _ in range(2):
        assert ingest_bundle(project, bundle).name == run.name
        assert run.status() is Status.COMPLETED
        assert run.result() == done.result()
        assert run.model_file.read_bytes() == b"weights"
        assert not run.pid_file.exists()
        assert [row["name"] for row in project.query("select name from runs")] == [run.name]
    assert (run.checkpoints / "last.safetensors").read_bytes() == b"state"


def test_a_run_that_is_not_done_is_not_taken_in(project: Project, run: RunFolder, bundle: Path):
    with pytest.raises(RunError, match="is queued"):
        ingest_bundle(project, bundle)
    assert run.status() is Status.QUEUED


def test_a_bundle_of_another_project_is_refused(
    project: Project, run: RunFolder, bundle: Path, tmp_path: Path
):
    finish(bundle, run)
    spec = run.spec().model_copy(update={"seed": 99})
    write_json(bundle / run.name / "job.json", spec.model_dump())
    before = files(run.path)
    with pytest.raises(RunError, match="this project does not have"):
        ingest_bundle(project, bundle)
    with Project.create(tmp_path / "other") as other, pytest.raises(RunError, match="does not have"):
        ingest_bundle(other, bundle)
    assert files(run.path) == before


def test_results_of_its_own_are_not_overwritten(project: Project, run: RunFolder, bundle: Path):
    finish(bundle, run)
    write_json(run.result_file, {"metrics": {"validation_loss": 0.1}})
    with pytest.raises(RunError, match="other results"):
        ingest_bundle(project, bundle)
    assert run.result()["metrics"]["validation_loss"] == 0.1


def test_a_link_out_of_the_bundle_is_not_followed(
    project: Project, run: RunFolder, bundle: Path, tmp_path: Path
):
    secret = tmp_path / "secret"
    secret.write_text("of somebody else")
    finish(bundle, run)
    (bundle / run.name / "notes.txt").symlink_to(secret)
    with pytest.raises(RunError, match="leads out"):
        ingest_bundle(project, bundle)
    assert not (run.path / "notes.txt").exists()


def test_any_other_folder_is_no_bundle(project: Project, tmp_path: Path):
    with pytest.raises(RunError, match="not a bundle"):
        ingest_bundle(project, tmp_path)


def test_a_completed_run_is_not_exported(run: RunFolder, tmp_path: Path):
    write_json(run.result_file, {"metrics": {}})
    with pytest.raises(RunError, match="is completed"):
        export_bundle(run, tmp_path / "bundle", USUAL)
