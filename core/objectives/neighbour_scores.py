"""Scores of neighbours at their distances against site embeddings, forwards and backwards by hand.

Half of a Deep InfoMax step goes into them. As in core/encoders/bond_blocks.py, pairs are gone through in
blocks that stay in the cache of one core.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from core.encoders.bond_blocks import ACTIVATE_WITH_SLOPE, length_of_block


class Neighbours(NamedTuple):
    """M neighbours: the row of `species` that each is of (M,), and its distance (M,), angstrom."""

    row: Tensor
    distances: Tensor


def neighbour_scores(
    queries: Tensor,
    species: Tensor,
    per_angstrom: Tensor,
    neighbours: Neighbours,
    compared: Sequence[Tensor],
    activation: str,
) -> Tensor:
    """Multiply activation(species_row + distance per_angstrom) with the queries in the rows `compared`.

    queries, species: (I, W). per_angstrom: (W,). compared: Q index lists (M,), the query that each neighbour
    is held against. Returns the products (M, Q).
    """
    scores: Tensor = _NeighbourScores.apply(  # type: ignore[no-untyped-call]
        queries, species, per_angstrom, neighbours, tuple(compared), activation
    )
    return scores


class _NeighbourScores(Function):
    @staticmethod
    def forward(
        ctx: Any,
        queries: Tensor,
        species: Tensor,
        per_angstrom: Tensor,
        neighbours: Neighbours,
        compared: tuple[Tensor, ...],
        activation: str,
    ) -> Tensor:
        scores = queries.new_empty(len(neighbours.row), len(compared))
        ctx.kept = []
        for block in _blocks(neighbours, queries):
            sums = species.index_select(0, neighbours.row[block])
            sums.addcmul_(neighbours.distances[block, None], per_angstrom)
            values, slope = ACTIVATE_WITH_SLOPE[activation](sums)
            for column, site in zip(scores[block].T, compared, strict=True):
                torch.sum(queries.index_select(0, site[block]).mul_(values), dim=1, out=column)
            ctx.kept.append((values, slope))
        ctx.queries, ctx.num_species, ctx.neighbours, ctx.compared = (
            queries,
            len(species),
            neighbours,
            compared,
        )
        return scores

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        queries, neighbours = ctx.queries, ctx.neighbours
        of_queries, of_distance = torch.zeros_like(queries), queries.new_zeros(queries.shape[1])
        of_species = queries.new_zeros(ctx.num_species, queries.shape[1])
        for block, (values, slope) in zip(_blocks(neighbours, queries), ctx.kept, strict=True):
            of_sums = torch.zeros_like(values)
            for weights, site in zip(gradient[block].T, ctx.compared, strict=True):
                of_sums.addcmul_(queries.index_select(0, site[block]), weights[:, None])
                of_queries.index_add_(0, site[block], values * weights[:, None])
            of_sums.mul_(slope)
            of_species.index_add_(0, neighbours.row[block], of_sums)
            of_distance.addmv_(of_sums.T, neighbours.distances[block])
        return of_queries, of_species, of_distance, None, None, None


def _blocks(neighbours: Neighbours, queries: Tensor) -> list[slice]:
    count, length = len(neighbours.row), length_of_block(queries.device, queries.shape[1])
    return [slice(start, start + length) for start in range(0, count, length)]
