import pytest
import torch
from torch import Tensor

from core.encoders.geometric_algebra.products import (
    MULTIVECTORS,
    VECTORS,
    Form,
    as_multivectors,
    invariants,
    inverse_lengths,
    left_factors,
    pair_products,
    vector_part,
)
from tests.core.encoders.geometric_algebra.clouds import any_cloud, cloud, multivector_cloud, rotation, turned

FORMS = pytest.mark.parametrize("form", [VECTORS, MULTIVECTORS], ids=str)


def product(x: Tensor, y: Tensor) -> Tensor:
    return torch.einsum("...ra,...a->...r", left_factors(MULTIVECTORS, x), y)


def test_basis_vectors_square_to_one_and_anticommute():
    e = torch.eye(8, dtype=torch.float64)
    for i in (1, 2, 3):
        assert torch.equal(product(e[i], e[i]), e[0])
        for j in (1, 2, 3):
            if i != j:
                assert torch.equal(product(e[i], e[j]), -product(e[j], e[i]))
    assert torch.equal(product(e[1], e[2]), e[4])
    assert torch.equal(product(e[1], e[3]), e[5])
    assert torch.equal(product(e[2], e[3]), e[6])
    assert torch.equal(product(product(e[1], e[2]), e[3]), e[7])
    assert torch.equal(product(e[7], e[7]), -e[0])


def test_the_product_is_associative():
    x, y, z = multivector_cloud(3, 10)
    torch.testing.assert_close(product(product(x, y), z), product(x, product(y, z)), rtol=0, atol=1e-12)


def test_vectors_have_the_dot_and_the_cross_product():
    x, y = cloud(2, 4), cloud(2, 5, seed=1)
    products = pair_products(VECTORS, x, y).transpose(2, 3)
    torch.testing.assert_close(products[..., 0], x @ y.transpose(1, 2))
    cross = torch.linalg.cross(x[:, :, None].expand(2, 4, 5, 3), y[:, None].expand(2, 4, 5, 3))
    torch.testing.assert_close(products[..., 1:], cross)


def test_a_multivector_product_is_that_of_complex_scalars_and_vectors():
    """x = S + V with S = s + I t and V = v + I w: S1 S2 + V1.V2 + S1 V2 + S2 V1 + I V1 x V2."""
    x, y = multivector_cloud(2, 6)
    parts = [
        (one[:, 0] + 1j * one[:, 7], one[:, 1:4] + 1j * torch.stack([one[:, 6], -one[:, 5], one[:, 4]], 1))
        for one in (x, y)
    ]
    (s1, v1), (s2, v2) = parts
    s = s1 * s2 + (v1 * v2).sum(1)
    v = s1[:, None] * v2 + s2[:, None] * v1 + 1j * torch.linalg.cross(v1, v2)
    found = product(x, y)
    torch.testing.assert_close(found[:, 0] + 1j * found[:, 7], s)
    torch.testing.assert_close(found[:, 1:4], v.real)
    torch.testing.assert_close(torch.stack([found[:, 6], -found[:, 5], found[:, 4]], 1), v.imag)


@FORMS
def test_products_turn_with_their_factors_and_invariants_stay(form: Form):
    x, y, matrix = any_cloud(form, 2, 4), any_cloud(form, 2, 4, seed=1), rotation()
    before = pair_products(form, x, y).transpose(2, 3)
    after = pair_products(form, turned(form, x, matrix), turned(form, y, matrix)).transpose(2, 3)
    turned_products = turned(form, before[..., form.covariant], matrix)
    torch.testing.assert_close(after[..., form.covariant], turned_products, rtol=0, atol=1e-12)
    kept = [invariants(one, form.product_grades, -1, inverse_lengths(one, -1)) for one in (before, after)]
    torch.testing.assert_close(*kept, rtol=0, atol=1e-12)


def test_inversion_turns_the_sign_of_the_pseudoscalar_alone():
    x = multivector_cloud(1, 5)
    inverted = x * torch.tensor([1, -1, -1, -1, 1, 1, 1, -1])
    found, mirrored = (invariants(one, MULTIVECTORS.grades, -1) for one in (x, inverted))
    assert torch.equal(mirrored, found * torch.tensor([1, 1, 1, -1]))


@FORMS
def test_normalised_invariants_are_those_of_the_value_at_length_one(form: Form):
    x = any_cloud(form, 2, 4)
    both = invariants(x, form.grades, -1, inverse_lengths(x, -1))
    unit = x * inverse_lengths(x, -1)[..., None]
    expected = [invariants(one, form.grades, -1) for one in (x, unit)]
    torch.testing.assert_close(both, torch.cat(expected, dim=-1))


@FORMS
def test_the_gradient_is_finite_at_zero(form: Form):
    x = torch.zeros(1, 2, form.width, dtype=torch.float64, requires_grad=True)
    products = pair_products(form, x, x)
    found = invariants(products, form.product_grades, 2, inverse_lengths(products, 2))
    (found.sum() + invariants(x, form.grades, -1, inverse_lengths(x, -1)).sum()).backward()
    assert torch.isfinite(x.grad).all()


@FORMS
def test_gradients_are_right(form: Form):
    x, y = any_cloud(form, 1, 2).requires_grad_(), any_cloud(form, 1, 3, seed=1).requires_grad_()

    def found(x: Tensor, y: Tensor) -> Tensor:
        products = pair_products(form, x, y)
        return invariants(products, form.product_grades, 2, inverse_lengths(products, 2))

    assert torch.autograd.gradcheck(found, (x, y))


def test_vectors_come_back_from_multivectors():
    x = cloud(2, 3)
    assert torch.equal(vector_part(as_multivectors(x)), x)
    assert as_multivectors(x).shape == (2, 3, 8)
