from pathlib import Path

import pytest
import torch

from core.graphs.shards.order import shuffled
from core.graphs.shards.shards import ShardedGraphs
from tests.core.graphs.shards.test_shards import graph, write


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_graphs_in_memory_are_shuffled_all_together():
    graphs = [graph(number) for number in range(50)]
    order = shuffled(graphs, range(10, 50), seeded(0))
    drawn = torch.randperm(40, generator=seeded(0)).tolist()
    assert order == [10 + k for k in drawn]


@pytest.mark.parametrize("window", [1, 2, 100])
def test_of_shards_a_few_are_shuffled_together(tmp_path: Path, window: int):
    write(tmp_path, [5] * 6)
    shards = ShardedGraphs(tmp_path)
    order = shuffled(shards, range(2, 28), seeded(0), window)
    assert sorted(order) == list(range(2, 28))
    assert order != sorted(order)
    of_shard = [k // 5 for k in order]
    places = {shard: [i for i, s in enumerate(of_shard) if s == shard] for shard in range(6)}
    assert all(own[-1] - own[0] < 5 * window for own in places.values())


def test_another_epoch_has_another_order(tmp_path: Path):
    write(tmp_path, [5] * 3)
    shards = ShardedGraphs(tmp_path)
    first, again, other = (shuffled(shards, range(15), seeded(seed)) for seed in (0, 0, 1))
    assert first == again
    assert first != other
