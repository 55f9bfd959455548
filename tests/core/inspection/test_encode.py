from typing import Any

import numpy as np
import pytest
import torch

from core.config import SiteNetSettings
from core.errors import ModelError
from core.graphs.batch import Batch
from core.graphs.build import supercell_graph
from core.graphs.compression import expand, expand_attention
from core.graphs.crystal_graph import CrystalGraph
from core.inspection import encode as encode_module
from core.inspection.encode import Encoded, attention_matrix, encode, encode_what_fits
from core.structures.structure import Structure
from core.training.loop.memory import TooLarge, WhenFull
from core.training.model.model_file import Model
from tests.core.models import CONDUCTIVITY, GAP, graph_of, untrained_model
from tests.core.salts import rock_salt

CPU = torch.device("cpu")
TOLERANCE = 1e-5  # of float32 sums in another order


@pytest.fixture
def graphs(salts: list[dict[str, Any]]) -> list[CrystalGraph]:
    """Five salts, and a perovskite with half its A sites vacant."""
    perovskite = Structure(
        3.9 * np.eye(3),
        np.array([[0.0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]]),
        ({"Li": 0.25, "La": 0.25}, {"Ti": 1.0}, *({"O": 1.0},) * 3),
    )
    return [graph_of(Structure.from_dict(row["structure"])) for row in salts[:5]] + [graph_of(perovskite)]


@pytest.fixture
def model() -> Model:
    return untrained_model(GAP, CONDUCTIVITY)


def assert_equal(one: Encoded, other: Encoded) -> None:
    for name in ("predicted", "crystal", "sites", "attention"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), atol=TOLERANCE, rtol=TOLERANCE, err_msg=name
        )


def test_shapes_follow_sites_pairs_and_properties(model: Model, graphs: list[CrystalGraph]):
    for graph, one in zip(graphs, encode(model, graphs, CPU), strict=True):
        assert one.predicted.shape == (2,)
        assert one.crystal.shape == (4,)
        assert one.sites.shape == (graph.num_sites, 4)
        assert one.attention.shape == (graph.num_pairs, 1)


def test_a_model_without_properties_predicts_none(graphs: list[CrystalGraph]):
    assert [one.predicted.shape for one in encode(untrained_model(), graphs, CPU)] == [(0,)] * 6


def test_the_order_of_structures_does_not_change_what_is_said_of_each(
    model: Model, graphs: list[CrystalGraph]
):
    forwards = encode(model, graphs, CPU)
    backwards = encode(model, graphs[::-1], CPU)
    for one, other in zip(forwards, backwards[::-1], strict=True):
        assert_equal(one, other)


@pytest.mark.parametrize("pairs_per_batch", [1, 40])
def test_batches_do_not_change_what_is_said(
    model: Model, graphs: list[CrystalGraph], monkeypatch: pytest.MonkeyPatch, pairs_per_batch: int
):
    together = encode(model, graphs, CPU)
    monkeypatch.setattr(encode_module, "PAIRS_PER_BATCH", pairs_per_batch)
    for one, other in zip(together, encode(model, graphs, CPU), strict=True):
        assert_equal(one, other)


def test_predictions_are_on_the_learned_scale(graphs: list[CrystalGraph]):
    model = untrained_model(GAP)
    assert model.head is not None
    torch.nn.init.zeros_(model.head.layers[-1].weight)
    model.head.layers[-1].bias.data.fill_(2.0)
    predicted = [one.predicted.tolist() for one in encode(model, graphs, CPU)]
    assert predicted == [[-1.5 + 0.5 * 2.0]] * 6  # mean and deviation of the card's normaliser


def test_the_model_is_left_in_evaluation_and_without_gradients(model: Model, graphs: list[CrystalGraph]):
    model.encoder.train()
    encode(model, graphs, CPU)
    assert not model.encoder.training
    assert all(parameter.grad is None for parameter in model.encoder.parameters())


