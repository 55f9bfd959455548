import pytest
import torch
from geometric_algebra_attention import pytorch as original
from torch import nn

from core.encoders.geometric_algebra.norms import EquivariantNorm, RunningNorm
from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS, Form
from core.objectives.kept_statistics import kept_statistics
from tests.core.encoders.geometric_algebra.clouds import TOLERANCES, any_cloud, rotation, turned


@pytest.mark.parametrize("form", [VECTORS, MULTIVECTORS], ids=str)
@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
def test_normalised_points_turn_with_the_points(form: Form, dtype: torch.dtype):
    norm = EquivariantNorm(form).to(dtype)
    nn.init.uniform_(norm.gains)
    x, matrix = any_cloud(form, 2, 5).to(dtype), rotation(dtype=dtype)
    found, expected = norm(turned(form, x, matrix)), turned(form, norm(x), matrix)
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCES[dtype])


def test_the_published_layer_normalisation_does_not_turn():
    """Why it is not taken over."""
    norm = nn.LayerNorm(8).double()
    x, matrix = any_cloud(MULTIVECTORS, 2, 5), rotation()
    difference = norm(turned(MULTIVECTORS, x, matrix)) - turned(MULTIVECTORS, norm(x), matrix)
    assert difference.abs().max() > 0.1


def test_normalised_points_have_a_root_mean_square_of_one_and_zero_stays():
    norm = EquivariantNorm(MULTIVECTORS).double()
    found = norm(1e3 * any_cloud(MULTIVECTORS, 2, 5))
    torch.testing.assert_close(found.square().mean(-1), torch.ones(2, 5).double(), rtol=1e-6, atol=0)
    assert norm(torch.zeros(1, 1, 8).double()).abs().max() == 0


def remembered(norm: RunningNorm, values: torch.Tensor) -> None:
    norm.remember(values.mean(0), values.square().mean(0))


def test_running_statistics_follow_as_in_the_original():
    norm, expected = RunningNorm(3).double(), original.MomentumNormalization(3).double()
    expected.momentum = torch.tensor(0.99, dtype=torch.float64)  # it keeps single precision
    linear = nn.Linear(3, 4).double()
    for seed in range(5):
        values = 3 * torch.randn(50, 3, generator=torch.Generator().manual_seed(seed)).double() + 2
        remembered(norm, values)
        normalised = expected(values)
        weight, bias = norm.folded(linear)
        found = nn.functional.linear(values, weight, bias)
        torch.testing.assert_close(found, linear(normalised), rtol=0, atol=1e-10)


def test_nothing_is_remembered_in_evaluation_nor_of_false_crystals():
    norm = RunningNorm(3)
    values = torch.randn(50, 3) + 2
    norm.eval()
    remembered(norm, values)
    norm.train()
    with kept_statistics(norm):
        remembered(norm, values)
    assert torch.equal(norm.running_mean, torch.zeros(3))
    assert torch.equal(norm.running_var, torch.ones(3))
    remembered(norm, values)
    assert norm.running_mean.abs().min() > 0


def test_what_is_the_same_for_all_pairs_is_not_divided_by_its_rounding():
    norm, linear = RunningNorm(1, momentum=0.5), nn.Linear(1, 1)
    for _ in range(60):
        remembered(norm, torch.ones(50, 1))
    weight, bias = norm.folded(linear)
    exact, rounded = (nn.functional.linear(torch.tensor([one]), weight, bias) for one in (1.0, 1 + 1e-7))
    torch.testing.assert_close(rounded, exact, rtol=0, atol=1e-3)
