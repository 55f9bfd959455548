from dataclasses import replace

import numpy as np
import pytest
import torch

from core.config import DeepInfoMaxSettings, Settings, SiteNetSettings
from core.encoders.site_net import SiteNet
from core.graphs.batch import Batch, collate
from core.graphs.build import supercell_graph
from core.graphs.distances import supercell_distances
from core.graphs.supercell import scaling_matrix
from core.objectives.deep_infomax import DeepInfoMax
from tests.core.encoders.dim_fixture import DimFixture
from tests.core.encoders.padded_site_net import encode_crystals, encode_sites, pad
from tests.core.graphs.crystals import CRYSTALS


@pytest.fixture(scope="module")
def batch() -> Batch:
    graphs = [supercell_graph(crystal, SiteNetSettings()) for crystal in CRYSTALS.values()]
    return collate(graphs).double()


@pytest.mark.parametrize("activation", ["relu", "mish"])
def test_encodings_match_the_original(shared_data, activation: str):
    fixture = DimFixture(shared_data)
    encoding = fixture.objective(activation).encoder(fixture.batch())
    compared = {
        "z": encoding.site_hidden,
        "S": encoding.sites,
        "g1": encoding.crystal_hidden,
        "G": encoding.crystals,
    }
    for name, ours in compared.items():
        torch.testing.assert_close(ours, fixture[f"{activation}/{name}"], rtol=0, atol=1e-9, msg=name)
    torch.testing.assert_close(encoding.attention[:, 0], fixture.pairs(f"{activation}/a"), rtol=0, atol=1e-9)


def test_single_precision_matches_the_original(shared_data):
    fixture = DimFixture(shared_data)
    batch = fixture.batch()
    names = ("site_features", "distances", "site_counts", "pair_counts")
    single = replace(batch, **{name: getattr(batch, name).float() for name in names})
    found = fixture.objective("mish").float().encoder(single).crystals.double()
    torch.testing.assert_close(found, fixture["mish/G"], rtol=1e-5, atol=1e-5)


def test_the_number_of_weights_is_the_published_one(shared_data):
    objective = DimFixture(shared_data).objective("relu")
    local, global_ = objective.parameter_groups()
    # without the shift of the norm before the attention logits and their bias, which the softmax cancels
    assert sum(parameter.numel() for parameter in local) == 53_953 - 64 - 1
    assert sum(parameter.numel() for parameter in global_) == 50_432


@pytest.mark.parametrize("activation", ["relu", "mish"])
def test_flat_pairs_equal_padded_ones(batch: Batch, activation: str):
    settings = SiteNetSettings(local_activation=activation)
    objective = DeepInfoMax(SiteNet(settings, 10), DeepInfoMaxSettings(), 10).double()
    padded = pad(batch)
    sites, hidden, attention = encode_sites(objective, padded)
    crystals, _ = encode_crystals(objective, sites, padded.crystal)
    encoding = objective.encoder(batch)
    torch.testing.assert_close(encoding.sites, sites, rtol=0, atol=1e-10)
    torch.testing.assert_close(encoding.site_hidden, hidden, rtol=0, atol=1e-10)
    torch.testing.assert_close(encoding.crystals, crystals, rtol=0, atol=1e-10)
    torch.testing.assert_close(encoding.attention[:, 0], attention[padded.mask], rtol=0, atol=1e-10)


def test_attention_sees_both_ends_and_the_distance(batch: Batch):
    torch.manual_seed(1)
    layers = SiteNet(SiteNetSettings(), 10).double().site_layers
    _, _, attention = layers(batch)
    moved = replace(batch, distances=batch.distances * 1.1)
    renamed = replace(batch, site_features=batch.site_features.flip(0))
    assert not torch.allclose(layers(moved)[2], attention)
    assert not torch.allclose(layers(renamed)[2], attention)


def test_widths_follow_the_settings(batch: Batch):
    settings = SiteNetSettings(hidden_width=12, site_width=5, crystal_width=7)
    encoding = SiteNet(settings, 10).double()(batch)
    assert encoding.sites.shape[1] == 5
    assert encoding.crystals.shape[1] == 7
    assert encoding.site_hidden.shape[1] == encoding.crystal_hidden.shape[1] == 12


def test_settings_of_another_encoder_are_a_mistake_of_the_programmer():
    with pytest.raises(TypeError, match="SiteNetSettings"):
        SiteNet(Settings(), 10)


def test_distances_match_the_original(shared_data):
    """From the fixture's primitive cells to its distances: same supercell, copies in another order."""
    fixture = DimFixture(shared_data)
    first = 0
    for crystal in range(5):
        lattice, coords = (fixture.arrays[f"c{crystal}.{name}"] for name in ("prim_lattice", "prim_frac"))
        scaling = scaling_matrix(lattice, len(coords), 50)
        assert scaling.tolist() == fixture.arrays[f"c{crystal}.T"].tolist()
        ours = supercell_distances(lattice, coords, scaling).reshape(len(coords), -1)
        theirs = fixture.arrays["in/D"][first : first + len(coords), : ours.shape[1]]
        np.testing.assert_allclose(np.sort(ours, axis=1), np.sort(theirs, axis=1), atol=1e-6)
        first += len(coords)
