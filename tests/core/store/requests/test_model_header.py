import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.errors import ModelError
from core.jobs.spec import PropertySpec
from core.store.requests.model_header import network_of, predicted_properties

GAP = {"name": "gap", "unit": "eV"}
CONDUCTIVITY = {"name": "conductivity", "unit": "S/cm", "transform": "log10"}


def write_model(path: Path, **header: object) -> Path:
    weights = {"encoder/weight": np.zeros(2, np.float32)}
    save_file(weights, path, {name: json.dumps(entry) for name, entry in header.items()})
    return path


@pytest.mark.parametrize("entry", ["siteloupe", "fixed_features"])
def test_unit_and_scale_are_told_in_the_order_of_the_output(tmp_path: Path, entry: str):
    card = {"card_version": 2, "properties": [CONDUCTIVITY, GAP], "others": 1}
    path = write_model(tmp_path / "a.safetensors", **{entry: card})
    assert predicted_properties(path) == (PropertySpec(**CONDUCTIVITY), PropertySpec(**GAP))


def test_a_learner_that_takes_an_embedding_predicts_what_the_network_does_not(tmp_path: Path):
    path = write_model(
        tmp_path / "a.safetensors", siteloupe={"properties": []}, fixed_features={"properties": [GAP]}
    )
    assert predicted_properties(path) == (PropertySpec(**GAP),)


def test_a_pretrained_encoder_predicts_nothing(tmp_path: Path):
    assert predicted_properties(write_model(tmp_path / "a.safetensors", siteloupe={"properties": []})) == ()


def test_what_is_no_model_says_nothing(tmp_path: Path):
    damaged = write_model(tmp_path / "a.safetensors", siteloupe={"properties": [{"unit": "eV"}]})
    text = tmp_path / "b.safetensors"
    text.write_bytes(b"weights")
    folder = tmp_path / "c.safetensors"
    folder.mkdir()
    others = (text, folder, tmp_path / "missing")
    assert [predicted_properties(path) for path in (damaged, *others)] == [()] * 4


def test_the_network_is_told_also_of_a_model_that_predicts_nothing(tmp_path: Path):
    card = {"card_version": 2, "encoder": "cgcnn", "properties": []}
    assert network_of(write_model(tmp_path / "a.safetensors", siteloupe=card)) == "cgcnn"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({}, "is no model of Siteloupe"),
        ({"siteloupe": {"encoder": 3}}, "is no model of Siteloupe"),
        ({"siteloupe": {"encoder": "not yet thought of"}}, "newer version"),
        ({"fixed_features": {"properties": [GAP]}}, "has no network"),
    ],
)
def test_a_model_that_cannot_be_trained_further_is_named(
    tmp_path: Path, header: dict[str, object], message: str
):
    path = write_model(tmp_path / "mine.safetensors", **header)
    with pytest.raises(ModelError, match=message) as caught:
        network_of(path)
    assert str(path) in caught.value.message


def test_of_what_is_no_model_it_is_said_that_a_checkpoint_is_first_converted(tmp_path: Path):
    checkpoint = tmp_path / "band-gap.pth.tar"
    checkpoint.write_bytes(b"PK\x03\x04 of torch")
    for path in (checkpoint, tmp_path, tmp_path / "missing.safetensors"):
        with pytest.raises(ModelError) as caught:
            network_of(path)
        assert str(path) in caught.value.message
        assert "siteloupe convert" in caught.value.hint


def test_no_torch_is_loaded_for_it(tmp_path: Path):
    path = write_model(tmp_path / "a.safetensors", siteloupe={"properties": [GAP]})
    program = (
        "import sys; from pathlib import Path\n"
        "from core.store.requests.model_header import predicted_properties\n"
        "print(len(predicted_properties(Path(sys.argv[1]))), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True)
    assert done.stdout.split() == ["1", "False"]
