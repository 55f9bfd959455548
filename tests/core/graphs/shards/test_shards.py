from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.graphs.crystal_graph import CrystalGraph, plain_graph
from core.graphs.graph_file import save_graphs
from core.graphs.shards.shards import INDEX, ShardedGraphs, shard_path, write_index
from tests.core.graphs.equal_graphs import assert_equal_graphs


def graph(number: int) -> CrystalGraph:
    """A crystal whose distances tell its number, with one site or two."""
    num_sites = 1 + number % 2
    ends = np.arange(num_sites, dtype=np.int32)
    features = np.full((num_sites, 2), number, dtype=np.float32)
    return plain_graph(features, ends, ends, np.full(num_sites, 1.0 + number), ends)


def write(folder: Path, sizes: Sequence[int]) -> list[CrystalGraph]:
    """Shards of so many graphs each, of which the second structure could not be prepared."""
    graphs = [graph(number) for number in range(sum(sizes))]
    waiting = iter(graphs)
    for number, size in enumerate(sizes):
        own = [next(waiting) for _ in range(size)]
        reasons = [""] * size
        reasons.insert(1, "It has no lattice.")
        names = [f"crystal {number}-{k}" for k in range(size + 1)]
        save_graphs(shard_path(folder, number), own, reasons, names)
    write_index(folder)
    return graphs


def test_graphs_in_shards_are_one_sequence(tmp_path: Path):
    graphs = write(tmp_path, [3, 1, 4])
    shards = ShardedGraphs(tmp_path)
    assert len(shards) == 8
    for one, other in zip(shards, graphs, strict=True):
        assert_equal_graphs(one, other)
    assert_equal_graphs(shards[-1], graphs[7])
    assert [float(one.distances[0]) for one in shards[2:5]] == [3.0, 4.0, 5.0]
    with pytest.raises(IndexError):
        shards[8]


def test_sizes_are_known_without_opening_a_shard(tmp_path: Path):
    graphs = write(tmp_path, [3, 2])
    shards = ShardedGraphs(tmp_path)
    for path in tmp_path.glob("shard-*"):
        path.write_bytes(b"")
    assert shards.num_sites.tolist() == [one.num_sites for one in graphs]
    assert shards.num_pairs.tolist() == [one.num_pairs for one in graphs]
    assert shards.num_pairs_in_cell.tolist() == [one.num_pairs_in_cell for one in graphs]


def test_each_shard_knows_its_crystals_and_their_names(tmp_path: Path):
    write(tmp_path, [3, 2])
    shards = ShardedGraphs(tmp_path)
    assert shards.num_shards == 2
    assert shards.in_shard(1) == range(3, 5)
    assert shards.names_in_shard(1) == ["crystal 1-0", "crystal 1-2"]


def test_only_a_few_shards_are_open_at_a_time(tmp_path: Path):
    write(tmp_path, [1] * 6)
    shards = ShardedGraphs(tmp_path, most_open=2)
    for _ in range(2):
        assert [float(one.distances[0]) for one in shards] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        assert len(shards._open) == 2


@pytest.mark.parametrize("spoilt", ["no index", "another shard", "a shard less"])
def test_shards_that_do_not_fit_their_index_are_refused(tmp_path: Path, spoilt: str):
    write(tmp_path, [2, 2])
    if spoilt == "no index":
        (tmp_path / INDEX).unlink()
    elif spoilt == "another shard":
        save_graphs(shard_path(tmp_path, 2), [graph(0)], [""])
    else:
        shard_path(tmp_path, 1).unlink()
    with pytest.raises(RunError, match="Build them again"):
        ShardedGraphs(tmp_path)
