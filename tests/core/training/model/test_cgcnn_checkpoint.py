"""Original checkpoints predict here what they predicted there, and what is none is refused in words."""

import csv
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import ModelError
from core.graphs.build import build_crystal_graph
from core.inspection.encode import encode
from core.jobs.spec import PropertySpec
from core.structures.readers.read import read_file
from core.training.model.cgcnn_checkpoint import PUBLISHED_PROPERTIES, import_checkpoint
from core.training.model.model_file import load_model, save_model

TOLERANCE = {"band_gap": 2e-5}  # eV; 1e-5 for the others, in eV/atom and log10(GPa)
CHECKPOINTS = {
    "formation-energy-per-atom": "formation_energy_per_atom",
    "band-gap": "band_gap",
    "bulk-moduli": "log10_bulk_modulus",
    "shear-moduli": "log10_shear_modulus",
}
Content = dict[str, Any]


@pytest.fixture
def published(shared_data: Path) -> Path:
    return shared_data / "cgcnn_pretrained" / "pretrained"


@pytest.fixture
def atom_init(tmp_path: Path) -> Path:
    """A made-up table of hydrogen and oxygen."""
    path = tmp_path / "atom_init.json"
    path.write_text(json.dumps({"1": [0, 1] * 46, "8": [1, 0] * 46}))
    return path


def checkpoint_content(site_width: int = 8, crystal_width: int = 6, hidden_layers: int = 1) -> Content:
    """What the original would save of a small network."""
    bond = 2 * site_width + 41
    shapes = {"embedding": (site_width, 92), "conv_to_fc": (crystal_width, site_width)}
    shapes |= {"convs.0.fc_full": (2 * site_width, bond), "fc_out": (1, crystal_width)}
    shapes |= {f"fcs.{k}": (crystal_width, crystal_width) for k in range(hidden_layers - 1)}
    weights = {}
    for name, shape in shapes.items():
        weights |= {f"{name}.weight": torch.randn(shape), f"{name}.bias": torch.randn(shape[0])}
    for name, width in (("bn1", 2 * site_width), ("bn2", site_width)):
        weights |= {f"convs.0.{name}.{part}": torch.rand(width) for part in ("weight", "bias")}
        weights |= {f"convs.0.{name}.running_{part}": torch.rand(width) for part in ("mean", "var")}
        weights[f"convs.0.{name}.num_batches_tracked"] = torch.tensor(7)
    normalizer = {"mean": torch.tensor(1.5), "std": torch.tensor(0.5)}
    arguments = {"data_options": ["somewhere", "regression", "band_gap"], "train_size": 100}
    return {"state_dict": weights, "normalizer": normalizer, "args": arguments}


@pytest.fixture
def save(tmp_path: Path) -> Callable[[object], Path]:
    def save(content: object) -> Path:
        torch.save(content, tmp_path / "model.pth.tar")
        return tmp_path / "model.pth.tar"

    return save


@pytest.mark.parametrize("folder", ["dev", "dev_sparse"])
@pytest.mark.parametrize(("checkpoint", "column"), CHECKPOINTS.items())
def test_predictions_equal_those_of_the_original(
    published: Path, tmp_path: Path, checkpoint: str, column: str, folder: str
):
    imported = import_checkpoint(published / f"{checkpoint}.pth.tar", published / "atom_init.json")
    save_model(tmp_path / "model.safetensors", imported)
    model = load_model(tmp_path / "model.safetensors")
    cifs = published.parent / folder
    rows = list(csv.DictReader((cifs / "predictions.csv").open()))
    settings = model.card.typed_encoder_settings()
    structures = [read_file(cifs / f"{row['id']}.cif")[0][0].structure for row in rows]
    encoded = encode(model, [build_crystal_graph(one, settings) for one in structures], torch.device("cpu"))
    predicted = [one.predicted[0] for one in encoded]
    expected = [float(row[column]) for row in rows]
    assert len(rows) == {"dev": 40, "dev_sparse": 8}[folder]
    np.testing.assert_allclose(predicted, expected, rtol=0, atol=TOLERANCE.get(column, 1e-5))


def test_the_card_of_a_published_checkpoint_tells_its_property_and_elements(published: Path):
    card = import_checkpoint(published / "bulk-moduli.pth.tar", published / "atom_init.json").card
    assert card.properties == (PropertySpec(name="bulk_modulus", unit="GPa", transform="log10"),)
    assert card.num_train == 2041
    assert (len(card.elements), "U" in card.elements, "Lr" in card.elements) == (100, True, False)
    assert card.lineage.started_from == "bulk-moduli.pth.tar"


