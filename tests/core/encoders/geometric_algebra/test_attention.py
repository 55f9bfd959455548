"""Attention over geometric products: what it equals, and what it does not depend on."""

import copy
from itertools import product

import pytest
import torch
from torch import Tensor

from core.encoders.geometric_algebra.attention import (
    Attended,
    GeometricAttention,
    LabelledAttention,
)
from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS, Form, vector_part
from tests.core.encoders.geometric_algebra.clouds import (
    TOLERANCES,
    any_cloud,
    cloud,
    in_form,
    rotation,
    turned,
)
from tests.core.encoders.geometric_algebra.original import original_of

WIDTH, POINTS, CLOUDS = 8, 6, 3
FORMS = pytest.mark.parametrize("form", [VECTORS, MULTIVECTORS], ids=str)
OUTPUTS = ("values", "points", "tied")
VARIANTS = pytest.mark.parametrize(("outputs", "reduced"), list(product(OUTPUTS, (False, True))))
PRECISIONS = pytest.mark.parametrize("dtype", TOLERANCES, ids=str)


def attention(form: Form, dtype: torch.dtype = torch.float64, **arguments: object) -> GeometricAttention:
    torch.manual_seed(0)
    return _with_statistics(GeometricAttention(form, WIDTH, **arguments)).to(dtype).eval()


def labelled(form: Form, **arguments: object) -> LabelledAttention:
    torch.manual_seed(0)
    return _with_statistics(LabelledAttention(form, WIDTH, **arguments)).double().eval()


def _with_statistics(layer: GeometricAttention) -> GeometricAttention:
    """As after some training, so that they matter."""
    layer.pair_values.norm.running_mean.normal_()
    layer.pair_values.norm.running_var.uniform_(0.5, 2.0)
    if layer.mixture is not None:
        torch.nn.init.normal_(layer.mixture)
    return layer


def values(points: int = POINTS, dtype: torch.dtype = torch.float64, seed: int = 5) -> Tensor:
    return torch.randn(CLOUDS, points, WIDTH, generator=torch.Generator().manual_seed(seed)).to(dtype)


def assert_same(found: Attended, expected: Attended, atol: float) -> None:
    for one, other in zip(found, expected, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            torch.testing.assert_close(one, other, rtol=0, atol=atol)


@FORMS
@VARIANTS
@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("learned_mixing", [False, True])
def test_it_equals_the_original(
    form: Form, outputs: str, reduced: bool, normalised: bool, learned_mixing: bool
):
    layer = attention(
        form, outputs=outputs, reduced=reduced, normalised=normalised, learned_mixing=learned_mixing
    )
    x, y = (any_cloud(form, CLOUDS, POINTS, seed).requires_grad_() for seed in (0, 1))
    v = values().requires_grad_()
    expected = original_of(layer)([(x, v), (y, v)])
    expected = expected if outputs == "tied" else (expected,)
    found = [one for one in layer(x, v, y)[:2] if one is not None]
    assert min(float(one.detach().abs().max()) for one in found) > 0.1
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-10)
    gradients = [
        torch.autograd.grad(sum((one * one).sum() for one in output), (x, y, v))
        for output in (found, expected)
    ]
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)


@FORMS
@pytest.mark.parametrize("outputs", OUTPUTS)
def test_attention_to_another_cloud_equals_the_original(form: Form, outputs: str):
    layer = attention(form, outputs=outputs)
    x, y = any_cloud(form, CLOUDS, POINTS), any_cloud(form, CLOUDS, 3, seed=1)
    v, other = values(), values(3, seed=6)
    expected = original_of(layer)([(x, v), (y, other)])
    found = [one for one in layer(x, v, y, other)[:2] if one is not None]
    for one, same in zip(found, expected if outputs == "tied" else (expected,), strict=True):
        torch.testing.assert_close(one, same, rtol=0, atol=1e-10)


@FORMS
@pytest.mark.parametrize("normalised", [False, True])
@pytest.mark.parametrize("learned_mixing", [False, True])
def test_labelled_attention_equals_the_original(form: Form, normalised: bool, learned_mixing: bool):
    layer = labelled(form, normalised=normalised, learned_mixing=learned_mixing)
    x, v, labels = any_cloud(form, CLOUDS, 3), values(3), values(5, seed=6)
    expected = original_of(layer)((labels, (x, v)))
    found = layer.place(labels, x, v)
    assert found.shape == (CLOUDS, 5, form.width)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)


@FORMS
@VARIANTS
@PRECISIONS
def test_points_turn_with_the_cloud_and_values_stay(
    form: Form, outputs: str, reduced: bool, dtype: torch.dtype
):
    layer = attention(form, dtype, outputs=outputs, reduced=reduced)
    x, v, matrix = any_cloud(form, CLOUDS, POINTS).to(dtype), values(dtype=dtype), rotation(dtype=dtype)
    before, after = layer(x, v), layer(turned(form, x, matrix), v)
    points = None if before.points is None else turned(form, before.points, matrix)
    assert_same(after, before._replace(points=points), TOLERANCES[dtype])


@FORMS
@VARIANTS
@PRECISIONS
def test_the_order_of_points_is_that_of_the_result_or_does_not_matter(
    form: Form, outputs: str, reduced: bool, dtype: torch.dtype
):
    layer = attention(form, dtype, outputs=outputs, reduced=reduced)
    x, v, order = any_cloud(form, CLOUDS, POINTS).to(dtype), values(dtype=dtype), torch.randperm(POINTS)
    before, after = layer(x, v), layer(x[:, order], v[:, order])
    expected = before._replace(attention=before.attention[:, order][:, :, order])
    if not reduced:
        moved = [None if one is None else one[:, order] for one in before[:2]]
        expected = expected._replace(points=moved[0], values=moved[1])
    assert_same(after, expected, TOLERANCES[dtype])


