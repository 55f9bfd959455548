from typing import Any

import pytest
import torch

from core.graphs.crystal_graph import CrystalGraph
from core.training.loop import loading
from core.training.loop.loading import load_batches
from tests.core.training.graphs import graphs_of

CPU = torch.device("cpu")
DIVIDED = [[3, 1], [0], [2, 4, 5]]


@pytest.fixture
def graphs(salts: list[dict[str, Any]]) -> list[CrystalGraph]:
    return graphs_of(salts[:6])


@pytest.mark.parametrize("ahead", [False, True])
def test_each_batch_comes_with_its_crystals_in_their_order(graphs: list[CrystalGraph], ahead: bool):
    loaded = [(indices, load()) for indices, load in load_batches(graphs, DIVIDED, CPU, ahead=ahead)]
    assert [indices for indices, _ in loaded] == DIVIDED
    for indices, batch in loaded:
        distances = torch.cat([torch.from_numpy(graphs[k].distances.copy()) for k in indices])
        assert torch.equal(batch.distances, distances)


@pytest.mark.parametrize("ahead", [False, True])
def test_nothing_to_load_is_no_batch(ahead: bool):
    assert list(load_batches([], [], CPU, ahead=ahead)) == []


def test_the_next_batch_is_joined_while_one_is_worked_on(
    graphs: list[CrystalGraph], monkeypatch: pytest.MonkeyPatch
):
    joined: list[int] = []
    collate = loading.collate
    monkeypatch.setattr(loading, "collate", lambda some: (joined.append(len(some)), collate(some))[1])
    batches = load_batches(graphs, DIVIDED, CPU, ahead=True)
    next(batches)
    batches.close()  # waits for the thread
    assert joined == [2, 1]


@pytest.mark.parametrize("ahead", [False, True])
def test_what_goes_wrong_in_loading_is_raised_where_the_batch_is_asked_for(
    graphs: list[CrystalGraph], ahead: bool, monkeypatch: pytest.MonkeyPatch
):
    def full(graphs: object) -> None:
        raise MemoryError

    monkeypatch.setattr("core.training.loop.loading.collate", full)
    indices, load = next(load_batches(graphs, DIVIDED, CPU, ahead=ahead))
    assert indices == DIVIDED[0]
    with pytest.raises(MemoryError):
        load()
