"""Structures that several processes encode: each its share, which the first takes from the others."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.graphs import process_group
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.parts import divide_by_pairs
from core.inspection.encoded import Encoded
from core.jobs import rank


def own_share(graphs: Sequence[CrystalGraph]) -> range:
    """The structures, by index, that this process encodes; all where it is alone."""
    everything = range(len(graphs))
    if process_group.count() == 1:
        return everything
    return everything[
        divide_by_pairs([graph.num_pairs for graph in graphs], process_group.count())[rank.rank()]
    ]


def gather_encoded(encoded: dict[int, Encoded], graphs: Sequence[CrystalGraph]) -> dict[int, Encoded]:
    """Give the first process what all have encoded, by index; it goes on alone.

    Raises Delivered in the others, for which nothing is left to do, and what they raise.
    """
    if (count := process_group.count()) == 1:
        return encoded
    process_group.agree()
    if rank.is_first():
        for other in range(1, count):
            encoded = encoded | _take(other, graphs)
        process_group.leave()
        return encoded
    _give(encoded)
    process_group.leave()
    raise process_group.Delivered


def _give(encoded: Mapping[int, Encoded]) -> None:
    shapes = [len(encoded), 0, 0, 0, 0, 0]
    if encoded:
        one = next(iter(encoded.values()))
        shapes[1:] = *one.by_member.shape, len(one.crystal), one.sites.shape[1], one.attention.shape[1]
    process_group.give_to_first(torch.tensor(shapes))
    if encoded:
        process_group.give_to_first(torch.tensor(list(encoded)))
        for name in ("by_member", "crystal", "sites", "attention"):
            rows = [np.atleast_2d(getattr(one, name)) for one in encoded.values()]
            process_group.give_to_first(torch.from_numpy(np.concatenate(rows)))


def _take(other: int, graphs: Sequence[CrystalGraph]) -> dict[int, Encoded]:
    count, members, properties, *widths = process_group.take_from(other, torch.zeros(6).long()).tolist()
    if not count:
        return {}
    indices = process_group.take_from(other, torch.zeros(count).long()).tolist()
    num_sites = [graphs[k].num_sites for k in indices]
    num_pairs = [graphs[k].num_pairs for k in indices]
    by_member = _rows(other, [members] * count, properties, torch.float64)
    lengths = ([1] * count, num_sites, num_pairs)
    crystals, sites, attention = (
        _rows(other, rows, width, torch.float32) for rows, width in zip(lengths, widths, strict=True)
    )
    parts = zip(by_member, crystals, sites, attention, strict=True)
    return {
        k: Encoded(told, crystal[0], own, heads)
        for k, (told, crystal, own, heads) in zip(indices, parts, strict=True)
    }


def _rows(other: int, lengths: Sequence[int], width: int, dtype: torch.dtype) -> list[NDArray[Any]]:
    """Take an array and divide it among structures, each of which has so many rows of it."""
    taken = process_group.take_from(other, torch.zeros(sum(lengths), width, dtype=dtype)).numpy()
    return np.split(taken, np.cumsum(lengths)[:-1])
