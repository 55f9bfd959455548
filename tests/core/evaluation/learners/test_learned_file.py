import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.errors import ModelError
from core.evaluation.learners.learned_file import load_learned, save_learned
from core.inspection.encode import encode
from core.training.model.model_file import holds_learner, load_model, save_model
from core.training.model.tensor_file import read_model_tensors
from tests.core.learned import WIDTH, learned_model
from tests.core.models import GAP, graph_of, untrained_model
from tests.core.salts import rock_salt

FEATURES = np.random.default_rng(1).normal(size=(12, WIDTH))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_learned(path, learned_model())
    return path


@pytest.fixture
def rewrite(path: Path) -> Callable[..., Path]:
    """Changes the card of the file, or its tensors; None takes one away."""

    def change(card: dict[str, Any] | None = None, **tensors: torch.Tensor | None) -> Path:
        header, content = read_model_tensors(path)
        header["fixed_features"] = json.dumps({**json.loads(header["fixed_features"]), **(card or {})})
        for name, tensor in tensors.items():
            content[f"fixed_features/{name}"] = tensor
        save_file({name: one for name, one in content.items() if one is not None}, path, header)
        return path

    return change


@pytest.mark.parametrize("has_network", [True, False])
def test_a_model_comes_back_as_it_was_saved(tmp_path: Path, has_network: bool):
    model = learned_model(has_network=has_network)
    save_learned(tmp_path / "model.safetensors", model)
    loaded = load_learned(tmp_path / "model.safetensors")
    assert (loaded.card, loaded.seen) == (model.card, model.seen)
    np.testing.assert_array_equal(loaded.predict(FEATURES).values, model.predict(FEATURES).values)
    assert (loaded.network is not None) == has_network


def test_its_network_is_a_model_like_any_other_without_what_the_learner_has_seen(path: Path):
    network = load_model(path)
    assert (network.head, network.card.properties, network.seen) == (None, (), None)
    graphs = [graph_of(rock_salt("Na", "Cl", 5.6))]
    (before,), (after,) = (encode(one, graphs, torch.device("cpu")) for one in (untrained_model(), network))
    np.testing.assert_array_equal(before.crystal, after.crystal)


def test_without_a_network_it_is_no_start_and_says_so(tmp_path: Path):
    save_learned(tmp_path / "model.safetensors", learned_model(has_network=False))
    with pytest.raises(ModelError, match="it has no network"):
        load_model(tmp_path / "model.safetensors")


def test_the_two_kinds_of_model_file_are_told_apart(tmp_path: Path, path: Path):
    save_model(tmp_path / "network.safetensors", untrained_model(GAP))
    assert not holds_learner(tmp_path / "network.safetensors")
    assert holds_learner(path)
    with pytest.raises(ModelError, match="holds no learner"):
        load_learned(tmp_path / "network.safetensors")


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ({"card_version": 99}, "newer version"),
        ({"feature_version": -1}, "by other features than this version"),
        ({"learner": "oracle"}, "damaged: its description, at 'learner'"),
        ({"widths": [3]}, "does not fit its description"),
        ({"widths": [8, 8]}, "damaged: its description"),
        ({"intervals": []}, "damaged: its description"),
        ({"properties": []}, "damaged: its description"),
    ],
)
def test_a_card_that_cannot_be_used_is_refused(
    rewrite: Callable[..., Path], card: dict[str, Any], message: str
):
    with pytest.raises(ModelError, match=message):
        load_learned(rewrite(card))


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"features": None}, "is not there"),
        ({"seen/crystals": None}, "is not there"),
        ({"values": torch.zeros(40)}, "is not there"),
        ({"values": torch.zeros(40, 3)}, "does not fit"),
        ({"values": torch.full((40, 2), float("nan"))}, "does not fit"),
        ({"features": torch.full((40, WIDTH), float("inf"))}, "does not fit"),
        ({"probes": torch.zeros(3, 2)}, "does not fit"),
        ({"probes": torch.full((39, 2), float("nan"))}, "does not fit"),
    ],
)
def test_examples_that_do_not_fit_are_refused(
    rewrite: Callable[..., Path], tensors: dict[str, torch.Tensor | None], message: str
):
    with pytest.raises(ModelError, match=message):
        load_learned(rewrite(**tensors))
