"""The hidden layers of all pairs, a few clouds at a time, and their gradients.

A hidden layer of all pairs fills memory long before anything else does. So both layers, the softmax and their
gradients are gone through together, for as many clouds as fit into the cache of a core, and only what would
take longer to work out again than to fetch is kept for the way back: the values of both layers, and what
enters the norm of the second one.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Values of a hidden layer that are worked out at once, on a core and on other devices.
_VALUES_AT_ONCE = {"cpu": 1 << 17}
_VALUES_AT_ONCE_ELSEWHERE = 1 << 25


class Layer(NamedTuple):
    """A hidden layer of pairs: relu(norm(given_ij @ weight + centre_i + other_j)), with dropout."""

    # (given, H)
    weight: Tensor
    # (B, N, H) and (B, M, H)
    centre: Tensor
    other: Tensor
    norm: nn.LayerNorm

    def tensors(self) -> tuple[Tensor, ...]:
        """Return all that it depends on; the first three as they are, then gain and shift of the norm."""
        return self.weight, self.centre, self.other, self.norm.weight, self.norm.bias


class Weighed(NamedTuple):
    """What the pairs of N points and M others are found to be."""

    # (B, N, M) | adds up to 1 over M, or over both where clouds are reduced
    attention: Tensor
    # (B, N, M, outputs - 1) | what the last layer gives besides scores
    more: Tensor
    # (B, N, H) | the first hidden layer, summed over M with the attention
    averaged: Tensor


def softmax_over_pairs(scores: Tensor, reduced: bool) -> Tensor:
    """Turn scores (..., N, M) into weights that add up to 1 over M, or over N and M."""
    if not reduced:
        return torch.softmax(scores, dim=-1)
    return torch.softmax(scores.flatten(-2), dim=-1).view_as(scores)


def entering(given: Tensor, weight: Tensor, centre: Tensor, other: Tensor) -> Tensor:
    """Return what enters the norm of a hidden layer, (B, N, M, H)."""
    values = centre[:, :, None] + other[:, None]
    values.flatten(0, -2).addmm_(given.flatten(0, -2), weight)
    return values


def weigh_pairs(
    given: Tensor, first: Layer, second: Layer, last: nn.Linear, *, reduced: bool, dropout: float
) -> Weighed:
    """Take pairs (B, N, M, g) through two hidden layers to their scores, and turn these into attention.

    Works in the precision of `given`, whatever autocast says; has no second derivative.
    """
    tensors = (given, *first.tensors(), *second.tensors(), last.weight, last.bias)
    with torch.autocast(given.device.type, enabled=False):
        found = _PairPass.apply(  # type: ignore[no-untyped-call]
            _Options(reduced, dropout, first.norm.eps, torch.is_grad_enabled()),
            *(tensor.to(given.dtype) for tensor in tensors),
        )
    return Weighed(*found)


class _Options(NamedTuple):
    reduced: bool
    dropout: float
    eps: float
    # whether there is a way back
    is_kept: bool


class _Passed(NamedTuple):
    """A hidden layer of b clouds after it was passed, (b, N, M, H); its statistics are (b, N, M, 1)."""

    values: Tensor
    mean: Tensor
    inverse_deviation: Tensor
    # what entered the norm; None where it is worked out again
    entering: Tensor | None


def _passed(given: Tensor, layer: Sequence[Tensor], options: _Options) -> _Passed:
    """Take pairs through a layer, given as `Layer.tensors`."""
    weight, centre, other, gain, shift = layer
    before = entering(given, weight, centre, other)
    values, mean, inverse_deviation = torch.native_layer_norm(before, gain.shape, gain, shift, options.eps)
    values.relu_()
    if options.dropout > 0:
        F.dropout(values, options.dropout, inplace=True)
    return _Passed(values, mean, inverse_deviation, before)


def _layer_gradients(
    gradient: Tensor, given: Tensor, layer: Sequence[Tensor], passed: _Passed, dropout: float
) -> list[Tensor]:
    """From that of its values, which is changed: the gradients of the given and of the layer's tensors."""
    weight, centre, other, gain, shift = layer
    before = entering(given, weight, centre, other) if passed.entering is None else passed.entering
    torch.ops.aten.threshold_backward.grad_input(gradient, passed.values, 0, grad_input=gradient)
    if dropout > 0:  # what was left out is zero, like what was negative
        gradient /= 1 - dropout
    of_entering, of_gain, of_shift = torch.ops.aten.native_layer_norm_backward(
        gradient, before, gain.shape, passed.mean, passed.inverse_deviation, gain, shift, [True, True, True]
    )
    of_weight = given.flatten(0, -2).T @ of_entering.flatten(0, -2)
    return [of_entering @ weight.T, of_weight, of_entering.sum(2), of_entering.sum(1), of_gain, of_shift]


