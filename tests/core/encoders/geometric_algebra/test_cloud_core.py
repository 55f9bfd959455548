import pytest
import torch

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.encoders.geometric_algebra.norms import RunningNorm
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


def test_values_stay_in_single_precision_after_much_learning():
    """The length of a normalised vector is 1 in every pair; its statistics must not blow up its rounding."""
    torch.manual_seed(0)
    core = CloudCore(1, width=8, num_blocks=1, tied=True)
    vectors, species = cloud(4, 6, dtype=torch.float32), torch.ones(4, 6, 2)
    for norm in (one for one in core.modules() if isinstance(one, RunningNorm)):
        norm.momentum = 0.5  # as many steps as are enough for the published 0.01 would take long
    with torch.no_grad():
        for _ in range(60):
            core(vectors, species)
        core.eval()
        _, values = core(vectors, species)
        _, same = core(vectors @ rotation(dtype=torch.float32), species)
    torch.testing.assert_close(same, values, rtol=0, atol=1e-4)
