import pytest

from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_sequence import GraphSequence
from tests.core.graphs.shards.test_shards import graph


class Counted(GraphSequence):
    """Five graphs, of which it is noted which were made."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def __len__(self) -> int:
        return 5

    def make(self, k: int) -> CrystalGraph:
        self.made.append(k)
        return graph(k)


def test_no_more_is_made_than_is_asked_for():
    graphs = Counted()
    assert float(graphs[-1].distances[0]) == 5.0
    assert [float(one.distances[0]) for one in graphs[1:4:2]] == [2.0, 4.0]
    assert graphs.made == [4, 1, 3]


def test_it_has_an_end_as_a_list_has():
    graphs = Counted()
    assert len(list(graphs)) == 5
    with pytest.raises(IndexError):
        graphs[5]