class _PairPass(torch.autograd.Function):
    """`weigh_pairs`, on tensors alone: the given, those of both layers, weight and bias of the last."""

    @staticmethod
    def forward(ctx: Any, options: _Options, *tensors: Tensor) -> tuple[Tensor, ...]:
        ctx.options = options
        ctx.set_materialize_grads(False)
        found, kept = [], []
        for _, given, first_layer, second_layer in _some_clouds(tensors):
            first = _passed(given, first_layer, options)
            second = _passed(first.values, second_layer, options)
            # Few rows times many columns: as columns they would take three times as long.
            scores = torch.addmm(tensors[-1][:, None], tensors[-2], second.values.flatten(0, -2).T)
            scores = scores.view(-1, *given.shape[:3])
            attention = softmax_over_pairs(scores[0], options.reduced)
            averaged = torch.bmm(attention.flatten(0, 1)[:, None], first.values.flatten(0, 1))
            found.append((attention, scores[1:].movedim(0, -1), averaged.view_as(first_layer[1])))
            if options.is_kept:
                kept += [*first[:3], *second]
        attention, more, averaged = (torch.cat(part) for part in zip(*found, strict=True))
        ctx.save_for_backward(attention, *tensors, *kept)
        return attention, more, averaged

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *outer: Tensor | None) -> tuple[Tensor | None, ...]:
        attention, *saved = ctx.saved_tensors
        tensors, kept = saved[:_TENSORS], iter(saved[_TENSORS:])
        shared: list[Tensor] = []
        of_clouds: list[list[Tensor]] = []
        for clouds, given, first_layer, second_layer in _some_clouds(tensors):
            first = _Passed(next(kept), next(kept), next(kept), None)
            second = _Passed(next(kept), next(kept), next(kept), next(kept))
            of_outer = [None if one is None else one[clouds] for one in outer]
            of_scores = _score_gradients(
                attention[clouds], first.values, of_outer, len(tensors[-2]), ctx.options.reduced
            )
            flat = of_scores.flatten(0, -2)
            of_last = [flat.T @ second.values.flatten(0, -2), flat.sum(0)]
            of_hidden, *of_second = _layer_gradients(
                of_scores @ tensors[-2], first.values, second_layer, second, ctx.options.dropout
            )
            if (of_averaged := of_outer[2]) is not None:
                of_hidden.addcmul_(attention[clouds][..., None], of_averaged[:, :, None])
            of_first = _layer_gradients(of_hidden, given, first_layer, first, ctx.options.dropout)
            of_block = [*of_first, *of_second, *of_last]
            of_clouds.append([of_block[k] for k in _OF_CLOUDS])
            summed = [one for k, one in enumerate(of_block) if k not in _OF_CLOUDS]
            shared = [a + b for a, b in zip(shared, summed, strict=True)] if shared else summed
        joined, added = iter([torch.cat(part) for part in zip(*of_clouds, strict=True)]), iter(shared)
        return None, *(next(joined if k in _OF_CLOUDS else added) for k in range(_TENSORS))


_TENSORS = 13
# Which of the tensors have a row for each cloud: the given, then centre and other of both layers.
_OF_CLOUDS = (0, 2, 3, 7, 8)


def _some_clouds(tensors: Sequence[Tensor]) -> Iterator[tuple[slice, Tensor, list[Tensor], list[Tensor]]]:
    """Divide the clouds into a few at a time: which, their given, and the tensors of both layers."""
    given = tensors[0]
    at_once = _VALUES_AT_ONCE.get(given.device.type, _VALUES_AT_ONCE_ELSEWHERE)
    number = max(1, at_once // (given.shape[1] * given.shape[2] * tensors[1].shape[1]))
    for start in range(0, len(given), number):
        clouds = slice(start, start + number)
        of_block = [one[clouds] if k in _OF_CLOUDS else one for k, one in enumerate(tensors)]
        yield clouds, of_block[0], of_block[1:6], of_block[6:11]


def _score_gradients(
    attention: Tensor, hidden: Tensor, outer: Sequence[Tensor | None], outputs: int, reduced: bool
) -> Tensor:
    """Gradient of what the last layer gives, (b, N, M, outputs), from those of attention, more, averages."""
    of_attention, of_more, of_averaged = outer
    total = torch.zeros_like(attention) if of_attention is None else of_attention
    if of_averaged is not None:
        total = total + (hidden * of_averaged[:, :, None]).sum(dim=-1)
    weighed = attention * total
    over = (1, 2) if reduced else (2,)
    of_scores = (weighed - attention * weighed.sum(dim=over, keepdim=True))[..., None]
    if outputs > 1:
        of_more = attention.new_zeros(*attention.shape, outputs - 1) if of_more is None else of_more
        of_scores = torch.cat([of_scores, of_more], dim=-1)
    return of_scores
