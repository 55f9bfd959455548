"""The scores written by hand, against the same formula by automatic differentiation."""

import pytest
import torch
import torch.nn.functional as F

from core.encoders import bond_blocks
from core.objectives.neighbour_scores import Neighbours, neighbour_scores

NUM_SITES, NUM_PAIRS, WIDTH = 7, 1000, 6


@pytest.mark.parametrize("activation", ["mish", "relu"])
def test_values_and_gradients_equal_those_of_the_formula(activation: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bond_blocks, "_VALUES_PER_BLOCK", 300 * WIDTH)  # several blocks, the last one short
    torch.manual_seed(0)
    queries, species = (
        torch.randn(NUM_SITES, WIDTH, dtype=torch.float64, requires_grad=True) for _ in range(2)
    )
    per_angstrom = torch.randn(WIDTH, dtype=torch.float64, requires_grad=True)
    row, *compared = (torch.randint(0, NUM_SITES, (NUM_PAIRS,)) for _ in range(3))
    distances = 5.0 * torch.rand(NUM_PAIRS, dtype=torch.float64)
    neighbours = Neighbours(row, distances)
    fast = neighbour_scores(queries, species, per_angstrom, neighbours, compared, activation)
    act = {"mish": F.mish, "relu": F.relu}[activation]
    values = act(species[row] + distances[:, None] * per_angstrom)
    plain = torch.stack([(queries[site] * values).sum(dim=1) for site in compared], dim=1)
    torch.testing.assert_close(fast, plain, rtol=1e-10, atol=1e-10)
    slopes = [
        torch.autograd.grad(scores.sin().sum(), (queries, species, per_angstrom)) for scores in (fast, plain)
    ]
    for ours, theirs in zip(*slopes, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)
