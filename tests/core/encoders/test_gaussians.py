import numpy as np
import torch

from core.encoders.gaussians import GaussianBasis


def test_the_published_basis_has_41_gaussians():
    assert GaussianBasis(8.0).width == 41


def test_values_are_those_of_the_formula():
    distances = torch.linspace(0.5, 9.0, 300)
    centres = np.arange(0, 8.2, 0.2)
    expected = np.exp(-((distances.numpy()[:, None] - centres) ** 2) / 0.2**2)
    np.testing.assert_allclose(GaussianBasis(8.0)(distances).numpy(), expected, rtol=0, atol=3e-6)


def test_a_gaussian_is_one_at_its_centre_and_1_over_e_one_step_away():
    values = GaussianBasis(8.0).double()(torch.tensor([2.0], dtype=torch.float64))[0]
    torch.testing.assert_close(values[9:12], torch.tensor([np.exp(-1), 1.0, np.exp(-1)]), rtol=1e-5, atol=0)


def test_tails_are_exactly_zero():
    values = GaussianBasis(8.0)(torch.linspace(0.0, 12.0, 500))
    assert values[values > 0].min() > 1e-6
    assert (values == 0).any(dim=1).all()


def test_a_neighbour_made_up_beyond_the_cutoff_has_no_gaussian():
    assert not GaussianBasis(8.0)(torch.tensor([9.0])).any()
