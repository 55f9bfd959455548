import torch

from core.objectives.clouds.axes import orthonormal_axes, turned_onto
from tests.core.encoders.geometric_algebra.clouds import cloud, rotation


def test_axes_are_right_handed_and_at_right_angles():
    axes = orthonormal_axes(cloud(50, 2))
    torch.testing.assert_close(
        axes @ axes.transpose(1, 2), torch.eye(3).double().expand(50, 3, 3), rtol=0, atol=1e-6
    )
    torch.testing.assert_close(torch.linalg.det(axes), torch.ones(50).double(), rtol=0, atol=1e-6)


def test_the_first_two_are_the_nearest_that_a_decomposition_gives():
    vectors = cloud(50, 2)
    left, _, right = torch.linalg.svd(vectors, full_matrices=False)
    torch.testing.assert_close(orthonormal_axes(vectors)[:, :2], left @ right, rtol=0, atol=1e-6)


def test_axes_turn_with_the_vectors_whatever_their_length():
    vectors, matrix = cloud(50, 2), rotation()
    torch.testing.assert_close(
        orthonormal_axes(1e-4 * vectors @ matrix), orthonormal_axes(vectors) @ matrix, rtol=0, atol=1e-10
    )


def test_the_gradient_is_finite_where_a_decomposition_has_none():
    """Both singular values equal; both vectors on one line; no vectors at all."""
    equal, line = torch.eye(3)[None, :2], torch.ones(1, 2, 3)
    for vectors in (equal, line, torch.zeros(1, 2, 3)):
        leaf = vectors.clone().requires_grad_()
        orthonormal_axes(leaf).square().sum().backward()
        assert torch.isfinite(leaf.grad).all()


def test_a_turned_and_shifted_cloud_comes_back():
    aim = cloud(5, 8)
    moved = aim @ rotation(3) + torch.tensor([1.0, -2.0, 0.5]).double()
    torch.testing.assert_close(turned_onto(moved, aim), aim, rtol=0, atol=1e-10)


def test_no_mirror_image_is_taken():
    aim = cloud(5, 8)
    mirror = aim * torch.tensor([1.0, 1.0, -1.0])
    found = turned_onto(mirror, aim)
    assert (found - aim).square().sum() > 0.1
    before, after = (one[:, 1:4] - one[:, :1] for one in (mirror, found))
    torch.testing.assert_close(torch.linalg.det(after), torch.linalg.det(before))


def test_no_small_turn_brings_a_cloud_nearer():
    aim, noise = cloud(4, 10), 0.2 * cloud(4, 10, seed=1)
    found = turned_onto(aim + noise, aim)
    for seed in range(5):
        skew = 1e-2 * cloud(1, 3, seed)[0]
        turn = torch.linalg.matrix_exp(skew - skew.T)
        centre = aim.mean(dim=1, keepdim=True)
        other = (found - centre) @ turn + centre
        assert ((other - aim).square().sum((1, 2)) > (found - aim).square().sum((1, 2))).all()
