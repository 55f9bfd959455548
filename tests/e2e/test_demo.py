"""The demo with a worker process for each of its jobs, on fewer crystals and smaller networks."""

import json
from pathlib import Path

import pytest

from core.cli import demo_command, main
from core.config import Settings, build_settings
from core.jobs.run_folder import Status
from core.store.project import Project
from core.store.runs.ingest import predictions
from core.store.sample_project import MEASURED, PROPERTY, create_sample_project
from tests.core.salts import SMALL


@pytest.fixture
def small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    def make_project(folder: Path, **options: object) -> Project:
        return create_sample_project(folder, num_generated=30)

    def choose_settings(kind: str, preset: str) -> Settings:
        return build_settings(kind, preset, {**SMALL, "training.pairs_per_batch": 10_000})

    monkeypatch.setattr(demo_command, "create_sample_project", make_project)
    monkeypatch.setattr(demo_command, "build_settings", choose_settings)


def test_the_demo_leaves_a_project_with_everything_in_it(
    tmp_path: Path, small_demo: None, capsys: pytest.CaptureFixture[str]
):
    assert main(["demo", str(tmp_path / "demo"), "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    for split in ("validation", "test"):
        for key in ("mae", "mae_mean_baseline", "mae_forest_baseline"):
            assert 0 < outcome["metrics"][split][key] < 10  # eV
    with Project.open(tmp_path / "demo") as project:
        pretrained, finetuned = project.runs()
        assert [run.status() for run in (pretrained, finetuned)] == [Status.COMPLETED] * 2
        assert outcome["run"] == finetuned.name
        rows = predictions(project, finetuned.name)
        assert {row.property for row in rows} == {PROPERTY}
        assert len(rows) == len(project.structure_rows(MEASURED))
    for file in (finetuned.model_file, finetuned.embeddings_file, finetuned.attention_file):
        assert file.stat().st_size > 0