@FORMS
@PRECISIONS
def test_labelled_points_turn_with_the_cloud(form: Form, dtype: torch.dtype):
    layer = labelled(form).to(dtype)
    x, v, labels = any_cloud(form, CLOUDS, 3).to(dtype), values(3, dtype), values(5, dtype, seed=6)
    matrix = rotation(dtype=dtype)
    expected = turned(form, layer.place(labels, x, v), matrix)
    found = layer.place(labels, turned(form, x, matrix), v)
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCES[dtype])


@FORMS
@pytest.mark.parametrize("normalised", [False, True])
def test_a_decoder_begins_with_the_mean_of_the_points_of_a_pair(form: Form, normalised: bool):
    """Equal scores and scales of 1 place all labels at the mean of all pairs, which is that of the points."""
    layer = LabelledAttention(form, WIDTH, normalised=normalised).double()
    torch.nn.init.zeros_(layer.scores.last.weight)
    torch.nn.init.ones_(layer.scores.last.bias)
    axes = in_form(form, rotation().expand(CLOUDS, 3, 3))
    found = layer.place(values(5, seed=6), axes, values(3))
    torch.testing.assert_close(found, axes.mean(dim=1, keepdim=True).expand_as(found))


def test_labels_take_their_points_along():
    layer, order = labelled(VECTORS), torch.randperm(5)
    x, v, labels = cloud(CLOUDS, 3), values(3), values(5, seed=6)
    torch.testing.assert_close(layer.place(labels[:, order], x, v), layer.place(labels, x, v)[:, order])


@VARIANTS
def test_attention_adds_up_to_one(outputs: str, reduced: bool):
    found = attention(VECTORS, outputs=outputs, reduced=reduced)(cloud(CLOUDS, POINTS), values()).attention
    total = found.sum(dim=(1, 2) if reduced else 2)
    torch.testing.assert_close(total, torch.ones_like(total))


def test_an_enantiomer_is_told_from_its_mirror_image():
    """By multivectors as soon as points have met; invariants of two vectors alone know nothing of it."""
    v, mirror = values(), torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)
    x = cloud(CLOUDS, POINTS)
    meeting = attention(MULTIVECTORS, outputs="points")
    reading = attention(MULTIVECTORS, outputs="values", reduced=True)
    clouds = [in_form(MULTIVECTORS, vectors) for vectors in (x, x * mirror)]
    alone, mirrored_alone = (reading(one, v).values for one in clouds)
    torch.testing.assert_close(mirrored_alone, alone, rtol=0, atol=1e-12)
    met, mirrored_met = (reading(meeting(one, v).points, v).values for one in clouds)
    assert (mirrored_met - met).abs().max() > 1e-3


def test_a_point_of_a_cloud_in_its_centre_changes_smoothly():
    """The gradient is finite where lengths are zero."""
    x = torch.zeros(1, 3, 8, dtype=torch.float64, requires_grad=True)
    found = attention(MULTIVECTORS, outputs="tied")(x, values(3)[:1])
    (found.points.sum() + found.values.square().sum()).backward()
    assert torch.isfinite(x.grad).all()


def test_dropout_is_the_same_when_pairs_are_worked_out_again(monkeypatch: pytest.MonkeyPatch):
    """Else the gradient would be that of another function: along x it must add up to the slope."""
    monkeypatch.setattr("core.encoders.geometric_algebra.pair_pass._VALUES_AT_ONCE", {"cpu": 1})
    layer = attention(VECTORS, outputs="values", dropout=0.5).train()
    x, v = cloud(CLOUDS, POINTS).requires_grad_(), values()
    direction, step = cloud(CLOUDS, POINTS, seed=3), 1e-6
    statistics = copy.deepcopy(layer.pair_values.norm.state_dict())

    def total(points: Tensor) -> Tensor:
        layer.pair_values.norm.load_state_dict(statistics)
        layer.pair_values.norm.momentum = 0.0
        torch.manual_seed(7)
        return layer(points, v).values.sum()

    (gradient,) = torch.autograd.grad(total(x), x)
    with torch.no_grad():
        slope = (total(x + step * direction) - total(x - step * direction)) / (2 * step)
    torch.testing.assert_close((gradient * direction).sum(), slope, rtol=1e-5, atol=1e-7)


def test_nothing_that_is_given_is_changed():
    layer = attention(MULTIVECTORS, outputs="tied").train()
    x, v = any_cloud(MULTIVECTORS, CLOUDS, POINTS), values()
    kept = x.clone(), v.clone()
    layer(x, v)
    assert torch.equal(x, kept[0])
    assert torch.equal(v, kept[1])


def test_points_of_vectors_can_be_read_from_multivectors():
    found = attention(MULTIVECTORS, outputs="points")(any_cloud(MULTIVECTORS, CLOUDS, POINTS), values())
    assert vector_part(found.points).shape == (CLOUDS, POINTS, 3)


def test_an_attention_to_values_alone_gives_no_points():
    layer = attention(VECTORS, outputs="values")
    assert layer(cloud(CLOUDS, POINTS), values()).points is None
    with pytest.raises(ValueError, match="no points"):
        layer._points(None, torch.zeros(1))
