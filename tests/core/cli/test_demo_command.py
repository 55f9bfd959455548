from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import demo_command
from core.config import Settings, build_settings
from core.store import sample_project
from core.store.project import Project
from core.store.sample_project import MEASURED, PROPERTY, UNLABELLED
from core.training.model_file import load_model
from tests.core.salts import SMALL

Siteloupe = Callable[..., Any]


@pytest.fixture
def small_demo(monkeypatch: pytest.MonkeyPatch, worker_here: None) -> None:
    """The demo on twenty generated crystals, with small networks."""
    monkeypatch.setattr(
        demo_command, "create_sample_project", lambda folder, **options: small_project(folder)
    )
    monkeypatch.setattr(demo_command, "build_settings", small_settings)


def small_project(folder: Path) -> Project:
    return sample_project.create_sample_project(folder, num_generated=20)


def small_settings(kind: str, preset: str) -> Settings:
    return build_settings(kind, preset, {**SMALL, "training.pairs_per_batch": 1000})


def test_the_demo_goes_the_whole_way_and_says_where_things_are(
    siteloupe: Siteloupe, tmp_path: Path, small_demo: None
):
    folder = tmp_path / "demo"
    outcome = siteloupe("demo", folder, "--json")
    assert outcome.status == 0, outcome.err
    figures = outcome.json["metrics"]
    assert figures["unit"] == "eV"
    for split in ("validation", "test"):
        for key in ("mae", "mae_mean_baseline", "mae_forest_baseline"):
            assert 0 < figures[split][key] < 10
    with Project.open(folder) as project:
        assert {row.name for row in project.collections()} == {MEASURED, UNLABELLED}
        run = project.run_folder(outcome.json["run"])
    card = load_model(run.model_file).card
    assert card.lineage.started_from == "0001-pretrain-site_net"
    assert [prop.name for prop in card.properties] == [PROPERTY]

    again = siteloupe("demo", folder)
    assert again.status == 0, again.err
    assert "Using the sample project" in again.out
    for file in ("model.safetensors", "predictions.csv", "embeddings.npz", "attention.npz"):
        path = folder / "runs" / "0004-finetune-band_gap" / file
        assert str(path) in again.out
        assert path.exists()


def test_a_folder_in_use_is_refused(siteloupe: Siteloupe, tmp_path: Path, small_demo: None):
    (tmp_path / "letter.txt").write_text("mine")
    outcome = siteloupe("demo", tmp_path)
    assert outcome.status == 1
    assert "is not empty" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
