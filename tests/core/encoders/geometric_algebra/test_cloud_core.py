import pytest
import torch

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS, Form
from tests.core.encoders.geometric_algebra.clouds import cloud, rotation, turned


@pytest.mark.parametrize("form", [VECTORS, MULTIVECTORS], ids=str)
@pytest.mark.parametrize("tied", [False, True])
def test_points_turn_with_the_cloud_and_values_stay(form: Form, tied: bool):
    torch.manual_seed(0)
    core = CloudCore(2, width=8, num_blocks=2, form=form, tied=tied).double().eval()
    vectors, species, matrix = cloud(3, 6), torch.randn(3, 6, 4).double(), rotation()
    points, values = core(vectors, species)
    turned_points, same = core(vectors @ matrix, species)
    torch.testing.assert_close(turned_points, turned(form, points, matrix), rtol=0, atol=1e-10)
    torch.testing.assert_close(same, values, rtol=0, atol=1e-10)


def test_species_matter():
    torch.manual_seed(0)
    core = CloudCore(2, width=8, num_blocks=1).eval()
    vectors = cloud(1, 6, dtype=torch.float32)
    _, one = core(vectors, torch.zeros(1, 6, 4))
    _, other = core(vectors, torch.ones(1, 6, 4))
    assert (one - other).abs().max() > 1e-2
