import numpy as np
import pytest
import torch

from core.evaluation.features.embedding import embedding_features
from core.graphs.compression import compress
from core.inspection.encode import encode
from core.structures.structure import Structure
from tests.core.models import graph_of, untrained_model
from tests.core.salts import rock_salt


def test_the_crystal_embedding_comes_before_statistics_of_its_sites():
    graph = graph_of(rock_salt("Na", "Cl", 5.64))
    encoded = encode(untrained_model(), [graph], torch.device("cpu"))
    sites = encoded[0].sites
    parts = [encoded[0].crystal, sites.mean(axis=0), sites.std(axis=0)]
    np.testing.assert_allclose(embedding_features([graph], encoded)[0], np.concatenate(parts), rtol=1e-5)


def test_merged_sites_count_as_often_as_they_stand_for():
    lattice = 4.62 / 2 * np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]])
    coords = np.array([[0.25, 0.25, 0.25], [0.75, 0.75, 0.75], [0.0, 0, 0]])
    graph = graph_of(Structure(lattice, coords, ({"Li": 1.0}, {"Li": 1.0}, {"O": 1.0})))
    merged = compress(graph)
    assert merged.num_sites == 2
    model, cpu = untrained_model(), torch.device("cpu")
    plain, short = (embedding_features([g], encode(model, [g], cpu)) for g in (graph, merged))
    np.testing.assert_allclose(plain, short, rtol=1e-4, atol=1e-5)
    assert plain.shape == (1, 4 + 2 * 4)


@pytest.mark.parametrize("count", [1, 3])
def test_one_row_per_crystal(count: int):
    graphs = [graph_of(rock_salt("Na", "Cl", 5.0 + k)) for k in range(count)]
    assert len(embedding_features(graphs, encode(untrained_model(), graphs, torch.device("cpu")))) == count
