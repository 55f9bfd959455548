import pytest
import torch

from core.encoders.geometric_algebra.geometry import geometry
from core.encoders.geometric_algebra.products import (
    MULTIVECTORS,
    VECTORS,
    Form,
    inverse_lengths,
    pair_products,
)
from tests.core.encoders.geometric_algebra.clouds import any_cloud

FORMS = pytest.mark.parametrize("form", [VECTORS, MULTIVECTORS], ids=str)


@FORMS
@pytest.mark.parametrize("normalised", [False, True])
def test_sums_are_those_of_the_products_one_by_one(form: Form, normalised: bool):
    x, y = any_cloud(form, 2, 3), any_cloud(form, 2, 4, seed=1)
    coefficients, weights = torch.randn(2, 5, 3, 4).double(), torch.randn(3 * (1 + normalised)).double()
    products = pair_products(form, x, y)
    terms = [products[:, :, form.covariant].transpose(2, 3), x[:, :, None], y[:, None]]
    if normalised:
        scales = (
            inverse_lengths(products, 2),
            inverse_lengths(x, -1)[:, :, None],
            inverse_lengths(y, -1)[:, None],
        )
        terms += [term * scale[..., None] for term, scale in zip(terms, scales, strict=True)]
    mixed = sum(weight * term for weight, term in zip(weights, terms, strict=True))
    expected = torch.einsum("blnm,bnmw->blnw", coefficients, mixed)
    found = geometry(form, x, y, normalised).sums(coefficients, weights)
    torch.testing.assert_close(found, expected)


@FORMS
def test_moments_are_those_over_all_pairs(form: Form):
    found = geometry(form, any_cloud(form, 2, 3), any_cloud(form, 2, 4, seed=1), normalised=True)
    all_pairs = torch.cat(
        [
            found.pair_invariants,
            found.point_invariants[:, :, None].expand(-1, -1, 4, -1),
            found.other_invariants[:, None].expand(-1, 3, -1, -1),
        ],
        dim=-1,
    ).flatten(0, 2)
    mean, square = found.moments()
    torch.testing.assert_close(mean, all_pairs.mean(0))
    torch.testing.assert_close(square, all_pairs.square().mean(0))
