import torch

from core.encoders.site_norm import SiteNorm


def test_it_is_batch_normalisation():
    values = torch.randn(7, 3)
    norm, expected = SiteNorm(3), torch.nn.BatchNorm1d(3)
    torch.testing.assert_close(norm(values, torch.ones(7)), expected(values))
    torch.testing.assert_close(norm.state_dict(), expected.state_dict())
    torch.testing.assert_close(norm.eval()(values, torch.ones(7)), expected.eval()(values))


def test_a_row_counts_as_often_as_it_occurs():
    """Values, gradients and running statistics are those of batch normalisation over repeated rows."""
    values, counts = torch.randn(5, 3, dtype=torch.float64), torch.tensor([1, 4, 2, 1, 3])
    seed = torch.randn(5, 3, dtype=torch.float64)
    row = torch.arange(5).repeat_interleave(counts)
    norm, expected_norm = SiteNorm(3).double(), torch.nn.BatchNorm1d(3).double()
    torch.nn.init.normal_(norm.weight)
    expected_norm.load_state_dict(norm.state_dict())
    merged, repeated = values.clone().requires_grad_(), values.clone().requires_grad_()
    found, expected = norm(merged, counts.double()), expected_norm(repeated[row])
    torch.testing.assert_close(found[row], expected)
    torch.testing.assert_close(norm.state_dict(), expected_norm.state_dict())
    (found * seed * counts[:, None]).sum().backward()
    (expected * seed[row]).sum().backward()
    torch.testing.assert_close(merged.grad, repeated.grad)
    torch.testing.assert_close(norm.weight.grad, expected_norm.weight.grad)
    torch.testing.assert_close(norm.bias.grad, expected_norm.bias.grad)


def test_a_single_occurrence_is_normalised_by_the_running_statistics_and_leaves_them():
    norm = SiteNorm(3)
    norm.running_mean += 2.0
    normalised = norm(torch.tensor([[3.0, 2.0, 1.0]]), torch.ones(1))
    torch.testing.assert_close(normalised, torch.tensor([[1.0, 0.0, -1.0]]), rtol=1e-4, atol=1e-4)
    assert norm.running_mean.tolist() == [2.0, 2.0, 2.0]


def test_a_single_row_that_occurs_twice_is_its_own_mean():
    norm = SiteNorm(3)
    assert norm(torch.tensor([[3.0, 2.0, 1.0]]), torch.tensor([2.0])).abs().max() < 1e-3
    torch.testing.assert_close(norm.running_mean, 0.1 * torch.tensor([3.0, 2.0, 1.0]))


def test_half_precision_is_normalised_with_all_digits():
    values = torch.randn(1000, 3).bfloat16()
    norm, expected = SiteNorm(3), SiteNorm(3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = norm(values, torch.ones(1000))
    assert found.dtype is torch.float32
    torch.testing.assert_close(found, expected(values.float(), torch.ones(1000)))
