from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError
from core.evaluation.file_predictions import predict_files
from core.evaluation.learners.blended_file import save_blended
from core.evaluation.learners.blended_model import BlendedModel
from core.evaluation.learners.learned_file import save_learned
from core.structures.cif.writer import to_cif
from core.training.model.model_file import save_model
from tests.core.blended import blended_model
from tests.core.models import GAP, untrained_model
from tests.core.salts import rock_salt


@pytest.fixture
def cifs(tmp_path: Path) -> Path:
    folder = tmp_path / "cifs"
    folder.mkdir()
    for anion, edge in (("Cl", 5.64), ("Br", 5.97)):
        (folder / f"Na{anion}.cif").write_text(to_cif(rock_salt("Na", anion, edge), f"Na{anion}"))
    return folder


@pytest.fixture
def predicted_of(cifs: Path, tmp_path: Path) -> Callable[[Callable[[Path], None]], np.ndarray]:
    def predict(save: Callable[[Path], None]) -> np.ndarray:
        save(tmp_path / "model.safetensors")
        _, files, predicted = predict_files(tmp_path / "model.safetensors", [cifs], lambda done, total: None)
        assert [one.name for one in files.read] == ["NaBr", "NaCl"]
        assert predicted.reasons is not None
        return predicted.values

    return predict


def test_a_blend_of_all_weight_on_one_side_predicts_as_that_side(
    predicted_of: Callable[[Callable[[Path], None]], np.ndarray],
):
    model = blended_model()
    networks = predicted_of(lambda path: save_model(path, model.networks))
    learner = predicted_of(lambda path: save_learned(path, model.learned))
    assert not np.allclose(networks, learner)
    for weights, expected in (((1.0, 1.0), networks), ((0.0, 0.0), learner), ((0.0, 1.0), None)):
        blend = BlendedModel(model.networks, model.learned, weights)
        values = predicted_of(lambda path, blend=blend: save_blended(path, blend))
        if expected is None:
            expected = np.stack([learner[:, 0], networks[:, 1]], axis=1)
        np.testing.assert_allclose(values, expected, rtol=1e-9)


def test_a_model_that_has_learned_no_property_predicts_nothing(tmp_path: Path, cifs: Path):
    path = tmp_path / "encoder.safetensors"
    save_model(path, untrained_model(GAP).encoder_alone())
    with pytest.raises(ModelError, match="has learned no property"):
        predict_files(path, [cifs], lambda done, total: None)


def test_a_learner_that_is_no_longer_the_same_is_an_error(tmp_path: Path, cifs: Path):
    model = blended_model()
    other = replace(model.learned, probes=model.learned.probes + 10.0)
    save_blended(tmp_path / "model.safetensors", replace(model, learned=other))
    with pytest.raises(ModelError, match="does not make of the examples"):
        predict_files(tmp_path / "model.safetensors", [cifs], lambda done, total: None)
