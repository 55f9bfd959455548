"""Normalised hidden layers on bond vectors, in blocks of pairs that stay in the cache of one core.

A layer here is LayerNorm(activation(W [x_i; x_j; e_ij] + b)) without the scale and shift of the norm, which
whoever uses it applies where there are fewer rows. W is split as in `BondLinear`. Two values per pair and
unit are kept for the way back; left to automatic differentiation it would be six.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.encoders.activations import mish, mish_and_slope
from core.graphs.batch import Batch

EPS = 1e-5  # of LayerNorm
_VALUES_PER_BLOCK = 131_072


class BondTerms(NamedTuple):
    """The three terms of a linear map of bond vectors.

    Where there are fewer kinds of pairs than pairs, `pair` (U, W) has the term of each kind and `row` (P,)
    says of which kind a pair is. Else `pair` (P, K) has the vectors of all pairs, which `weight` (W, K) maps.
    """

    centre: Tensor  # (I, W), bias included
    neighbour: Tensor  # (I, W)
    pair: Tensor
    weight: Tensor | None
    row: Tensor | None


class Hidden(NamedTuple):
    """A layer of one block, n pairs of width W; its normalised values are centred times scale.

    They are not multiplied out, since what follows can take the scale in where there are fewer numbers.
    """

    centred: Tensor  # (n, W), the activated values less their mean
    scale: Tensor  # (n, 1), 1 / standard deviation
    slope: Tensor  # (n, W), of the activation; (0,) where no gradient will be asked for


class BondLayer:
    """One layer over all pairs of a batch: computes blocks, and gathers the gradients of its terms."""

    def __init__(self, terms: BondTerms, batch: Batch, activation: str) -> None:
        self.terms, self.batch, self.activation = terms, batch, activation

    @cached_property
    def gradients(self) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Of centre, neighbour, pair and weight, as far as `backward` was called."""
        centre, neighbour, pair, weight, _ = self.terms
        sites = torch.zeros_like(centre), torch.zeros_like(neighbour)
        if weight is None:
            return *sites, torch.zeros_like(pair), None
        # Vectors of pairs have one gradient each, which is written and not added to.
        return *sites, torch.empty_like(pair), torch.zeros_like(weight)

    def hidden(self, block: slice, keep: bool) -> Hidden:
        """Compute a block, with what `backward` needs if it is to be kept."""
        return hidden(self._sums(block), self.activation, keep)

    def backward(self, block: slice, gradient: Tensor) -> None:
        """Add what the gradient (n, W) of a block's sums, before the activation, means for the terms."""
        of_centre, of_neighbour, of_pair, of_weight = self.gradients
        of_centre.index_add_(0, self.batch.pair_i[block], gradient)
        of_neighbour.index_add_(0, self.batch.pair_j[block], gradient)
        _, _, pair, weight, row = self.terms
        if row is not None:
            of_pair.index_add_(0, row[block], gradient)
        elif weight is not None and of_weight is not None:
            torch.mm(gradient, weight, out=of_pair[block])
            of_weight.addmm_(gradient.T, pair[block])

    @cached_property
    def _table(self) -> tuple[Tensor, Tensor]:
        """All terms, one below the other, and which rows of them make up each pair, (P, 2) or (P, 3)."""
        centre, neighbour, pair, _, row = self.terms
        rows = [self.batch.pair_i, len(centre) + self.batch.pair_j]
        if row is None:
            return torch.cat([centre, neighbour]), torch.stack(rows, dim=1)
        rows.append(len(centre) + len(neighbour) + row)
        return torch.cat([centre, neighbour, pair]), torch.stack(rows, dim=1)

    def _sums(self, block: slice) -> Tensor:
        table, rows = self._table
        sums = F.embedding_bag(rows[block], table, mode="sum")  # in one pass, without results between
        if self.terms.weight is not None:
            sums.addmm_(self.terms.pair[block], self.terms.weight.T)
        return sums


def after_norm(linear: nn.Linear, norm: nn.LayerNorm) -> tuple[Tensor, Tensor]:
    """Fold the scale and shift of a norm into the linear map that follows: its weight (in, out) and bias."""
    return (linear.weight * norm.weight).T, linear.bias + linear.weight @ norm.bias


def blocks(batch: Batch, width: int) -> Iterator[slice]:
    """Divide the pairs of a batch into blocks for layers of `width`."""
    length = length_of_block(batch.distances.device, width)
    for start in range(0, batch.num_pairs, length):
        yield slice(start, start + length)


def length_of_block(device: torch.device, width: int) -> int:
    """How many rows of `width` values to go through at once; for a GPU, more than there ever are."""
    return max(256, _VALUES_PER_BLOCK // width) if device.type == "cpu" else sys.maxsize


def hidden(sums: Tensor, activation: str, keep: bool) -> Hidden:
    """Activate and normalise (n, W), which is used up, keeping what the gradient needs if it is asked for."""
    if keep:
        values, slope = ACTIVATE_WITH_SLOPE[activation](sums)
    else:
        values, slope = ACTIVATE[activation](sums), sums.new_empty(0)
    average = values.new_full((values.shape[1], 1), 1.0 / values.shape[1])
    values -= values @ average
    length = torch.linalg.vector_norm(values, dim=1, keepdim=True)
    scale = length.square_().div_(values.shape[1]).add_(EPS).rsqrt_()
    return Hidden(values, scale, slope)


def before_layer(gradient: Tensor, computed: Hidden) -> Tensor:
    """Turn the gradient (N, W) of normalised values into that of the sums before the activation."""
    average = gradient.new_full((gradient.shape[1], 1), 1.0 / gradient.shape[1])
    return before_norm((gradient - gradient @ average).mul_(computed.scale), computed)


def before_norm(scaled: Tensor, computed: Hidden, along: Tensor | None = None) -> Tensor:
    """The same from the gradient less its mean, times the scale s of the norm, (N, W), which is used up.

    With c the centred values and d what is given, the gradient of the activated values is
    d - c s^2 mean(c d), means along the row (Ba et al. 2016, arXiv 1607.06450). along: (N, 1), the sum of
    c d along the row where that is known.
    """
    centred, scale, slope = computed
    if along is None:
        along = torch.mul(centred, scaled).sum(dim=1, keepdim=True)
    share = along * scale.square().div_(scaled.shape[1])
    return scaled.addcmul_(centred, share, value=-1).mul_(slope)


def _relu_and_slope(x: Tensor) -> tuple[Tensor, Tensor]:
    values = x.relu_()
    return values, values.sign()  # a tenth of the time of comparing with zero


ACTIVATE: dict[str, Callable[[Tensor], Tensor]] = {"mish": mish, "relu": torch.relu_}
ACTIVATE_WITH_SLOPE: dict[str, Callable[[Tensor], tuple[Tensor, Tensor]]] = {
    "mish": mish_and_slope,
    "relu": _relu_and_slope,
}
