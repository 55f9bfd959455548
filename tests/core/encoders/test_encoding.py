"""What every encoder must do; parametrised over all of them."""

import copy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.config import ENCODERS as ENCODER_SETTINGS
from core.config import (
    CGCNNSettings,
    GeometricAlgebraSettings,
    Settings,
    SiteNetMultiheadSettings,
    SiteNetSettings,
)
from core.encoders import ENCODERS, create_encoder
from core.encoders.encoding import Encoder
from core.errors import UnknownChoice
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.objectives.supervised import PropertyHead
from core.structures.structure import Structure
from tests.core.graphs.crystals import (
    CRYSTALS,
    cubic,
    in_other_cell,
    reordered,
    rotated,
    shifted,
    supercell,
)

# Features of a site, its vacancy among them.
NUM_FEATURES = {"site_net": 10, "site_net_multihead": 104, "cgcnn": 104, "geometric_algebra": 10}
VARIANTS: dict[str, tuple[str, Settings]] = {
    "site_net": ("site_net", SiteNetSettings()),
    "site_net_multihead": ("site_net_multihead", SiteNetMultiheadSettings()),
    "cgcnn": ("cgcnn", CGCNNSettings()),
    "cgcnn_attention": ("cgcnn", CGCNNSettings(messages="attention")),
    "cgcnn_literal_attention": ("cgcnn", CGCNNSettings(messages="literal_attention")),
    "geometric_algebra": ("geometric_algebra", GeometricAlgebraSettings(blocks=1, hidden_width=8)),
    "geometric_algebra_tied": (
        "geometric_algebra",
        GeometricAlgebraSettings(form="vectors", tied=True, blocks=2, hidden_width=8),
    ),
}


