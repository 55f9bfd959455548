import json
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from core.errors import ModelError
from core.inspection.encode import encode
from core.training.ensemble import join_members
from core.training.model.domain import fit_domain
from core.training.model.model_card import IntervalCard, MeasuredRange
from core.training.model.model_file import Model, holds_learner, load_model, save_model
from tests.core.models import CONDUCTIVITY, GAP, SETTINGS, graph_of, untrained_model
from tests.core.salts import rock_salt

INTERVALS = (IntervalCard(half_width=0.25, per_spread=2.0, num_calibrated=30), None)
RANGES = (MeasuredRange(lowest=0.0, highest=3.0), None)
DOMAIN = fit_domain([{"Na": 1.0}] * 8, np.eye(8)[:, :4], {"density": np.arange(8.0)})


@pytest.fixture
def model() -> Model:
    return untrained_model(GAP, CONDUCTIVITY)


@pytest.fixture
def path(model: Model, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_model(path, model)
    return path


@pytest.fixture
def rewrite(path: Path) -> Callable[..., Path]:
    """Changes the card of the model file, or its weights."""

    def change(card: Mapping[str, Any] = {}, weights: Mapping[str, torch.Tensor] = {}) -> Path:
        content = {**card_in(path), **card}
        tensors = {**load_file(path), **weights}
        save_file(tensors, path, {"siteloupe": json.dumps(content)})
        return path

    return change


def card_in(path: Path) -> dict[str, Any]:
    with safe_open(path, framework="pt") as file:
        return dict(json.loads(file.metadata()["siteloupe"]))


def test_a_saved_model_predicts_the_same_after_loading(model: Model, path: Path):
    graphs = [graph_of(rock_salt("Na", anion, 5.5)) for anion in ("Cl", "Br")]
    saved, loaded = (encode(one, graphs, torch.device("cpu")) for one in (model, load_model(path)))
    for before, after in zip(saved, loaded, strict=True):
        np.testing.assert_array_equal(before.predicted, after.predicted)
        np.testing.assert_array_equal(before.crystal, after.crystal)
        np.testing.assert_array_equal(before.attention, after.attention)


def test_the_card_comes_back_as_it_was_written(model: Model, path: Path):
    assert load_model(path).card == model.card


def test_intervals_are_kept_on_the_card(model: Model, tmp_path: Path):
    path = tmp_path / "with_intervals.safetensors"
    save_model(path, model.with_trust(INTERVALS, RANGES, DOMAIN))
    loaded = load_model(path)
    assert (loaded.intervals, loaded.measured_ranges) == (INTERVALS, RANGES)
    assert loaded.domain is not None
    assert loaded.domain.ranges == DOMAIN.ranges


def test_a_domain_of_another_width_than_the_network_is_refused(model: Model, tmp_path: Path):
    path = tmp_path / "wide.safetensors"
    save_model(path, model.with_trust(INTERVALS, RANGES, fit_domain([{"Na": 1.0}] * 8, np.eye(8), {})))
    with pytest.raises(ModelError, match=r"'domain/centre' in the model .* misshapen"):
        load_model(path)


def test_a_model_without_negative_values_predicts_none_after_loading(tmp_path: Path):
    """The learned scale has mean -1.5: half of what a fresh network says is below zero, and more."""
    model = untrained_model(GAP, CONDUCTIVITY)
    model.card = model.card.model_copy(update={"output": "non_negative"})
    save_model(tmp_path / "model.safetensors", model)
    loaded = load_model(tmp_path / "model.safetensors")
    graph = graph_of(rock_salt("Na", "Cl", 5.5))
    (free,) = encode(untrained_model(GAP, CONDUCTIVITY), [graph], torch.device("cpu"))
    (limited,) = encode(loaded, [graph], torch.device("cpu"))
    assert free.predicted[0] < 0
    assert limited.predicted[0] == 0
    assert limited.predicted[1] == free.predicted[1]  # learned as its logarithm


def test_loading_leaves_the_model_in_evaluation(path: Path):
    loaded = load_model(path)
    assert not loaded.encoder.training
    assert loaded.head is not None
    assert not loaded.head.training


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("dump", [pickle.dump, torch.save])
def test_a_pickle_that_pretends_to_be_a_model_is_refused_and_does_not_run(
    tmp_path: Path, dump: Callable[..., None]
):
    path, harm = tmp_path / "model.safetensors", tmp_path / "harm"
    with open(path, "wb") as file:
        dump(Bomb(harm), file)
    with pytest.raises(ModelError, match="is not a model file"):
        load_model(path)
    assert not harm.exists()
    if dump is pickle.dump:
        pickle.loads(path.read_bytes())
        assert harm.exists()


@pytest.mark.parametrize("keep", [0, 4, 100, 1000, -1])
def test_a_damaged_file_is_refused(path: Path, keep: int):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match=r"model\.safetensors' is not a model file"):
        load_model(path)


