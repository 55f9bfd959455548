"""Giving and taking, with a queue in place of the line between two processes."""

from collections import deque
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from core.graphs import process_group
from core.graphs.crystal_graph import CrystalGraph
from core.inspection.encoded import Encoded
from core.inspection.gathering import gather_encoded, own_share
from core.jobs import rank
from tests.core.training.graphs import graphs_of


@pytest.fixture
def graphs(salts: list[dict[str, Any]]) -> list[CrystalGraph]:
    return graphs_of(salts[:5])


@pytest.fixture
def as_process(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes this process one of two."""
    line: deque[Tensor] = deque()

    def take(other: int, like: Tensor) -> Tensor:
        taken = line.popleft()
        assert (taken.shape, taken.dtype) == (like.shape, like.dtype)
        return taken

    monkeypatch.setattr(process_group, "count", lambda: 2)
    monkeypatch.setattr(process_group, "agree", lambda: None)
    monkeypatch.setattr(process_group, "leave", lambda: None)
    monkeypatch.setattr(process_group, "give_to_first", line.append)
    monkeypatch.setattr(process_group, "take_from", take)

    def become(number: int) -> None:
        monkeypatch.setattr(rank, "rank", lambda: number)
        monkeypatch.setattr(rank, "is_first", lambda: number == 0)

    return become


def encoded(graph: CrystalGraph, seed: int, properties: int = 2) -> Encoded:
    random = np.random.default_rng(seed)
    shapes = (4, (graph.num_sites, 3), (graph.num_pairs, 2))
    arrays = (random.random(shape, dtype=np.float32) for shape in shapes)
    return Encoded(random.random((2, properties)), *arrays)


def test_one_process_encodes_all(graphs: list[CrystalGraph]):
    assert own_share(graphs) == range(5)
    some = {0: encoded(graphs[0], 0)}
    assert gather_encoded(some, graphs) is some


def test_two_processes_share_what_is_to_be_encoded(graphs: list[CrystalGraph], as_process: Any):
    shares = []
    for number in range(2):
        as_process(number)
        shares += own_share(graphs)
    assert shares == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("properties", [0, 2])
@pytest.mark.parametrize("taken", [(3, 4), (), (2, 4)])
def test_the_first_gets_what_the_other_has_encoded(
    graphs: list[CrystalGraph], as_process: Any, taken: tuple[int, ...], properties: int
):
    all_of_them = {k: encoded(graphs[k], k, properties) for k in range(5)}
    as_process(1)
    with pytest.raises(process_group.Delivered):
        gather_encoded({k: all_of_them[k] for k in taken}, graphs)
    as_process(0)
    gathered = gather_encoded({k: all_of_them[k] for k in range(2)}, graphs)
    assert sorted(gathered) == sorted({0, 1, *taken})
    for k, one in gathered.items():
        for name in ("by_member", "crystal", "sites", "attention"):
            assert np.array_equal(getattr(one, name), getattr(all_of_them[k], name))
