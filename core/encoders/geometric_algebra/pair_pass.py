"""The hidden layers of all pairs, a few clouds at a time; what they were is worked out again on the way back.

A hidden layer of all pairs fills memory long before anything else does, and fetching it from there takes
longer than the matrix products that made it. So both layers, the softmax and their gradients are gone
through together, for as many clouds as fit into the cache of a core.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import torch
from torch import Generator, Tensor, nn

# Values of a hidden layer that are worked out at once, on a core and on other devices.
_VALUES_AT_ONCE = {"cpu": 1 << 18}
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
    values = given @ weight
    values += centre[:, :, None]
    values += other[:, None]
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
            reduced, dropout, first.norm.eps, *(tensor.to(given.dtype) for tensor in tensors)
        )
    return Weighed(*found)


class _Drops:
    """Which hidden values are left out, the same ones in the same order when started again."""

    def __init__(self, share: float, seed: int, device: torch.device) -> None:
        self.share = share
        self.generator = Generator(device).manual_seed(seed) if share > 0 else None

    def apply_to(self, hidden: Tensor) -> None:
        """Leave values out in place."""
        if self.generator is not None:
            kept = torch.empty_like(hidden).bernoulli_(1 - self.share, generator=self.generator)
            hidden.mul_(kept.div_(1 - self.share))


class _Hidden:
    """The values of a hidden layer for some clouds, and the gradients of all that they depend on."""

    def __init__(self, given: Tensor, tensors: tuple[Tensor, ...], eps: float, drops: _Drops) -> None:
        self.given, self.keeping = given, 1 - drops.share
        self.weight, centre, other, self.gain, self.shift = tensors
        self.entering = entering(given, self.weight, centre, other)
        self.values, self.mean, self.inverse_deviation = torch.native_layer_norm(
            self.entering, self.gain.shape, self.gain, self.shift, eps
        )
        self.values.relu_()
        drops.apply_to(self.values)

    def gradients(self, gradient: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """From that of the values: the gradient of the given, and those of the tensors in their order."""
        torch.ops.aten.threshold_backward.grad_input(gradient, self.values, 0, grad_input=gradient)
        if self.keeping < 1:  # what was left out is zero, like what was negative
            gradient /= self.keeping
        of_entering, gain, shift = torch.ops.aten.native_layer_norm_backward(
            gradient,
            self.entering,
            self.gain.shape,
            self.mean,
            self.inverse_deviation,
            self.gain,
            self.shift,
            [True, True, True],
        )
        weight = self.given.flatten(0, -2).T @ of_entering.flatten(0, -2)
        return of_entering @ self.weight.T, (weight, of_entering.sum(2), of_entering.sum(1), gain, shift)


class _PairPass(torch.autograd.Function):
    """`weigh_pairs`, on tensors alone."""

    @staticmethod
    def forward(ctx: Any, reduced: bool, dropout: float, eps: float, *tensors: Tensor) -> tuple[Tensor, ...]:
        seed = int(torch.randint(1 << 62, ())) if dropout > 0 else 0
        ctx.reduced, ctx.eps, ctx.dropped = reduced, eps, (dropout, seed, tensors[0].device)
        ctx.set_materialize_grads(False)
        found = []
        for first, second in _hidden_layers(ctx, tensors):
            scores = torch.addmm(tensors[-1], second.values.flatten(0, -2), tensors[-2].T)
            scores = scores.view(*first.given.shape[:3], -1)
            attention = softmax_over_pairs(scores[..., 0], reduced)
            averaged = (attention[:, :, None] @ first.values).squeeze(2)
            found.append((attention, scores[..., 1:], averaged))
        attention, more, averaged = (torch.cat(part) for part in zip(*found, strict=True))
        ctx.save_for_backward(attention, *tensors)
        return attention, more, averaged

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *outer: Tensor | None) -> tuple[Tensor | None, ...]:
        attention, *tensors = ctx.saved_tensors
        shared: list[Tensor] = []
        of_clouds: list[list[Tensor]] = []
        start = 0
        for first, second in _hidden_layers(ctx, tensors):
            clouds = slice(start, start + len(first.given))
            start = clouds.stop
            of_block = _gradients(
                first,
                second,
                tensors[-2],
                attention[clouds],
                [None if one is None else one[clouds] for one in outer],
                ctx.reduced,
            )
            split = [one for k, one in enumerate(of_block) if k in _OF_CLOUDS]
            of_clouds.append(split)
            summed = [one for k, one in enumerate(of_block) if k not in _OF_CLOUDS]
            shared = [a + b for a, b in zip(shared, summed, strict=True)] if shared else summed
        joined, added = iter([torch.cat(part) for part in zip(*of_clouds, strict=True)]), iter(shared)
        in_order = [next(joined if k in _OF_CLOUDS else added) for k in range(len(tensors))]
        return None, None, None, *in_order


# Which of the tensors have a row for each cloud: the given, then centre and other of both layers.
_OF_CLOUDS = (0, 2, 3, 7, 8)


def _hidden_layers(ctx: Any, tensors: tuple[Tensor, ...]) -> Iterator[tuple[_Hidden, _Hidden]]:
    """Go through the clouds, a few at a time, and work their hidden layers out."""
    given, drops = tensors[0], _Drops(*ctx.dropped)
    at_once = _VALUES_AT_ONCE.get(given.device.type, _VALUES_AT_ONCE_ELSEWHERE)
    number = max(1, at_once // (given.shape[1] * given.shape[2] * tensors[1].shape[1]))
    for start in range(0, len(given), number):
        clouds = slice(start, start + number)
        of_block = [one[clouds] if k in _OF_CLOUDS else one for k, one in enumerate(tensors)]
        first = _Hidden(of_block[0], cast(tuple[Tensor, ...], tuple(of_block[1:6])), ctx.eps, drops)
        yield first, _Hidden(first.values, tuple(of_block[6:11]), ctx.eps, drops)


def _gradients(
    first: _Hidden,
    second: _Hidden,
    weight: Tensor,
    attention: Tensor,
    outer: list[Tensor | None],
    reduced: bool,
) -> list[Tensor]:
    """Those of all tensors for some clouds, from the gradients of attention, of more and of averages."""
    of_attention, of_more, of_averaged = outer
    total = torch.zeros_like(attention) if of_attention is None else of_attention
    if of_averaged is not None:
        total = total + (first.values @ of_averaged[..., None]).squeeze(-1)
    over = (1, 2) if reduced else (2,)
    weighed = attention * total
    of_scores = (weighed - attention * weighed.sum(dim=over, keepdim=True))[..., None]
    outputs = len(weight)
    if outputs > 1:
        of_more = attention.new_zeros(*attention.shape, outputs - 1) if of_more is None else of_more
        of_scores = torch.cat([of_scores, of_more], dim=-1)
    flat = of_scores.flatten(0, -2)
    of_weight, of_bias = flat.T @ second.values.flatten(0, -2), flat.sum(0)
    of_hidden, of_second = second.gradients(of_scores @ weight)
    if of_averaged is not None:
        of_hidden.flatten(0, 1).baddbmm_(
            attention.flatten(0, 1)[..., None], of_averaged.flatten(0, 1)[:, None]
        )
    of_given, of_first = first.gradients(of_hidden)
    return [of_given, *of_first, *of_second, of_weight, of_bias]
