"""Merging equivalent sites changes nothing that any encoder says or learns (graphs/compression.py).

The plain graph is the expanded one: it has the same distances, each the mean of those that were merged. What
the original graph gives differs by no more than its equivalent distances do.
"""

import copy
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.config import DeepInfoMaxSettings
from core.encoders import create_encoder
from core.encoders.encoding import Encoder, Encoding
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.graphs.compression import expand
from core.graphs.crystal_graph import CrystalGraph
from core.objectives.contrast import mean_over_crystals
from core.objectives.deep_infomax import DeepInfoMax
from core.objectives.global_scores import global_scores
from core.objectives.local_scores import local_scores
from core.objectives.supervised import PropertyHead, supervised_loss
from core.structures.prototypes import generate_prototypes
from core.structures.structure import Structure
from tests.core.encoders.test_encoding import NUM_FEATURES, VARIANTS
from tests.core.graphs.crystals import CRYSTALS, materials_project

# Of values about 1, and of the largest gradient.
TOLERANCES = {torch.float64: 1e-10, torch.float32: 1e-5}
# The literal formula does not scale its logits: an exponential of tens loses a digit of single precision.
LESS_EXACT = {("cgcnn_literal_attention", torch.float32): 10.0}


@pytest.fixture(scope="module")
def structures(shared_data: Path) -> list[Structure]:
    """Simple crystals, a disordered one among them, generated and real ones."""
    generated = [structure for _, structure in islice(generate_prototypes(20, seed=0), 8)]
    return [*CRYSTALS.values(), *generated, *materials_project(shared_data, 16)]


@dataclass(frozen=True)
class Pair:
    """The same crystals merged and plain; `encoder` in two copies of the same weights, being trained."""

    graphs: list[CrystalGraph]
    merged: Batch
    plain: Batch
    encoders: tuple[Encoder, Encoder]
    tolerance: float

    @property
    def rows(self) -> Tensor:
        """(number of plain sites,) | row of the merged batch that each plain site became."""
        first = np.cumsum([0, *(graph.num_sites for graph in self.graphs)])
        rows = [k + graph.members.site_class for k, graph in zip(first, self.graphs, strict=False)]
        return torch.from_numpy(np.concatenate(rows))

    @property
    def pair_rows(self) -> Tensor:
        """(number of plain pairs,) | the same for pairs."""
        first = np.cumsum([0, *(graph.num_pairs for graph in self.graphs)])
        rows = [k + graph.members.pair_class for k, graph in zip(first, self.graphs, strict=False)]
        return torch.from_numpy(np.concatenate(rows))

    def encodings(self) -> tuple[Encoding, Encoding]:
        return self.encoders[0](self.merged), self.encoders[1](self.plain)

    def assert_close(self, merged: Tensor, plain: Tensor, what: str, scale: float = 1.0) -> None:
        atol = self.tolerance * max(scale, float(plain.detach().abs().max()))
        torch.testing.assert_close(merged, plain, rtol=0, atol=atol, msg=lambda text: f"{what}: {text}")

    def assert_same_gradients(
        self, losses: tuple[Tensor, Tensor], modules: tuple[nn.Module, nn.Module]
    ) -> None:
        self.assert_close(*losses, what="loss")
        merged, plain = (
            torch.autograd.grad(loss, list(module.parameters()), materialize_grads=True)
            for loss, module in zip(losses, modules, strict=True)
        )
        scale = max(float(gradient.abs().max()) for gradient in plain)
        assert scale > 0.1
        for (name, _), *gradients in zip(modules[0].named_parameters(), merged, plain, strict=True):
            self.assert_close(*gradients, what=name, scale=scale)


@pytest.fixture(params=TOLERANCES, ids=str)
def dtype(request: pytest.FixtureRequest) -> torch.dtype:
    return request.param


# An encoder that sees angles tells sites apart that distances do not.
MERGING = sorted(
    name for name, (_, settings) in VARIANTS.items() if "merge_equivalent" in settings.model_dump()
)


