"""Encoders that compute in bfloat16 where that is safe: near the same, and float32 outside."""

from dataclasses import fields
from typing import Any

import pytest
import torch

from core.config import ENCODERS, DeepInfoMaxSettings, Settings
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.objectives.deep_infomax import DeepInfoMax
from tests.core.graphs.crystals import CRYSTALS

VARIANTS: dict[str, Settings] = {name: model() for name, model in ENCODERS.items()}
VARIANTS |= {
    f"cgcnn, {messages}": ENCODERS["cgcnn"](messages=messages)
    for messages in ("attention", "literal_attention")
}


def prepared(settings: Settings) -> tuple[Encoder, Batch]:
    batch = collate([build_crystal_graph(crystal, settings) for crystal in CRYSTALS.values()])
    torch.manual_seed(0)
    name = next(name for name, model in ENCODERS.items() if type(settings) is model)
    return create_encoder(name, settings, batch.site_features.shape[1]), batch


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_bfloat16_gives_nearly_the_same_as_float32(settings: Settings):
    encoder, batch = prepared(settings)
    encoder.eval()
    with torch.no_grad():
        exact = encoder(batch)
        encoder.dtype = torch.bfloat16
        rough = encoder(batch)
        assert torch.equal(encoder.encode_sites([batch])[0], rough.sites)
    assert all(getattr(rough, one.name).dtype is torch.float32 for one in fields(rough))
    assert not torch.equal(rough.crystals, exact.crystals)
    for name in ("sites", "crystals"):
        error = (getattr(rough, name) - getattr(exact, name)).norm() / getattr(exact, name).norm()
        assert error < 0.03, name


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_attention_still_adds_up_to_one_to_the_digits_of_float32(settings: Settings):
    encoder, batch = prepared(settings)
    encoder.dtype = torch.bfloat16
    attention = encoder(batch).attention
    total = torch.zeros(batch.num_sites, attention.shape[1]).index_add(0, batch.pair_i, attention)
    torch.testing.assert_close(total, torch.ones_like(total), atol=1e-5, rtol=0.0)


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_a_network_learns_in_bfloat16_with_weights_in_float32(settings: Settings):
    encoder, batch = prepared(settings)
    encoder.dtype = torch.bfloat16
    objective = DeepInfoMax(encoder, DeepInfoMaxSettings(), batch.site_features.shape[1])
    optimiser = torch.optim.AdamW(objective.parameters(), lr=1e-3)
    losses = [step(objective, batch, optimiser) for _ in range(15)]
    assert losses[-1] < losses[0] - 0.2
    assert {parameter.dtype for parameter in objective.parameters()} == {torch.float32}


def step(objective: DeepInfoMax, batch: Batch, optimiser: Any) -> float:
    loss = objective.losses(batch, torch.Generator().manual_seed(0)).total
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    assert all(p.grad is None or p.grad.isfinite().all() for p in objective.parameters())
    return float(loss.detach())
