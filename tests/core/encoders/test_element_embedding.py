import numpy as np
import pytest
import torch

from core.config import SiteNetMultiheadSettings
from core.encoders.element_embedding import ElementEmbedding
from core.graphs.batch import collate
from core.graphs.build import supercell_graph
from core.graphs.element_vectors import NUM_ELEMENTS
from tests.core.graphs.crystals import disordered

CARBON, IRON, ZIRCONIUM, TANTALUM = 5, 25, 39, 72


def amounts(**shares: float) -> torch.Tensor:
    """One site with the given shares of elements, by row of the table."""
    site = torch.zeros(1, NUM_ELEMENTS)
    for row, share in shares.items():
        site[0, int(row[1:])] = share
    return site


def test_embeddings_are_no_longer_than_one():
    torch.manual_seed(0)
    embedding = ElementEmbedding(92, NUM_ELEMENTS, scaled=True)
    embedding(torch.eye(NUM_ELEMENTS))
    lengths = embedding.table.weight.norm(dim=1)
    assert lengths.tolist() == pytest.approx([1.0] * NUM_ELEMENTS, abs=1e-5)  # they were longer at first


def test_short_embeddings_stay_and_shortening_twice_is_shortening_once():
    torch.manual_seed(0)
    embedding = ElementEmbedding(92, NUM_ELEMENTS, scaled=True)
    with torch.no_grad():
        embedding.table.weight[CARBON] *= 0.5 / embedding.table.weight[CARBON].norm()
    short = embedding.table.weight[CARBON].clone()
    first = embedding(torch.eye(NUM_ELEMENTS))
    assert torch.equal(embedding.table.weight[CARBON], short)
    assert torch.equal(embedding(torch.eye(NUM_ELEMENTS)), first)


def test_a_shared_site_is_the_mean_of_its_elements():
    embedding = ElementEmbedding(4, NUM_ELEMENTS, scaled=True)
    zirconium, tantalum = embedding(amounts(_39=1.0)), embedding(amounts(_72=1.0))
    mixed = embedding(amounts(_39=0.6, _72=0.4))
    torch.testing.assert_close(mixed, 0.6 * zirconium + 0.4 * tantalum)


def test_a_vacancy_comes_last():
    embedding = ElementEmbedding(4, NUM_ELEMENTS + 1, scaled=True)
    site = torch.cat([amounts(_39=1.0), torch.tensor([[0.45]])], dim=1)
    described = embedding(site)
    assert described.shape == (1, embedding.width)
    assert described[0, -1].item() == pytest.approx(0.45)


def test_the_mean_charge_is_that_of_what_is_there():
    embedding = ElementEmbedding(4, NUM_ELEMENTS + 1, scaled=True)
    graph = supercell_graph(disordered(), SiteNetMultiheadSettings())
    # Zr 0.6 Ta 0.4; Li, whose vacancy does not count; O
    expected = [3, 8, 8, 0.6 * 40 + 0.4 * 73]
    np.testing.assert_allclose(np.sort(embedding.charges(collate([graph]))), expected, rtol=1e-6)


def test_properties_are_as_tabulated_or_of_one_magnitude():
    raw, scaled = (ElementEmbedding(4, NUM_ELEMENTS, scaled=one).properties for one in (False, True))
    assert raw[IRON, 7].item() == pytest.approx(7874)  # kg/m3
    assert scaled[IRON, 7].item() == pytest.approx(7.874)
    assert scaled.max() < 40  # raw: 22,590 for osmium


def test_sites_with_other_features_are_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="103 amounts"):
        ElementEmbedding(4, 10, scaled=True)
