from pathlib import Path
from typing import Any

import pytest

from core.graphs.build import build_crystal_graph
from core.graphs.shards import build as shards_build
from core.graphs.shards.build import Item, build_shards
from core.graphs.shards.shards import ShardedGraphs, shard_path
from core.structures.structure import Structure
from tests.core.graphs.equal_graphs import assert_equal_graphs
from tests.core.salts import salt_rows
from tests.core.training.graphs import SMALL_ENCODER


@pytest.fixture
def items() -> list[Item]:
    return [(row["name"], row["structure"]) for row in salt_rows()[:7]]


def test_shards_hold_the_graphs_that_a_run_would_have(tmp_path: Path, items: list[Item]):
    told: list[int] = []
    build_shards(tmp_path, SMALL_ENCODER, iter(items), per_shard=3, on_progress=told.append)
    shards = ShardedGraphs(tmp_path)
    assert told == [3, 6, 7]
    assert [len(shards.in_shard(k)) for k in range(shards.num_shards)] == [3, 3, 1]
    for one, (_, content) in zip(shards, items, strict=True):
        assert_equal_graphs(one, build_crystal_graph(Structure.from_dict(content), SMALL_ENCODER))


def test_a_build_that_was_interrupted_goes_on(
    tmp_path: Path, items: list[Item], monkeypatch: pytest.MonkeyPatch
):
    build = shards_build.build_crystal_graph
    built: list[Any] = []

    def killed_at_the_fifth(structure: Structure, settings: Any) -> Any:
        built.append(structure)
        if len(built) == 5:
            raise KeyboardInterrupt
        return build(structure, settings)

    monkeypatch.setattr(shards_build, "build_crystal_graph", killed_at_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        build_shards(tmp_path, SMALL_ENCODER, items, per_shard=3)
    assert [path.name for path in tmp_path.iterdir()] == [shard_path(tmp_path, 0).name]
    build_shards(tmp_path, SMALL_ENCODER, items, per_shard=3)
    assert len(built) == 5 + 4
    assert len(ShardedGraphs(tmp_path)) == 7


def test_a_structure_without_a_graph_is_left_out(tmp_path: Path, items: list[Item]):
    flat = {**items[0][1], "lattice": [[1.0, 0.0, 0.0]] * 3}
    build_shards(tmp_path, SMALL_ENCODER, [items[1], ("flat", flat), items[2]])
    shards = ShardedGraphs(tmp_path)
    assert shards.names_in_shard(0) == [items[1][0], items[2][0]]


def test_several_processes_build_the_same(tmp_path: Path, items: list[Item]):
    for workers in (1, 2):
        build_shards(tmp_path / str(workers), SMALL_ENCODER, items, per_shard=3, workers=workers)
    one, other = (ShardedGraphs(tmp_path / str(workers)) for workers in (1, 2))
    for mine, theirs in zip(one, other, strict=True):
        assert_equal_graphs(mine, theirs)
