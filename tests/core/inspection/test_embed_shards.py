from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.graphs.batch import collate
from core.graphs.shards.build import build_shards
from core.graphs.shards.shards import ShardedGraphs
from core.inspection import embed_shards as embed_shards_module
from core.inspection.embed_shards import embed_shards
from tests.core.training.graphs import SMALL_ENCODER

CPU = torch.device("cpu")


@pytest.fixture
def graphs(salts: list[dict[str, Any]], tmp_path: Path) -> ShardedGraphs:
    items = [(row["name"], row["structure"]) for row in salts[:9]]
    build_shards(tmp_path / "shards", SMALL_ENCODER, items, per_shard=2)
    return ShardedGraphs(tmp_path / "shards")


@pytest.fixture
def encoder(graphs: ShardedGraphs) -> Encoder:
    torch.manual_seed(0)
    return create_encoder("site_net", SMALL_ENCODER, graphs[0].site_features.shape[1])


def test_embeddings_are_written_in_order_a_few_shards_at_a_time(
    graphs: ShardedGraphs, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(embed_shards_module, "WINDOW", 2)
    told: list[tuple[int, int]] = []
    embed_shards(encoder, graphs, tmp_path / "out.npy", CPU, lambda *done: told.append(done))
    assert told == [(4, 9), (8, 9), (9, 9)]
    with torch.no_grad():
        expected = encoder(collate(list(graphs))).crystals.numpy()
    assert np.allclose(np.load(tmp_path / "out.npy"), expected, atol=1e-6)


def test_a_crystal_that_does_not_fit_has_none(
    graphs: ShardedGraphs, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    embed = embed_shards_module._embed

    def full(encoder: Encoder, indices: Any, batch: Any) -> Any:
        if 3 in indices:
            raise MemoryError
        return embed(encoder, indices, batch)

    monkeypatch.setattr(embed_shards_module, "_embed", full)
    embed_shards(encoder, graphs, tmp_path / "out.npy", CPU)
    assert np.flatnonzero(np.isnan(np.load(tmp_path / "out.npy")[:, 0])).tolist() == [3]