@pytest.fixture(params=sorted(VARIANTS))
def variant(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def settings(variant: str) -> Settings:
    return VARIANTS[variant][1]


@pytest.fixture
def encoder(variant: str, settings: Settings) -> Encoder:
    torch.manual_seed(0)
    name = VARIANTS[variant][0]
    return create_encoder(name, settings, NUM_FEATURES[name]).double().eval()


def batch_of(settings: Settings, *structures: Structure) -> Batch:
    return collate([build_crystal_graph(structure, settings) for structure in structures]).double()


def all_crystals(settings: Settings) -> Batch:
    return batch_of(settings, *CRYSTALS.values())


def crystal_embedding(encoder: Encoder, settings: Settings, structure: Structure) -> torch.Tensor:
    with torch.no_grad():
        return encoder(batch_of(settings, structure)).crystals[0]


def test_encoders_and_their_settings_have_the_same_names():
    assert sorted(ENCODERS) == sorted(ENCODER_SETTINGS)


def test_an_unknown_encoder_is_answered_with_the_nearest_name():
    with pytest.raises(UnknownChoice, match="Did you mean 'site_net'"):
        create_encoder("sitenet", SiteNetSettings(), 10)


def test_an_encoding_has_the_shapes_it_promises(encoder: Encoder, settings: Settings):
    batch = all_crystals(settings)
    encoding = encoder(batch)
    assert encoding.sites.shape == (batch.num_sites, encoder.site_width)
    assert encoding.crystals.shape == (batch.num_crystals, encoder.crystal_width)
    assert encoding.attention.shape == (batch.num_pairs, len(encoder.attention_heads))
    assert len(set(encoder.attention_heads)) == len(encoder.attention_heads)
    assert encoding.site_hidden.shape == (batch.num_sites, encoder.site_hidden_width)
    assert encoding.crystal_hidden.shape == (batch.num_crystals, encoder.crystal_hidden_width)


def test_sites_of_several_batches_can_be_encoded_without_their_crystals(encoder: Encoder, settings: Settings):
    batches = [all_crystals(settings), batch_of(settings, CRYSTALS["quartz"])]
    for sites, batch in zip(encoder.encode_sites(batches), batches, strict=True):
        torch.testing.assert_close(sites, encoder(batch).sites, rtol=1e-12, atol=1e-12)


def test_attention_is_a_weight_of_each_pair_of_a_site(encoder: Encoder, settings: Settings):
    batch = all_crystals(settings)
    attention = encoder(batch).attention
    assert (attention >= 0).all()
    total = attention.new_zeros(batch.num_sites, attention.shape[1]).index_add(0, batch.pair_i, attention)
    torch.testing.assert_close(total, torch.ones_like(total))


def other_order(structure: Structure, rng: np.random.Generator) -> Structure:
    return reordered(structure, rng)[0]


def doubled(structure: Structure, rng: np.random.Generator) -> Structure:
    return other_order(supercell(structure, (1, 2, 1)), rng)


@pytest.mark.parametrize("change", [other_order, shifted, rotated, in_other_cell, doubled])
@pytest.mark.parametrize("name", CRYSTALS)
def test_crystal_embedding_depends_on_the_crystal_alone(
    encoder: Encoder,
    settings: Settings,
    name: str,
    change: Callable[[Structure, np.random.Generator], Structure],
):
    structure = CRYSTALS[name]
    expected = crystal_embedding(encoder, settings, structure)
    rng = np.random.default_rng(0)
    for _ in range(3):
        torch.testing.assert_close(
            crystal_embedding(encoder, settings, change(structure, rng)), expected, rtol=1e-4, atol=1e-5
        )


def test_crystal_embedding_depends_on_the_crystal(encoder: Encoder, settings: Settings):
    embeddings = torch.stack(
        [crystal_embedding(encoder, settings, structure) for structure in CRYSTALS.values()]
    )
    distances = torch.cdist(embeddings, embeddings) + torch.eye(len(embeddings))
    assert distances.min() > 1e-2


def test_a_batch_gives_what_its_crystals_give_alone(encoder: Encoder, settings: Settings):
    together = encoder(all_crystals(settings))
    alone = [encoder(batch_of(settings, structure)) for structure in CRYSTALS.values()]
    for part in ("sites", "crystals", "attention", "site_hidden", "crystal_hidden"):
        expected = torch.cat([getattr(encoding, part) for encoding in alone])
        torch.testing.assert_close(getattr(together, part), expected, rtol=1e-10, atol=1e-10)


def test_single_precision_is_close_to_double(encoder: Encoder, settings: Settings):
    double = encoder(all_crystals(settings))
    single_batch = collate([build_crystal_graph(structure, settings) for structure in CRYSTALS.values()])
    single = copy.deepcopy(encoder).float()(single_batch)
    torch.testing.assert_close(single.crystals.double(), double.crystals, rtol=1e-4, atol=1e-5)


def test_every_weight_gets_a_finite_gradient(encoder: Encoder, settings: Settings):
    encoding = encoder(all_crystals(settings))
    weighted = encoding.crystals * torch.randn_like(encoding.crystals)
    weighted.sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


def test_isolation_keeps_the_gradient_of_crystals_from_the_site_layers(encoder: Encoder, settings: Settings):
    encoder(all_crystals(settings), isolated=True).crystals.sum().backward()
    assert all(parameter.grad is None for parameter in encoder.site_layers.parameters())
    assert all(parameter.grad is not None for parameter in encoder.crystal_layers.parameters())


def test_isolation_changes_no_value(encoder: Encoder, settings: Settings):
    batch = all_crystals(settings)
    assert torch.equal(encoder(batch, isolated=True).crystals, encoder(batch).crystals)


def test_site_and_crystal_layers_hold_all_weights(encoder: Encoder):
    parts = [*encoder.site_layers.parameters(), *encoder.crystal_layers.parameters()]
    assert {id(parameter) for parameter in parts} == {id(parameter) for parameter in encoder.parameters()}
    assert len(parts) == len(list(encoder.parameters()))


def test_layer_groups_hold_all_weights_from_the_embedding_to_the_crystal_layers(encoder: Encoder):
    groups = encoder.layer_groups()
    assert next(iter(groups)) == "embedding"
    assert list(groups)[-1] == "crystal layers"
    assert len(groups) >= 3
    parts = [parameter for layers in groups.values() for layer in layers for parameter in layer.parameters()]
    assert {id(parameter) for parameter in parts} == {id(parameter) for parameter in encoder.parameters()}
    assert len(parts) == len(list(encoder.parameters()))


def test_saved_weights_give_the_same_encoding(encoder: Encoder, settings: Settings, tmp_path: Path):
    batch = all_crystals(settings)
    save_file(encoder.state_dict(), tmp_path / "model.safetensors")
    other = copy.deepcopy(encoder)
    for parameter in other.parameters():
        torch.nn.init.zeros_(parameter)
    assert not torch.equal(other(batch).crystals, encoder(batch).crystals)
    other.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert torch.equal(other(batch).crystals, encoder(batch).crystals)


def test_it_learns_eight_structures_by_heart(variant: str, encoder: Encoder, settings: Settings):
    structures = [*CRYSTALS.values(), cubic(3.6, [({"Cu": 1.0}, (0, 0, 0))])]
    batch = collate([build_crystal_graph(structure, settings) for structure in structures])
    target = torch.linspace(-1.5, 1.5, 8)[torch.tensor([3, 0, 6, 1, 7, 2, 5, 4])]
    model = encoder.float().train()
    head = PropertyHead(model.crystal_width, 32, 1)
    rate = 3e-3 if variant.startswith("geometric_algebra") else 1e-3  # its steps are long
    optimiser = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=rate)
    for _ in range(200):
        optimiser.zero_grad()
        error = (head(model(batch).crystals)[:, 0] - target).square().mean()
        if error.sqrt().item() < 0.1:  # of targets that spread over 3
            return
        error.backward()
        optimiser.step()
    pytest.fail(f"the error is still {error.sqrt().item():.2f}")


