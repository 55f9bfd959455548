from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import demo_command
from core.config import Settings, build_settings
from core.jobs.run_folder import RunFolder
from core.store import sample_project
from core.store.project import Project
from core.store.sample_project import MEASURED, PROPERTY, UNLABELLED
from core.training.model.model_file import load_model
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
    small_project(folder).close()
    outcome = siteloupe("demo", folder)
    assert outcome.status == 0, outcome.err
    assert "Using the sample project" in outcome.out
    assert "band gap: mean absolute error in eV" in outcome.out
    run = RunFolder(folder / "runs" / "0002-finetune-band_gap")
    for path in (run.model_file, run.predictions_file, run.embeddings_file, run.attention_file):
        assert str(path) in outcome.out
        assert path.exists()
    assert f"Open the result with: siteloupe {folder}" in outcome.out
    assert run.spec().collection == MEASURED
    assert RunFolder(folder / "runs" / "0001-pretrain-site_net").spec().collection == UNLABELLED
    card = load_model(run.model_file).card
    assert card.lineage.started_from == "0001-pretrain-site_net"
    assert [prop.name for prop in card.properties] == [PROPERTY]


def test_a_folder_in_use_is_refused(siteloupe: Siteloupe, tmp_path: Path, small_demo: None):
    (tmp_path / "letter.txt").write_text("mine")
    outcome = siteloupe("demo", tmp_path)
    assert outcome.status == 1
    assert "is not empty" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