def test_a_header_longer_than_any_memory_is_refused(path: Path):
    path.write_bytes((2**60).to_bytes(8, "little") + b"{}")
    with pytest.raises(ModelError, match="is not a model file"):
        load_model(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(ModelError, match="is not a model file"):
            load_model(path)


def test_weights_of_another_program_are_refused(tmp_path: Path):
    path = tmp_path / "foreign.safetensors"
    save_file({"bert.embeddings": torch.zeros(2)}, path, {"format": "pt"})
    with pytest.raises(ModelError, match="was not made by Siteloupe"):
        load_model(path)


@pytest.mark.parametrize(
    "change",
    [
        {"card_version": 3},
        {"card_version": 3, "encoder_settings": "of the future", "more": 1},
        {"encoder": "gala"},
    ],
)
def test_a_model_of_a_newer_version_is_refused_politely(
    rewrite: Callable[..., Path], change: dict[str, object]
):
    with pytest.raises(ModelError, match=r"newer version of Siteloupe\. Update"):
        load_model(rewrite(change))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"num_features": 10**12}, "num_features"),
        ({"head_width": -1}, "head_width"),
        ({"properties": [{"name": "gap", "colour": "red"}]}, r"properties\.0\.colour"),
        ({"normalisers": [{"mean": 0, "std": 0}] * 2}, r"normalisers\.0\.std"),
        ({"normalisers": [{"mean": 0, "std": 1}]}, "damaged"),
        ({"intervals": [None]}, "damaged"),
        ({"interval_half_widths": 5}, "interval_half_widths"),
        ({"members": [{"seed": 1, "num_train": 5, "normalisers": []}]}, "damaged"),
        ({"encoder_settings": {"hidden_width": "wide"}}, "hidden_width"),
        ({"lineage": None}, "lineage"),
    ],
)
def test_a_damaged_card_is_refused_at_the_entry_that_is_wrong(
    rewrite: Callable[..., Path], change: dict[str, object], where: str
):
    with pytest.raises(ModelError, match=where):
        load_model(rewrite(change))


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_a_card_that_is_no_object_is_refused(path: Path, text: str):
    save_file(load_file(path), path, {"siteloupe": text})
    with pytest.raises(ModelError, match=r"description in the model .* is damaged"):
        load_model(path)


def test_weights_that_do_not_fit_the_card_are_refused(rewrite: Callable[..., Path]):
    path = rewrite({"encoder_settings": {**SETTINGS.model_dump(), "hidden_width": 16}})
    with pytest.raises(ModelError, match="do not fit its description: size mismatch"):
        load_model(path)


def test_the_encoder_alone_embeds_the_same_and_predicts_nothing(model: Model, tmp_path: Path):
    save_model(tmp_path / "alone.safetensors", model.encoder_alone(), {"title": "T"}, {"more": torch.ones(1)})
    alone = load_model(tmp_path / "alone.safetensors")
    assert (alone.head, alone.card.properties, alone.card.normalisers) == (None, (), ())
    graphs = [graph_of(rock_salt("Na", "Cl", 5.6))]
    (before,), (after,) = (encode(one, graphs, torch.device("cpu")) for one in (model, alone))
    np.testing.assert_array_equal(before.crystal, after.crystal)
    assert after.by_member.shape == (1, 0)


def test_a_network_alone_holds_no_learner(path: Path):
    assert not holds_learner(path)


def test_a_model_without_its_head_is_refused(path: Path):
    metadata = {"siteloupe": json.dumps(card_in(path))}
    save_file({n: t for n, t in load_file(path).items() if n.startswith("encoder/")}, path, metadata)
    with pytest.raises(ModelError, match="do not fit its description: Missing key"):
        load_model(path)


def test_weights_that_are_no_numbers_are_refused(rewrite: Callable[..., Path], path: Path):
    name, tensor = next(iter(load_file(path).items()))
    with pytest.raises(ModelError, match="not all finite"):
        load_model(rewrite(weights={name: torch.full_like(tensor, float("nan"))}))


@pytest.mark.parametrize(("count", "expected"), [(2, 1), (1, 0), (3, 0)])
def test_a_network_starts_from_its_like_where_there_are_as_many(count: int, expected: int):
    members = [untrained_model(GAP), untrained_model(GAP)]
    model = join_members(members)
    assert model.member_to_start(1, count).encoder is members[expected].encoder