def test_a_network_of_other_sizes_is_inferred(save: Callable[[object], Path], atom_init: Path):
    model = import_checkpoint(save(checkpoint_content(8, 6, hidden_layers=3)), atom_init)
    settings = model.card.typed_encoder_settings()
    sizes = (settings.site_width, settings.crystal_width, settings.crystal_layers, settings.convolutions)
    assert (settings.neighbour_choice, settings.merge_equivalent) == ("published", False)
    assert sizes == (8, 6, 3, 1)
    assert model.card.properties == (PUBLISHED_PROPERTIES["band_gap"],)
    assert (model.card.normalisers[0].mean, model.card.normalisers[0].std) == (1.5, 0.5)
    assert model.card.elements == ("H", "O")


def test_the_property_can_be_named(save: Callable[[object], Path], atom_init: Path):
    content = checkpoint_content() | {"args": {}}
    prop = PropertySpec(name="conductivity", unit="S/cm", transform="log10")
    assert import_checkpoint(save(content), atom_init, prop).card.properties == (prop,)
    with pytest.raises(ModelError, match="does not say which property") as caught:
        import_checkpoint(save(content), atom_init)
    assert "--property" in caught.value.hint


def without(content: Content, key: str) -> Content:
    del content["state_dict"][key]
    return content


def with_weight(content: Content, key: str, *shape: int) -> Content:
    content["state_dict"][key] = torch.zeros(shape)
    return content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([1, 2], "is no checkpoint of CGCNN"),
        ({"epoch": 3}, "it has no 'state_dict'"),
        (checkpoint_content() | {"normalizer": None}, "has no 'normalizer'"),
        (checkpoint_content() | {"normalizer": {"mean": 0.0, "std": 0.0}}, "has mean 0 and std 0"),
        (without(checkpoint_content(), "embedding.weight"), "no matrix 'embedding.weight'"),
        (without(checkpoint_content(), "convs.0.bn2.bias"), "'site_layers.*site_norm.bias'.*missing"),
        (with_weight(checkpoint_content(), "embedding.weight", 8, 93), "made for 93 values per element"),
        (with_weight(checkpoint_content(), "convs.0.fc_full.weight", 16, 67), "made for 51 Gaussians"),
        (with_weight(checkpoint_content(), "fc_out.weight", 2, 6), "made for 2 output"),
        (with_weight(checkpoint_content(), "conv_to_fc.bias", 7), "'crystal_layers.*misshapen"),
        (with_weight(checkpoint_content(), "convs.1.fc_full.bias", 7), "are missing, too many or misshapen"),
        (with_weight(checkpoint_content(), "surprise", 7), "'surprise' .* too many"),
    ],
)
def test_a_checkpoint_of_another_kind_is_refused(
    save: Callable[[object], Path], atom_init: Path, content: object, words: str
):
    with pytest.raises(ModelError, match=words):
        import_checkpoint(save(content), atom_init)


def test_weights_that_are_no_numbers_are_refused(save: Callable[[object], Path], atom_init: Path):
    content = checkpoint_content()
    content["state_dict"]["fc_out.bias"][0] = torch.nan
    with pytest.raises(ModelError, match="not all finite"):
        import_checkpoint(save(content), atom_init)


@pytest.mark.parametrize("length", [0, 10, 1000, 5000])
def test_a_cut_file_is_refused(save: Callable[[object], Path], atom_init: Path, length: int):
    path = save(checkpoint_content())
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelError, match="is damaged"):
        import_checkpoint(path, atom_init)


@pytest.mark.parametrize("text", ["hello", "{}", "\x80\x02", "PK\x03\x04"])
def test_another_file_is_refused(tmp_path: Path, atom_init: Path, text: str):
    path = tmp_path / "model.pth.tar"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ModelError, match="is damaged, is no checkpoint"):
        import_checkpoint(path, atom_init)


def test_a_missing_file_is_named(tmp_path: Path, atom_init: Path):
    with pytest.raises(ModelError, match="cannot be read"):
        import_checkpoint(tmp_path / "none.pth.tar", atom_init)


class Harmful:
    """Would make a file when unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def test_code_in_a_checkpoint_is_not_executed(tmp_path: Path, atom_init: Path):
    path, trace = tmp_path / "model.pth.tar", tmp_path / "trace"
    torch.save({"state_dict": Harmful(trace)}, path)
    with pytest.raises(ModelError, match="holds more than numbers"):
        import_checkpoint(path, atom_init)
    path.write_bytes(pickle.dumps(Harmful(trace), protocol=2))
    with pytest.raises(ModelError, match="holds more than numbers"):
        import_checkpoint(path, atom_init)
    assert not trace.exists()
