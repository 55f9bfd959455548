import torch

from core.encoders.site_norm import SiteNorm


def test_it_is_batch_normalisation():
    values = torch.randn(7, 3)
    norm, expected = SiteNorm(3), torch.nn.BatchNorm1d(3)
    torch.testing.assert_close(norm(values), expected(values))
    torch.testing.assert_close(norm.running_var, expected.running_var)
    torch.testing.assert_close(norm.eval()(values), expected.eval()(values))


def test_a_single_row_is_normalised_by_the_running_statistics_and_leaves_them():
    norm = SiteNorm(3)
    norm.running_mean += 2.0
    values = torch.tensor([[3.0, 2.0, 1.0]])
    torch.testing.assert_close(norm(values), torch.tensor([[1.0, 0.0, -1.0]]), rtol=1e-4, atol=1e-4)
    assert norm.running_mean.tolist() == [2.0, 2.0, 2.0]
