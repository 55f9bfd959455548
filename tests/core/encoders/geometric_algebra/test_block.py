import pytest
import torch

from core.encoders.geometric_algebra.block import GeometricBlock
from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS, Form
from tests.core.encoders.geometric_algebra.clouds import TOLERANCES, any_cloud, rotation, turned


def block_of(form: Form, tied: bool) -> GeometricBlock:
    torch.manual_seed(0)
    block = GeometricBlock(form, 8, tied=tied)
    torch.nn.init.normal_(block.to_points.mixture)
    return block.double().eval()


@pytest.mark.parametrize("form", [VECTORS, MULTIVECTORS], ids=str)
@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
def test_points_turn_with_the_cloud_and_values_stay(form: Form, tied: bool, dtype: torch.dtype):
    """Three blocks deep, with the norm of points that the original breaks it by."""
    blocks = [block_of(form, tied).to(dtype) for _ in range(3)]
    x, v, matrix = any_cloud(form, 2, 6).to(dtype), torch.randn(2, 6, 8).to(dtype), rotation(dtype=dtype)
    points, values, turned_points, same_values = x, v, turned(form, x, matrix), v
    for block in blocks:
        points, values = block(points, values)
        turned_points, same_values = block(turned_points, same_values)
    scale = max(1.0, float(points.detach().abs().max()))
    atol = TOLERANCES[dtype]
    torch.testing.assert_close(turned_points, turned(form, points, matrix), rtol=0, atol=atol * scale)
    torch.testing.assert_close(same_values, values, rtol=0, atol=atol)


def test_a_block_looks_at_points_that_have_moved_and_a_tied_one_at_those_before():
    x, v = any_cloud(MULTIVECTORS, 2, 6), torch.randn(2, 6, 8).double()
    for tied, is_seen in ((False, True), (True, False)):
        block = block_of(MULTIVECTORS, tied)
        _, before = block(x, v)
        torch.nn.init.normal_(block.to_points.mixture)
        _, after = block(x, v)
        assert torch.equal(before, after) != is_seen
