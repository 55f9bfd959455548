"""The supervised Site-Net against the original, and against its formulas written down plainly."""

from dataclasses import fields, replace

import pytest
import torch
from torch import Tensor, nn

from core.config import Settings, SiteNetMultiheadSettings
from core.encoders import coulomb
from core.encoders.encoding import Encoding
from core.encoders.site_net_multihead import SiteNetMultihead
from core.graphs.batch import Batch, collate
from core.graphs.build import supercell_graph
from core.graphs.element_vectors import NUM_ELEMENTS
from core.objectives.supervised import PropertyHead
from tests.core.encoders.multihead_fixture import REFERENCE_BOHR_PER_ANGSTROM, MultiheadFixture
from tests.core.encoders.padded_multihead import encode as encode_padded
from tests.core.encoders.padded_multihead import pad_pairs
from tests.core.graphs.crystals import CRYSTALS

SETTINGS = SiteNetMultiheadSettings()


@pytest.fixture
def fixture(shared_data, monkeypatch: pytest.MonkeyPatch) -> MultiheadFixture:
    monkeypatch.setattr(coulomb, "BOHR_PER_ANGSTROM", REFERENCE_BOHR_PER_ANGSTROM)
    return MultiheadFixture(shared_data)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate([supercell_graph(crystal, SETTINGS) for crystal in CRYSTALS.values()]).double()


@pytest.fixture
def encoder() -> SiteNetMultihead:
    torch.manual_seed(1)
    return SiteNetMultihead(SETTINGS, NUM_ELEMENTS + 1).double()


def encode(network: nn.ModuleDict, batch: Batch) -> tuple[Encoding, Tensor]:
    encoding = network["encoder"](batch)
    return encoding, network["head"](encoding.crystals)[:, 0]


def test_encodings_and_predictions_match_the_original(fixture: MultiheadFixture):
    encoding, predicted = encode(fixture.network(), fixture.batch())
    for name, ours in {"h": encoding.sites, "g3": encoding.crystals, "y": predicted}.items():
        expected = fixture[f"out/{name}"].view_as(ours)
        torch.testing.assert_close(ours, expected, rtol=0, atol=1e-9, msg=name)
    attention = torch.cat([fixture.pairs(f"out/a{block}") for block in (1, 2)], dim=1)
    torch.testing.assert_close(encoding.attention, attention, rtol=0, atol=1e-9)


def test_single_precision_matches_the_original(fixture: MultiheadFixture):
    batch = fixture.batch()
    tensors = {field.name: getattr(batch, field.name) for field in fields(batch)}
    single = {name: values.float() for name, values in tensors.items() if values is not None}
    floating = {name: values for name, values in single.items() if tensors[name].is_floating_point()}
    encoding, predicted = encode(fixture.network().float(), replace(batch, **floating))
    for name, ours in {"h": encoding.sites, "g3": encoding.crystals, "y": predicted}.items():
        expected = fixture[f"out/{name}"].view_as(ours)
        torch.testing.assert_close(ours.double(), expected, rtol=0, atol=1e-5, msg=name)


@pytest.mark.parametrize("output", ["identity", "trelu"])
def test_loss_and_gradients_match_the_original(fixture: MultiheadFixture, output: str):
    network = fixture.network()
    if output == "trelu":
        network["head"].floors = torch.zeros(1)
    _, predicted = encode(network, fixture.batch())
    loss = (predicted - fixture["in/target"].view_as(predicted)).abs().mean()
    assert loss.item() == pytest.approx(fixture.arrays[f"out/loss_{output}"].item(), abs=1e-9)
    loss.backward()
    parameters = dict(network.named_parameters())
    names = fixture.names() | {"Emb": "encoder.site_layers.elements.table.weight"}
    assert parameters.keys() == set(names.values())
    for theirs, ours in names.items():
        expected = fixture.arrays[f"grad_{output}/{theirs}"].item()
        assert parameters[ours].grad.norm().item() == pytest.approx(expected, rel=1e-9, abs=1e-9), theirs


def test_some_prediction_of_the_original_is_cut_off_at_zero(fixture: MultiheadFixture):
    """Else the gradients would not tell a transparent ReLU from a plain one."""
    assert (fixture["out/y"] < 0).any()


def test_the_number_of_weights_is_the_published_one_but_for_unused_ones(fixture: MultiheadFixture):
    """The original keeps rows for elements that do not exist, a pair layer that nobody reads, and shifts of
    the attention logits that the softmax cancels.
    """
    unused_rows, unused_layer, cancelled = (200 - NUM_ELEMENTS) * 92, 228 * 48 + 3 * 48, 2 * (225 + 3)
    found = sum(parameter.numel() for parameter in fixture.network().parameters())
    assert found == 304_085 - unused_rows - unused_layer - cancelled


def test_flat_pairs_equal_padded_ones(batch: Batch, encoder: SiteNetMultihead):
    padded = pad_pairs(encoder, batch)
    sites, crystals, attention = encode_padded(encoder, padded)
    encoding = encoder(batch)
    torch.testing.assert_close(encoding.sites, sites, rtol=0, atol=1e-10)
    torch.testing.assert_close(encoding.crystals, crystals, rtol=0, atol=1e-10)
    torch.testing.assert_close(encoding.attention, attention[padded.mask], rtol=0, atol=1e-10)


def test_heads_attend_differently(batch: Batch, encoder: SiteNetMultihead):
    attention = encoder(batch).attention
    assert attention.shape[1] == len(encoder.attention_heads) == 6
    assert torch.pdist(attention.T).min() > 1e-2


def test_the_number_of_blocks_and_heads_follows_the_settings(batch: Batch):
    settings = SiteNetMultiheadSettings(blocks=1, heads=2, head_width=5, site_width=7, crystal_width=9)
    encoder = SiteNetMultihead(settings, NUM_ELEMENTS + 1).double()
    encoding = encoder(batch)
    assert encoding.sites.shape[1] == 7
    assert encoding.crystals.shape[1] == 9
    assert encoding.attention.shape[1] == 2
    assert encoder.attention_heads == ("block 1, head 1", "block 1, head 2")


def test_settings_of_another_encoder_are_a_mistake_of_the_programmer():
    with pytest.raises(TypeError, match="SiteNetMultiheadSettings"):
        SiteNetMultihead(Settings(), NUM_ELEMENTS)


def test_the_head_of_the_original_is_a_linear_map_alone():
    head = PropertyHead(200, 0, 1, SiteNetMultihead.head_activation)
    crystals = torch.randn(3, 200)
    torch.testing.assert_close(head(crystals), head.layers[1](crystals))
