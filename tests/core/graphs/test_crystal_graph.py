import numpy as np

from core.config import SiteNetSettings
from core.graphs.build import supercell_graph
from tests.core.graphs.crystals import CRYSTALS


def test_counts_are_those_of_the_arrays():
    graph = supercell_graph(CRYSTALS["perovskite"], SiteNetSettings())
    assert graph.num_sites == 5
    assert graph.num_pairs == 5 * 5 * 8  # 2 x 2 x 2 cells hold 40 sites


def test_pairs_are_ordered_and_each_site_is_paired_with_itself():
    graph = supercell_graph(CRYSTALS["quartz"], SiteNetSettings())
    order = np.lexsort((graph.distances, graph.pair_j, graph.pair_i))
    assert (order == np.arange(graph.num_pairs)).all()
    is_self = graph.distances == 0.0
    assert (graph.pair_i[is_self] == np.arange(9)).all()
    assert (graph.pair_j[is_self] == np.arange(9)).all()
