import pytest
import torch
from torch import nn

from core.encoders.site_norm import SiteNorm
from core.objectives.kept_statistics import kept_statistics


@pytest.mark.parametrize("norm", [nn.BatchNorm1d(3), SiteNorm(3)])
def test_running_statistics_stay_and_batch_statistics_are_used(norm: nn.BatchNorm1d):
    values = 5.0 + 2.0 * torch.randn(40, 3)
    counts = [torch.ones(40)] if isinstance(norm, SiteNorm) else []
    before = norm.running_mean.clone()
    with kept_statistics(nn.Sequential(norm)):
        normalised = norm(values, *counts)
    assert torch.equal(norm.running_mean, before)
    torch.testing.assert_close(normalised.mean(dim=0), torch.zeros(3), atol=1e-5, rtol=0)
    norm(values, *counts)
    assert not torch.equal(norm.running_mean, before)


def test_the_momentum_comes_back_after_an_error():
    norm = nn.BatchNorm1d(3)
    with pytest.raises(ValueError, match="expected"), kept_statistics(norm):
        norm(torch.zeros(3))
    assert norm.momentum == 0.1
