from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core.errors import ModelError
from core.evaluation.learners.blended_file import holds_blend, load_blended, save_blended
from core.evaluation.learners.learned_file import save_learned
from core.inspection.encode import encode
from core.store.requests.model_header import predicted_properties
from core.training.model.model_file import holds_learner, load_model
from core.training.model.tensor_file import read_model_tensors
from tests.core.blended import WEIGHTS, WIDTHS, blended_model
from tests.core.learned import learned_model
from tests.core.models import CONDUCTIVITY, GAP, graph_of
from tests.core.salts import rock_salt

FEATURES = np.random.default_rng(1).normal(size=(1, sum(WIDTHS)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_blended(path, blended_model())
    return path


def test_a_blend_comes_back_as_it_was_saved(path: Path):
    model, loaded = blended_model(), load_blended(path)
    assert (loaded.card, loaded.weights, loaded.learned.card) == (model.card, WEIGHTS, model.learned.card)
    graphs = [graph_of(rock_salt("Na", "Cl", 5.6))]
    before, after = (
        one.told(encode(one.networks, graphs, torch.device("cpu")), FEATURES) for one in (model, loaded)
    )
    np.testing.assert_array_equal(before.values, after.values)
    np.testing.assert_array_equal(before.spread, after.spread)


def test_its_networks_are_an_ensemble_like_any_other(path: Path):
    assert len(load_model(path).members) == 2
    assert predicted_properties(path) == (GAP, CONDUCTIVITY)


def test_kinds_of_model_file_are_told_apart(tmp_path: Path, path: Path):
    save_learned(tmp_path / "learned.safetensors", learned_model())
    assert holds_blend(path)
    assert holds_learner(path)  # of which a program that knows no blends can say that it is newer
    assert not holds_blend(tmp_path / "learned.safetensors")
    with pytest.raises(ModelError, match="holds no blend"):
        load_blended(tmp_path / "learned.safetensors")


@pytest.mark.parametrize("text", ['{"weights": [0.5]}', '{"weights": [0.5, 1.5]}', "{}", "oracle"])
def test_weights_that_do_not_fit_are_damage(path: Path, text: str):
    header, tensors = read_model_tensors(path)
    save_file(tensors, path, {**header, "blend": text})
    with pytest.raises(ModelError, match="do not fit together"):
        load_blended(path)
