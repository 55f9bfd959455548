from pathlib import Path
from typing import Any, cast

import pytest

from core.config import FinetuneSettings, build_settings
from core.errors import RunError, UnknownChoice
from core.store.project import Project
from core.store.requests.shipped_models import (
    default_start,
    encoder_to_start_from,
    is_shipped,
    recommended_model,
    shipped_models,
    shipped_or_file,
    starting_point,
)
from core.store.requests.starting_models import starting_model
from tests.core.shipped import ship_header


@pytest.fixture
def project(tmp_path: Path) -> Any:
    with Project.create(tmp_path / "project") as project:
        yield project


def settings(encoder: str = "site_net", **changes: object) -> FinetuneSettings:
    """Of a fine-tuning, nothing said but these changes."""
    by_key = {key.replace("__", "."): value for key, value in changes.items()}
    return cast(FinetuneSettings, build_settings("finetune", "standard", by_key, encoder))


def test_an_empty_folder_ships_nothing(shipped_folder: Path):
    assert shipped_models() == []
    assert recommended_model("site_net") is None
    assert default_start(settings()) is None


def test_models_tell_what_they_are_the_recommended_first(shipped_folder: Path):
    ship_header(shipped_folder, "a")
    path = ship_header(shipped_folder, "b", encoder="cgcnn", recommended=True)
    first, second = shipped_models()
    assert (first.name, first.encoder, first.properties, first.path) == ("b", "cgcnn", ("gap",), path)
    assert first.sentence == "Learned from 12 salts."
    assert first.size == path.stat().st_size
    assert second.name == "a"


@pytest.mark.parametrize("content", [b"", b"no model", b"\x02\0\0\0\0\0\0\0{}"])
def test_what_is_no_shipped_model_is_passed_over(shipped_folder: Path, content: bytes):
    ship_header(shipped_folder, "whole")
    (shipped_folder / "damaged.safetensors").write_bytes(content)
    ship_header(shipped_folder, "nameless", title="")
    assert [model.name for model in shipped_models()] == ["whole"]


def test_fine_tuning_starts_from_the_recommended_model_of_its_network(shipped_folder: Path):
    ship_header(shipped_folder, "other")
    path = ship_header(shipped_folder, "best", recommended=True)
    start = default_start(settings(training__epochs=3))
    assert start is not None
    assert start.path == path
    assert default_start(settings("cgcnn")) is None


def test_without_a_word_the_encoder_is_that_of_the_model_to_start_from(shipped_folder: Path):
    assert encoder_to_start_from(None) == "site_net"
    ship_header(shipped_folder, "best", encoder="cgcnn", recommended=True)
    ship_header(shipped_folder, "other", encoder="geometric_algebra")
    assert encoder_to_start_from(None) == "cgcnn"
    assert encoder_to_start_from("other") == "geometric_algebra"
    assert encoder_to_start_from("scratch") == "site_net"


def test_a_network_that_was_changed_starts_from_scratch(shipped_folder: Path):
    ship_header(shipped_folder, "best", recommended=True)
    assert default_start(settings(encoder__site_width=8)) is None


def test_a_starting_point_is_a_shipped_name_or_a_file_or_scratch(
    shipped_folder: Path, project: Project, tmp_path: Path
):
    path = ship_header(shipped_folder, "best")
    assert starting_point(project, "best") == path
    assert starting_point(project, str(path)) == path
    assert starting_point(project, "scratch") is None


def test_a_model_is_named_by_its_name_or_by_its_file(shipped_folder: Path):
    path = ship_header(shipped_folder, "best")
    assert shipped_or_file("best") == path
    assert shipped_or_file("other.safetensors") == Path("other.safetensors")


def test_a_slip_in_a_name_is_answered_with_the_nearest(shipped_folder: Path, project: Project):
    ship_header(shipped_folder, "crystals")
    with pytest.raises(UnknownChoice, match="Did you mean 'crystals'"):
        starting_point(project, "cristals")


def test_without_shipped_models_only_runs_are_named(shipped_folder: Path, project: Project):
    with pytest.raises(RunError, match="The project has no run 'best'"):
        starting_point(project, "best")


def test_a_run_records_that_its_start_was_shipped(shipped_folder: Path, tmp_path: Path):
    path = ship_header(shipped_folder, "best")
    own = ship_header(tmp_path, "best")
    assert (is_shipped(path), is_shipped(own)) == (True, False)
    assert starting_model(path).name == "best (shipped)"
    assert starting_model(own).name == "best.safetensors"
