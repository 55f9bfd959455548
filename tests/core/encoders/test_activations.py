import pytest
import torch
import torch.nn.functional as F

from core.config import SiteNetSettings
from core.encoders.activations import ACTIVATIONS, Mish


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-14), (torch.float32, 2e-6)])
def test_mish_equals_that_of_pytorch(dtype: torch.dtype, tolerance: float):
    values = torch.linspace(-30, 30, 100_001, dtype=dtype)
    torch.testing.assert_close(Mish()(values), F.mish(values), rtol=0, atol=tolerance)


def test_mish_has_the_slope_of_that_of_pytorch():
    ours = torch.linspace(-30, 30, 100_001, dtype=torch.float64, requires_grad=True)
    theirs = ours.detach().clone().requires_grad_()
    Mish()(ours).sum().backward()
    F.mish(theirs).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=0, atol=1e-13)


def test_mish_passes_the_numerical_gradient_check():
    values = torch.randn(7, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(Mish(), values)


@pytest.mark.parametrize("value", [-1e30, -200.0, 0.0, 200.0, 1e30])
def test_mish_stays_finite_far_out(value: float):
    x = torch.tensor(value, requires_grad=True)
    y = Mish()(x)
    y.backward()
    assert y.item() == pytest.approx(max(value, 0.0))
    assert x.grad is not None
    assert x.grad.item() == pytest.approx({0.0: 0.6}.get(value, float(value > 0)))


def test_mish_takes_views_and_empty_tensors():
    values = torch.randn(6, 4, dtype=torch.float64)
    torch.testing.assert_close(Mish()(values.T), F.mish(values.T))
    assert Mish()(torch.zeros(0, 4)).shape == (0, 4)


def test_every_activation_of_the_settings_exists():
    choices = SiteNetSettings.model_json_schema()["properties"]["local_activation"]["enum"]
    assert sorted(choices) == sorted(ACTIVATIONS)