@pytest.fixture(params=MERGING)
def pair(request: pytest.FixtureRequest, dtype: torch.dtype, structures: list[Structure]) -> Pair:
    name, settings = VARIANTS[request.param]
    torch.manual_seed(0)
    encoder = create_encoder(name, settings, NUM_FEATURES[name]).to(dtype).train()
    graphs = [build_crystal_graph(structure, settings) for structure in structures]
    merged, plain = collate(graphs), collate([expand(graph) for graph in graphs])
    if dtype is torch.float64:
        merged, plain = merged.double(), plain.double()
    assert merged.num_sites < plain.num_sites / 2
    assert merged.num_pairs < plain.num_pairs / 2
    tolerance = TOLERANCES[dtype] * LESS_EXACT.get((request.param, dtype), 1.0)
    return Pair(graphs, merged, plain, (encoder, copy.deepcopy(encoder)), tolerance)


def test_sites_crystals_and_attention_are_the_same(pair: Pair):
    merged, plain = pair.encodings()
    pair.assert_close(merged.crystals, plain.crystals, "crystals")
    pair.assert_close(merged.crystal_hidden, plain.crystal_hidden, "crystal_hidden")
    pair.assert_close(merged.sites[pair.rows], plain.sites, "sites")
    pair.assert_close(merged.site_hidden[pair.rows], plain.site_hidden, "site_hidden")
    shares = merged.attention / pair.merged.pair_counts[:, None]
    pair.assert_close(shares[pair.pair_rows], plain.attention, "attention")


def test_running_statistics_are_the_same_and_so_is_what_they_give_in_the_end(pair: Pair):
    pair.encodings()
    for name, merged in pair.encoders[0].named_buffers():
        plain = pair.encoders[1].get_buffer(name)
        pair.assert_close(merged.to(pair.merged.distances), plain.to(pair.plain.distances), name)
    for encoder in pair.encoders:
        encoder.eval()
    merged, plain = pair.encodings()
    pair.assert_close(merged.crystals, plain.crystals, "crystals")


@pytest.mark.parametrize("loss", ["mae", "mse"])
def test_supervised_loss_and_its_gradients_are_the_same(pair: Pair, loss: Literal["mae", "mse"]):
    torch.manual_seed(1)
    head = PropertyHead(pair.encoders[0].crystal_width, 16, 2).to(pair.merged.distances.dtype)
    heads = head, copy.deepcopy(head)
    target = torch.randn(pair.plain.num_crystals, 2).to(pair.merged.distances)
    exact, known = torch.zeros_like(target), torch.ones_like(target, dtype=torch.bool)
    losses = [
        supervised_loss(head(encoding.crystals), target, exact, known, loss)
        for head, encoding in zip(heads, pair.encodings(), strict=True)
    ]
    models = [nn.ModuleList(parts) for parts in zip(pair.encoders, heads, strict=True)]
    pair.assert_same_gradients((losses[0], losses[1]), (models[0], models[1]))


def test_true_terms_of_deep_infomax_without_noise_and_their_gradients_are_the_same(pair: Pair):
    num_features = pair.plain.site_features.shape[1]
    torch.manual_seed(2)
    objective = DeepInfoMax(pair.encoders[0], DeepInfoMaxSettings(), num_features).to(pair.merged.distances)
    objectives = objective, copy.deepcopy(objective)
    losses = [
        _true_terms(one, batch) for one, batch in zip(objectives, (pair.merged, pair.plain), strict=True)
    ]
    pair.assert_same_gradients((losses[0], losses[1]), objectives)


def _true_terms(objective: DeepInfoMax, batch: Batch) -> Tensor:
    """What Deep InfoMax learns from without its false terms: the true ones and both penalties."""
    encoding = objective.encoder(batch, isolated=True)
    embedded = encoding.crystals, encoding.sites.detach()
    local, _ = local_scores(objective.local_scorer, objective.settings, encoding.sites, batch)
    global_, _ = global_scores(objective.global_scorer, objective.settings, *embedded, {}, batch)
    of_true = [mean_over_crystals(true.mean_of(F.softplus(-true.values)), batch) for true in (local, global_)]
    silence = (torch.zeros_like(encoding.sites), torch.zeros_like(encoding.crystals))
    penalised = objective.losses_with_noise(batch, *silence)
    return sum(of_true) + penalised.kl_local + penalised.kl_global
