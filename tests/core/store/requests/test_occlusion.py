from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import OcclusionSettings, PredictSettings
from core.errors import ModelError, TooFewStructures
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.requests.occlusion import create_occlusion_run, model_of
from core.store.requests.predict import create_predict_run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"weights")
    return path


def create(project: Project, ids: list[int], model: RunFolder | Path) -> RunFolder:
    return create_occlusion_run(project, structure_ids=ids, model=model, settings=OcclusionSettings())


def test_the_run_holds_the_chosen_structures_and_the_model(
    project: Project, fill: Callable[..., None], model: Path
):
    fill(project, 3, "salts")
    ids = [row.id for row in project.structure_rows("salts")][1:]
    run = create(project, ids, model)
    assert run.status() is Status.QUEUED
    assert [row["id"] for row in run.structures()] == ids
    assert all(row["structure"]["species"] and row["targets"] == {} for row in run.structures())
    assert run.start_model_file.read_bytes() == b"weights"
    spec = run.spec()
    assert spec.kind == "occlude"
    assert spec.title == "Hide sites of s1 and 1 more"
    assert spec.start_from is not None
    assert spec.start_from.name == "model.safetensors"


def test_a_run_that_applied_a_model_lends_it_under_its_own_name(
    project: Project, fill: Callable[..., None], model: Path
):
    fill(project, 1, "salts")
    predicted = create_predict_run(project, collection="salts", model=model, settings=PredictSettings())
    path, source = model_of(predicted)
    assert path == predicted.start_model_file
    assert source == predicted.spec().start_from
    number = project.structure_rows("salts")[0].id
    assert create(project, [number], predicted).spec().start_from == source


def test_no_structure_is_refused(project: Project, model: Path):
    for ids in ([], [404]):
        with pytest.raises(TooFewStructures):
            create(project, ids, model)
    assert list(project.runs_folder.glob("*")) == []


def test_a_run_without_a_model_is_refused(project: Project, fill: Callable[..., None], tmp_path: Path):
    fill(project, 1, "salts")
    with pytest.raises(ModelError):
        create(project, [project.structure_rows("salts")[0].id], RunFolder(tmp_path / "nothing"))
    assert list(project.runs_folder.glob("*")) == []
