from pathlib import Path

import pytest

from core.config import CloudJobSettings, TrajectorySettings
from core.errors import ModelError, SettingError, StructureError, TooFewStructures, UnknownChoice
from core.jobs.run_folder import RunFolder, Status
from core.store.importing.files import add_structures
from core.store.project import Project
from core.store.requests.trajectory import cloud_model, create_clouds_run, create_trajectory_run
from core.trajectory_settings import CloudLearningSettings, TrajectoryPlanSettings
from tests.core.structures.trajectory_files import write_gsd


@pytest.fixture
def melt(tmp_path: Path) -> Path:
    return write_gsd(tmp_path / "my melt.gsd")


def test_the_run_holds_the_trajectory_under_its_own_name(project: Project, melt: Path):
    run = create_trajectory_run(project, trajectory=melt, settings=TrajectorySettings())
    assert run.status() is Status.QUEUED
    assert run.trajectory_file is not None
    assert run.trajectory_file.name == "my melt.gsd"
    assert run.trajectory_file.read_bytes() == melt.read_bytes()
    assert list(run.structures()) == []
    spec = run.spec()
    assert (spec.kind, spec.title, spec.start_from) == ("trajectory", "Analyse my melt.gsd", None)


def test_a_network_comes_along(project: Project, melt: Path, tmp_path: Path):
    learned = RunFolder(tmp_path / "0001-clouds")
    learned.path.mkdir()
    with pytest.raises(ModelError, match="no network for clouds"):
        create_trajectory_run(project, trajectory=melt, settings=TrajectorySettings(), network=learned)
    learned.cloud_model_file.write_bytes(b"weights")
    assert cloud_model(learned) == learned.cloud_model_file
    run = create_trajectory_run(project, trajectory=melt, settings=TrajectorySettings(), network=learned)
    assert run.start_model_file.read_bytes() == b"weights"
    source = run.spec().start_from
    assert source is not None
    assert source.name == "0001-clouds"


def test_a_file_that_is_no_trajectory_makes_no_run(project: Project, tmp_path: Path):
    path = tmp_path / "words.gsd"
    path.write_text("words")
    with pytest.raises(StructureError, match=r"words\.gsd"):
        create_trajectory_run(project, trajectory=path, settings=TrajectorySettings())
    assert list(project.runs_folder.glob("*")) == []


def test_settings_that_cannot_be_read_make_no_run(project: Project, melt: Path):
    wrong = TrajectorySettings(analysis=TrajectoryPlanSettings(degrees="six"))
    with pytest.raises(SettingError):
        create_trajectory_run(project, trajectory=melt, settings=wrong)
    nothing = CloudJobSettings(learning=CloudLearningSettings(structures=""))
    with pytest.raises(SettingError):
        create_clouds_run(project, settings=nothing)
    assert list(project.runs_folder.glob("*")) == []


def test_frames_of_phases_need_a_network(project: Project, melt: Path):
    named = TrajectorySettings(analysis=TrajectoryPlanSettings(phases="gas=1-2, liquid=3-4"))
    with pytest.raises(SettingError, match="no network"):
        create_trajectory_run(project, trajectory=melt, settings=named)
    assert list(project.runs_folder.glob("*")) == []


def test_clouds_are_of_structure_types_or_of_a_trajectory(project: Project, melt: Path):
    settings = CloudJobSettings(learning=CloudLearningSettings(task="nearest bond"))
    run = create_clouds_run(project, settings=settings, seed=3)
    assert run.trajectory_file is None
    assert run.spec().title == "Learn nearest bond on clouds of structure types"
    assert (run.spec().objective, run.spec().seed) == ("nearest bond", 3)
    run = create_clouds_run(project, settings=settings, trajectory=melt)
    assert run.trajectory_file is not None
    assert run.spec().title == "Learn nearest bond on clouds of my melt.gsd"


def test_clouds_of_a_collection_bring_its_crystals_along(library: Project):
    run = create_clouds_run(library, settings=CloudJobSettings(), collection="all")
    assert run.spec().title == "Learn frame on clouds of all"
    assert run.spec().collection == "all"
    assert len(list(run.structures())) == 10
    with pytest.raises(UnknownChoice):
        create_clouds_run(library, settings=CloudJobSettings(), collection="none")
    add_structures(library, "empty", [])
    with pytest.raises(TooFewStructures, match="'empty' is empty"):
        create_clouds_run(library, settings=CloudJobSettings(), collection="empty")