def test_progress_ends_at_the_number_of_structures(
    model: Model, graphs: list[CrystalGraph], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(encode_module, "PAIRS_PER_BATCH", 1)
    steps: list[tuple[int, int]] = []
    encode(model, graphs, CPU, lambda done, total: steps.append((done, total)))
    assert steps == [(done, 6) for done in range(1, 7)]


def test_each_site_shares_out_all_of_its_attention(model: Model, graphs: list[CrystalGraph]):
    for graph, one in zip(graphs, encode(model, graphs, CPU), strict=True):
        matrix = attention_matrix(graph, one.attention)
        num_sites = expand(graph).num_sites
        assert matrix.shape == (1, num_sites, num_sites)
        assert (matrix >= 0).all()
        np.testing.assert_allclose(matrix.sum(axis=2), 1.0, atol=TOLERANCE)


def test_attention_to_the_images_of_a_site_is_added_up():
    # eight sites: four images of each of the two
    graph = supercell_graph(rock_salt("Na", "Cl", 5.64), SiteNetSettings(supercell_sites=8))
    attention = np.arange(2 * graph.num_pairs, dtype=np.float32).reshape(graph.num_pairs, 2)
    matrix = attention_matrix(graph, attention)
    for i in range(2):
        for j in range(2):
            chosen = attention[(graph.pair_i == i) & (graph.pair_j == j)]
            assert len(chosen) == 4
            assert matrix[:, i, j].tolist() == chosen.sum(axis=0).tolist()


def test_graphs_with_other_features_are_refused(model: Model, graphs: list[CrystalGraph]):
    model.card = model.card.model_copy(update={"num_features": 3})
    with pytest.raises(ModelError, match="other features"):
        encode(model, graphs, CPU)


def test_attention_between_merged_sites_is_told_apart_again(model: Model, graphs: list[CrystalGraph]):
    """As if nothing had been merged; three oxygen atoms of the perovskite are one row."""
    plain = [expand(graph) for graph in graphs]
    assert (graphs[5].num_sites, plain[5].num_sites) == (3, 5)
    for graph, one, other, expected in zip(
        graphs, encode(model, graphs, CPU), plain, encode(model, plain, CPU), strict=True
    ):
        matrix = attention_matrix(graph, one.attention)
        np.testing.assert_allclose(matrix, attention_matrix(other, expected.attention), rtol=0, atol=1e-6)
        shares = expand_attention(graph, one.attention)
        np.testing.assert_allclose(shares, expected.attention, rtol=0, atol=1e-6)
        row_of_site = slice(None) if graph.members is None else graph.members.site_class
        np.testing.assert_allclose(one.sites[row_of_site], expected.sites, rtol=0, atol=1e-5)
        np.testing.assert_allclose(one.predicted, expected.predicted, rtol=0, atol=1e-5)


def test_structures_are_encoded_in_smaller_batches_when_the_memory_is_used_up(
    model: Model, graphs: list[CrystalGraph], monkeypatch: pytest.MonkeyPatch
):
    expected = encode(model, graphs, CPU)
    told = full_above(sum(graph.num_pairs for graph in graphs) // 2, monkeypatch)
    found = encode(model, graphs, CPU, when_full=WhenFull([], False, told.append))
    assert len(told) >= 1
    for one, other in zip(found, expected, strict=True):
        assert_equal(one, other)


def test_a_structure_that_does_not_fit_is_named_or_left_out(
    model: Model, graphs: list[CrystalGraph], monkeypatch: pytest.MonkeyPatch
):
    told = full_above(graphs[5].num_pairs - 1, monkeypatch)
    when_full = WhenFull([*"abcde", "perovskite"], True, told.append)
    with pytest.raises(TooLarge, match="'perovskite'"):
        encode(model, graphs, CPU, when_full=when_full)
    found = encode_what_fits(model, graphs, CPU, lambda done, total: None, when_full)
    assert sorted(found) == [0, 1, 2, 3, 4]


def full_above(most_pairs: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the memory be used up by batches of more pairs; gives a list for what is told of that."""
    encode_batch = encode_module._encode_batch

    def work(model: Model, graphs: Any, indices: Any, batch: Batch) -> list[Encoded]:
        if batch.num_pairs > most_pairs:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return encode_batch(model, graphs, indices, batch)

    monkeypatch.setattr(encode_module, "_encode_batch", work)
    return []
