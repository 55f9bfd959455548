from dataclasses import replace

import pytest
import torch

from core.config import CGCNNSettings, SiteNetSettings
from core.encoders.cgcnn import CGCNN
from core.errors import ModelError
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.graphs.element_vectors import NUM_ELEMENTS
from core.objectives.supervised import PropertyHead
from tests.core.graphs.crystals import CRYSTALS, cubic, perovskite

SETTINGS = CGCNNSettings(vacancy_input=False)


def batch_of(settings: CGCNNSettings = SETTINGS) -> Batch:
    return collate([build_crystal_graph(crystal, settings) for crystal in CRYSTALS.values()]).double()


def num_weights(*modules: torch.nn.Module) -> int:
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


@pytest.mark.parametrize(("convolutions", "expected"), [(3, 80_833), (4, 102_977)])
def test_it_has_as_many_weights_as_the_original(convolutions: int, expected: int):
    settings = CGCNNSettings(convolutions=convolutions)
    assert num_weights(CGCNN(settings, NUM_ELEMENTS), PropertyHead(128, 0, 1)) == expected


def test_more_crystal_layers_are_more_hidden_layers():
    settings = CGCNNSettings(crystal_layers=3, crystal_width=20)
    encoder = CGCNN(settings, NUM_ELEMENTS)
    assert [tuple(layer.weight.shape) for layer in encoder.crystal_layers.linears] == [
        (20, 64),
        (20, 20),
        (20, 20),
    ]
    encoding = encoder(collate([build_crystal_graph(perovskite(), SETTINGS)]))
    assert encoding.crystal_hidden.shape == (1, 20)


def test_embeddings_are_linear_maps_of_their_hidden_values():
    encoder = CGCNN(SETTINGS, NUM_ELEMENTS).double()
    encoding = encoder(batch_of())
    mapped = encoder.crystal_layers.linears[-1](encoding.crystal_hidden)
    torch.testing.assert_close(mapped, encoding.crystals)
    assert encoding.site_hidden is encoding.sites


def test_an_unknown_element_is_named():
    encoder = CGCNN(SETTINGS, NUM_ELEMENTS)
    encoder.site_layers.has_vector[101 - 1] = False
    encoder(collate([build_crystal_graph(perovskite(), SETTINGS)]))
    strange = cubic(3.0, [({"Md": 1.0}, (0, 0, 0))])
    with pytest.raises(ModelError, match="no features of Md"):
        encoder(collate([build_crystal_graph(strange, SETTINGS)]))


def test_a_single_site_in_a_batch_can_be_learned_from():
    encoder = CGCNN(SETTINGS, NUM_ELEMENTS).train()
    batch = collate([build_crystal_graph(cubic(3.6, [({"Cu": 1.0}, (0, 0, 0))]), SETTINGS)])
    encoder(batch).crystals.sum().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in encoder.parameters())


def test_nearer_neighbours_matter():
    encoder = CGCNN(SETTINGS, NUM_ELEMENTS).double().eval()
    batch = batch_of()
    stretched = replace(batch, distances=1.1 * batch.distances)
    assert not torch.allclose(encoder(batch).crystals, encoder(stretched).crystals)


def test_settings_of_another_encoder_are_refused():
    with pytest.raises(TypeError, match="CGCNNSettings"):
        CGCNN(SiteNetSettings(), NUM_ELEMENTS)


def test_other_element_vectors_can_be_used_and_may_have_gaps():
    layers = CGCNN(SETTINGS, NUM_ELEMENTS).site_layers
    vectors = torch.rand(NUM_ELEMENTS, 92)
    vectors[9, 3] = torch.nan
    layers.use_element_vectors(vectors)
    assert torch.equal(layers.element_vectors[:9], vectors[:9])
    assert not layers.element_vectors[9].any()
    assert torch.nonzero(~layers.has_vector).tolist() == [[9]]
    assert layers.unknown_elements == {"Ne"}
