"""Every pretrained model that comes with the program is whole, small, and has its card."""

from pathlib import Path

import pytest

from core.store.requests.shipped_models import LARGEST_FILE, shipped_models
from core.training.model.model_file import load_model

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "pretrained"


@pytest.fixture(autouse=True)
def shipped_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the models of the program, which other tests do not see."""
    monkeypatch.setattr("core.store.requests.shipped_models.FOLDER", FOLDER)


def test_no_file_is_passed_over_when_models_are_listed():
    assert {model.path for model in shipped_models()} == set(FOLDER.glob("*.safetensors"))


def test_one_model_at_most_is_recommended_for_a_network():
    encoders = [model.encoder for model in shipped_models() if model.description.recommended]
    assert len(encoders) == len(set(encoders))


def test_every_model_loads_is_small_and_has_a_card_and_a_record_of_what_it_has_seen():
    for model in shipped_models():
        assert model.size <= LARGEST_FILE, model.name
        assert load_model(model.path).seen is not None, model.name
        assert model.path.with_suffix(".md").read_text().startswith(f"# {model.description.title}\n")
