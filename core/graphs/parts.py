"""A batch that several processes work on together: the part of one of them, and what it borrows.

All processes know the crystals of the whole batch, and each takes a run of them with about as many pairs.
Where crystals are compared, the false partner of a site is half the batch away (core/objectives), mostly in
the part of another process. What is needed of it are its surroundings, which are no product of the network:
each process collates them for itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.graphs.batch import Batch, Borrowed, Share, collate
from core.graphs.crystal_graph import CrystalGraph

Ints = NDArray[np.int64]


def divide_by_pairs(pair_counts: Sequence[int] | Ints, num_parts: int) -> list[slice]:
    """Cut a row of crystals into runs with about as many pairs each; with few crystals some are empty."""
    ends = np.cumsum(pair_counts)
    # Each crystal goes where its middle lies.
    part = (ends - np.asarray(pair_counts) / 2) * num_parts // max(ends[-1], 1)
    cuts = np.searchsorted(np.minimum(part, num_parts - 1), np.arange(num_parts + 1))
    return [slice(*ends) for ends in pairwise(cuts.tolist())]


def collate_part(graphs: Sequence[CrystalGraph], number: int, num_parts: int, *, borrows: bool) -> Batch:
    """Join the crystals of one of the parts of a batch; `graphs` are those of the whole.

    borrows: whether the surroundings of false partners come along.
    """
    num_sites = np.array([graph.num_sites for graph in graphs])
    num_pairs = np.array([graph.num_pairs for graph in graphs])
    own = divide_by_pairs(num_pairs, num_parts)[number]
    share = Share(
        crystals=own,
        sites=_rows(num_sites, own),
        pairs=_rows(num_pairs, own),
        num_crystals=len(graphs),
        num_sites=int(num_sites.sum()),
        num_pairs=int(num_pairs.sum()),
        borrowed=_borrow(graphs, num_sites, own) if borrows else None,
    )
    batch = collate(graphs[own]) if own.start < own.stop else _nothing_of(graphs[0])
    return replace(batch, share=share)


def _rows(counts: Ints, crystals: slice) -> slice:
    """The rows of some crystals, of which each has `counts`."""
    ends = np.concatenate([[0], np.cumsum(counts)])
    return slice(int(ends[crystals.start]), int(ends[crystals.stop]))


def _nothing_of(graph: CrystalGraph) -> Batch:
    """A batch without crystals, of the same kind as those with the graph."""
    return collate([graph]).map(lambda tensor: tensor[:0])


def _borrow(graphs: Sequence[CrystalGraph], num_sites: Ints, own: slice) -> Borrowed:
    """Collate the crystals of the partners of sites: site i has i - floor(I / 2), counted around all I."""
    sites = _rows(num_sites, own)
    total = int(num_sites.sum())
    partner = (np.arange(sites.start, sites.stop) - total // 2) % total
    crystal = np.repeat(np.arange(len(graphs)), num_sites)[partner]
    lenders = np.unique(crystal)
    batch = collate([graphs[k] for k in lenders]) if len(lenders) else _nothing_of(graphs[0])
    first_here = np.cumsum(num_sites[lenders]) - num_sites[lenders]
    first = np.cumsum(num_sites) - num_sites
    row = first_here[np.searchsorted(lenders, crystal)] + partner - first[crystal]
    whose = np.full(batch.num_sites, -1)
    whose[row] = np.arange(len(row))
    return Borrowed(
        batch=_with_pairs_of(batch, torch.from_numpy(whose >= 0)),
        partner=torch.from_numpy(row),
        whose=torch.from_numpy(whose),
        crystal=torch.from_numpy(crystal),
    )


def _with_pairs_of(batch: Batch, is_kept: Tensor) -> Batch:
    """The same sites, with the pairs of some of them, (I,)."""
    kept = is_kept[batch.pair_i]
    names = ("pair_i", "pair_j", "distances", "pair_counts", "pair_vectors")
    there = {name: getattr(batch, name) for name in names}
    return replace(batch, **{name: rows[kept] for name, rows in there.items() if rows is not None})
