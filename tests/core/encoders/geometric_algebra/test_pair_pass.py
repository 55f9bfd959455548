"""Hidden layers of pairs that are not kept: equal to those of modules that keep them."""

import pytest
import torch
from torch import Tensor, nn

from core.encoders.geometric_algebra.pair_pass import (
    Layer,
    Weighed,
    entering,
    softmax_over_pairs,
    weigh_pairs,
)

CLOUDS, POINTS, OTHERS, GIVEN, WIDTH = 3, 4, 5, 2, 6


def layer(given: int, seed: int, dtype: torch.dtype = torch.float64) -> Layer:
    generator = torch.Generator().manual_seed(seed)
    weight, centre, other = (
        torch.randn(shape, generator=generator, dtype=dtype).requires_grad_()
        for shape in ((given, WIDTH), (CLOUDS, POINTS, WIDTH), (CLOUDS, OTHERS, WIDTH))
    )
    norm = nn.LayerNorm(WIDTH, dtype=dtype)
    with torch.no_grad():
        norm.weight.uniform_(0.5, 2, generator=generator)
        norm.bias.normal_(generator=generator)
    return Layer(weight, centre, other, norm)


def pairs() -> tuple[Tensor, Layer, Layer, nn.Linear]:
    given = torch.randn(CLOUDS, POINTS, OTHERS, GIVEN, generator=torch.Generator().manual_seed(2)).double()
    torch.manual_seed(3)
    return given.requires_grad_(), layer(GIVEN, 0), layer(WIDTH, 1), nn.Linear(WIDTH, 2).double()


def plainly(given: Tensor, first: Layer, second: Layer, last: nn.Linear, *, reduced: bool) -> Weighed:
    hidden = torch.relu(first.norm(entering(given, *first[:3])))
    scores = last(torch.relu(second.norm(entering(hidden, *second[:3]))))
    attention = softmax_over_pairs(scores[..., 0], reduced)
    return Weighed(attention, scores[..., 1:], (attention[:, :, None] @ hidden).squeeze(2))


@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize("wanted", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
@pytest.mark.parametrize("values_at_once", [1, 1 << 18])
def test_it_is_what_plain_layers_give_and_so_are_all_gradients(
    monkeypatch: pytest.MonkeyPatch, reduced: bool, wanted: tuple[int, ...], values_at_once: int
):
    monkeypatch.setattr("core.encoders.geometric_algebra.pair_pass._VALUES_AT_ONCE", {"cpu": values_at_once})
    given, first, second, last = pairs()
    found = weigh_pairs(given, first, second, last, reduced=reduced, dropout=0.0)
    expected = plainly(given, first, second, last, reduced=reduced)
    leaves = (given, *first[:3], *first.norm.parameters(), *second[:3], *second.norm.parameters())
    leaves += tuple(last.parameters())
    gradients = []
    for weighed in (found, expected):
        loss = sum((weighed[k].square().sum() for k in wanted), torch.zeros(()).double())
        gradients.append(torch.autograd.grad(loss, leaves, allow_unused=True, materialize_grads=True))
    for one, other in zip((*found, *gradients[0]), (*expected, *gradients[1]), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-10)


def test_dropout_leaves_out_other_values_each_time_and_keeps_the_mean():
    torch.manual_seed(0)
    given, first, second, last = pairs()
    torch.nn.init.zeros_(last.weight)  # so that all pairs count the same
    whole = weigh_pairs(given, first, second, last, reduced=False, dropout=0.0).averaged
    draws = [weigh_pairs(given, first, second, last, reduced=False, dropout=0.5).averaged for _ in range(500)]
    assert not torch.equal(draws[0], draws[1])
    torch.testing.assert_close(torch.stack(draws).mean(0), whole, rtol=0.1, atol=0.15)


def test_a_seed_says_which_values_dropout_leaves_out():
    found = []
    for _ in range(2):
        torch.manual_seed(1)
        found.append(weigh_pairs(*pairs(), reduced=True, dropout=0.5).averaged)
    assert torch.equal(*found)


@pytest.mark.parametrize(("is_learning", "layers"), [(True, 3), (False, 0)])
def test_three_hidden_layers_are_kept_for_the_way_back_and_none_where_there_is_no_way(
    is_learning: bool, layers: int
):
    """Of both layers the values, of the second one what entered its norm; plainly there would be ten."""
    kept: list[int] = []
    with (
        torch.set_grad_enabled(is_learning),
        torch.autograd.graph.saved_tensors_hooks(
            lambda one: kept.append(one.numel()) or one, lambda one: one
        ),
    ):
        weigh_pairs(*pairs(), reduced=False, dropout=0.5)
    whole = CLOUDS * POINTS * OTHERS * WIDTH
    assert sum(number == whole for number in kept) == layers


def test_softmax_is_over_the_pairs_of_a_point_or_of_the_cloud():
    scores = torch.randn(2, 3, 4)
    assert torch.allclose(softmax_over_pairs(scores, reduced=False).sum(-1), torch.ones(2, 3))
    assert torch.allclose(softmax_over_pairs(scores, reduced=True).sum((1, 2)), torch.ones(2))