def test_a_vacancy_shows_only_where_it_is_an_input(variant: str):
    full = cubic(3.9, [({"Li": 1.0}, (0, 0, 0)), ({"O": 1.0}, (0.5, 0.5, 0.5))])
    half = cubic(3.9, [({"Li": 0.5}, (0, 0, 0)), ({"O": 1.0}, (0.5, 0.5, 0.5))])
    name, settings = VARIANTS[variant]
    blind_settings = settings.model_copy(update={"vacancy_input": False})
    blind = create_encoder(name, blind_settings, NUM_FEATURES[name] - 1).double().eval()
    seeing = create_encoder(name, settings, NUM_FEATURES[name]).double().eval()
    assert torch.equal(*(crystal_embedding(blind, blind_settings, crystal) for crystal in (full, half)))
    assert not torch.allclose(*(crystal_embedding(seeing, settings, crystal) for crystal in (full, half)))


def test_a_shared_site_is_encoded_by_the_mean_of_its_elements(encoder: Encoder, settings: Settings):
    mixed = batch_of(
        settings, cubic(3.9, [({"Zr": 0.5, "Ta": 0.5}, (0, 0, 0)), ({"O": 1.0}, (0.5, 0.5, 0.5))])
    )
    zirconium = batch_of(settings, cubic(3.9, [({"Zr": 1.0}, (0, 0, 0)), ({"O": 1.0}, (0.5, 0.5, 0.5))]))
    tantalum = batch_of(settings, cubic(3.9, [({"Ta": 1.0}, (0, 0, 0)), ({"O": 1.0}, (0.5, 0.5, 0.5))]))
    mean = (zirconium.site_features + tantalum.site_features) / 2
    torch.testing.assert_close(mixed.site_features, mean, rtol=1e-6, atol=1e-6)
    assert torch.equal(mixed.pair_j, zirconium.pair_j)
    assert torch.isfinite(encoder(mixed).crystals).all()
