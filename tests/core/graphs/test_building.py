import os
from pathlib import Path
from typing import Any, cast

import pytest

from core.config import Settings, SiteNetSettings
from core.graphs import building
from core.graphs.build import build_crystal_graph
from core.graphs.building import CRASHED, build_graphs, choose_workers
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_cache import GraphCache, structure_key
from core.structures.structure import Structure
from tests.core.graphs.equal_graphs import assert_equal_graphs

SETTINGS = SiteNetSettings(supercell_sites=8)


class Stop(Exception):
    """Asks the work to end."""


@pytest.fixture
def items(salts: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Eight salts; the third is of an element that does not exist."""
    contents = [row["structure"] for row in salts[:8]]
    contents[2]["species"][0] = {"Xx": 1.0}
    return [(structure_key(content), content) for content in contents]


@pytest.fixture
def cache(tmp_path: Path) -> GraphCache:
    return GraphCache(tmp_path, SETTINGS)


@pytest.mark.parametrize("workers", [1, 2])
def test_graphs_are_the_same_whoever_makes_them(
    cache: GraphCache,
    items: list[tuple[str, dict[str, Any]]],
    workers: int,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(building, "MOST_STRUCTURES", 3)
    steps: list[int] = []
    found = build_graphs(cache, SETTINGS, items, workers, steps.append)
    assert steps == (list(range(1, 9)) if workers == 1 else [3, 6, 8])
    assert list(found) == [key for key, _ in items]
    assert "'Xx' is not an element" in str(found[items[2][0]])
    for key, content in items[3:]:
        expected = build_crystal_graph(Structure.from_dict(content), SETTINGS)
        assert_equal_graphs(cast(CrystalGraph, found[key]), expected)
    assert cache.find([key for key, _ in items]).keys() == found.keys()


@pytest.mark.parametrize(("workers", "num_kept"), [(1, 5), (2, 6)])
def test_what_is_made_before_a_stop_is_kept(
    cache: GraphCache,
    items: list[tuple[str, dict[str, Any]]],
    workers: int,
    num_kept: int,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(building, "MOST_STRUCTURES", 3)

    def stop(done: int) -> None:
        if done >= 5:
            raise Stop

    with pytest.raises(Stop):
        build_graphs(cache, SETTINGS, items, workers, stop)
    assert len(cache.find([key for key, _ in items])) >= num_kept


def end_at_lithium(structure: Structure, settings: Settings) -> CrystalGraph:
    """Stands for a library that ends the process."""
    if "Na" in structure.composition:
        os._exit(9)
    return build_crystal_graph(structure, settings)


def test_a_structure_that_ends_the_process_is_found_and_the_others_go_on(
    cache: GraphCache, items: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(building, "_build", _build_or_die)
    found = build_graphs(cache, SETTINGS, items[:5], 2, lambda done: None)
    assert found.keys() == {key for key, _ in items[:5]}
    assert [key for key, result in found.items() if result == CRASHED] == [items[4][0]]
    assert items[4][0] not in cache.find(found)


def _build_or_die(cache: GraphCache, settings: Settings, chunk: list[Any]) -> Path:
    building.build_crystal_graph = end_at_lithium  # type: ignore[assignment]  # in the other process
    return building._build(cache, settings, chunk)


def test_cells_that_are_large_are_few_in_a_file(monkeypatch: pytest.MonkeyPatch):
    items = [(str(k), {"species": [{}] * size}) for k, size in enumerate([10, 10, 90, 5, 5, 5])]
    monkeypatch.setattr(building, "MOST_SITES", 100)
    monkeypatch.setattr(building, "MOST_STRUCTURES", 3)
    assert [[key for key, _ in chunk] for chunk in building._chunks(iter(items))] == [
        ["0", "1", "2"],
        ["3", "4", "5"],
    ]
    monkeypatch.setattr(building, "MOST_STRUCTURES", 100)
    assert [len(chunk) for chunk in building._chunks(iter(items))] == [3, 3]


def test_little_work_is_done_by_one_process():
    assert choose_workers(1) == 1
    assert choose_workers(1_000_000) >= 1
