import numpy as np
import pytest

from core.config import CGCNNSettings, SiteNetSettings
from core.graphs.build import build_crystal_graph
from core.inspection.attended_neighbours import strongest_neighbours
from tests.core.graphs.crystals import disordered, rock_salt

SODIUM, CHLORINE = range(4), range(4, 8)


def test_the_six_nearest_chlorines_of_sodium_are_found_with_their_images():
    structure, settings = rock_salt(), CGCNNSettings(neighbours=18)
    graph = build_crystal_graph(structure, settings)
    # chlorine counts 9 times as much as sodium
    weights = np.exp(-graph.distances)[:, None].astype(np.float32)
    found = strongest_neighbours(structure, settings, graph, weights, 0, 6)
    assert [one.distance for one in found] == pytest.approx([2.82] * 6, abs=1e-4)
    steps = [
        (structure.frac_coords[one.site] + one.image - structure.frac_coords[0]) @ structure.lattice
        for one in found
    ]
    expected = [sign * 2.82 * np.eye(3)[axis] for axis in range(3) for sign in (-1, 1)]
    np.testing.assert_allclose(sorted(map(tuple, steps)), sorted(map(tuple, expected)), atol=1e-4)
    assert {one.site for one in found} <= set(CHLORINE)


def test_each_head_has_its_own_order():
    structure, settings = disordered(), SiteNetSettings()
    graph = build_crystal_graph(structure, settings)
    nearness = np.exp(-graph.distances)
    weights = np.stack([nearness, 1.0 / nearness], axis=1).astype(np.float32) * graph.pair_counts[:, None]
    near = strongest_neighbours(structure, settings, graph, weights, 1, 3, head=0)
    far = strongest_neighbours(structure, settings, graph, weights, 1, 3, head=1)
    assert (near[0].site, near[0].image, near[0].distance) == (1, (0, 0, 0), 0.0)
    assert far[0].distance > max(one.distance for one in near)
    assert len(near[0].attention) == 2


def test_attention_is_shared_out_among_merged_pairs():
    """All that a site pays is among its neighbours, however the graph has merged them."""
    structure = rock_salt()
    settings = SiteNetSettings()
    graph = build_crystal_graph(structure, settings)
    counts = np.bincount(graph.pair_i, weights=graph.pair_counts)
    weights = (graph.pair_counts / counts[graph.pair_i])[:, None].astype(np.float32)
    for site in (*SODIUM, *CHLORINE):
        found = strongest_neighbours(structure, settings, graph, weights, site, 1000)
        assert sum(one.attention[0] for one in found) == pytest.approx(1.0, abs=1e-5)
