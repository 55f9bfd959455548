"""Several crystals as one set of flat tensors, and how crystals are divided into batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor

from core.graphs.crystal_graph import CrystalGraph


@dataclass(frozen=True, eq=False)
class Share:
    """What of a batch one of several processes works on: which of its rows, and how many there are in all."""

    crystals: slice
    sites: slice
    pairs: slice
    num_crystals: int
    num_sites: int
    num_pairs: int
    borrowed: "Borrowed | None" = None


@dataclass(frozen=True, eq=False)
class Borrowed:
    """The false partners of the I sites of a share: the crystals they are in, and which sites they are.

    batch: only partners have their pairs in it. partner: (I,), row of each site's partner in `batch`.
    whose: for each row of `batch` the site whose partner it is, or -1. crystal: (I,), the partner's crystal,
    counted through the whole.
    """

    batch: "Batch"
    partner: Tensor
    whose: Tensor
    crystal: Tensor

    def map(self, change: Callable[[Tensor], Tensor]) -> "Borrowed":
        """Change each of the tensors."""
        tensors = (change(tensor) for tensor in (self.partner, self.whose, self.crystal))
        return Borrowed(self.batch.map(change), *tensors)


@dataclass(frozen=True, eq=False)
class Batch:
    """C crystals with I rows of sites and P rows of pairs in all; nothing is padded.

    Sites of a crystal are adjacent, and so are the pairs of a site, in the order of the sites. Rows may
    stand for several equivalent sites or pairs, see graphs/compression.py: every sum and mean over rows
    must count them that often.
    """

    # (I, F) | what is on each site
    site_features: Tensor
    # (P,) | site at the centre of the pair, counted through the batch; ascending
    pair_i: Tensor
    # (P,) | site that the other end is a copy of, counted through the batch
    pair_j: Tensor
    # (P,) | angstrom
    distances: Tensor
    # (I,) | crystal that each site belongs to; ascending
    site_crystal: Tensor
    # (C,) | number of sites of each crystal, however few the rows that stand for them
    sites_per_crystal: Tensor
    # (I,) | how many sites each row stands for, as floating-point numbers
    site_counts: Tensor
    # (P,) | how many pairs of one site each row stands for, as floating-point numbers
    pair_counts: Tensor
    # (P, 3) | angstrom, from the centre to the other end; None where no graph has them
    pair_vectors: Tensor | None = None
    # of a batch that other processes work on too, which rows these are; None where they are all
    share: Share | None = None

    @property
    def num_crystals(self) -> int:
        """Number of crystals C."""
        return len(self.sites_per_crystal)

    @property
    def num_sites(self) -> int:
        """Number of rows of sites I."""
        return len(self.site_features)

    @property
    def num_pairs(self) -> int:
        """Number of rows of pairs P."""
        return len(self.distances)

    @property
    def pair_weights(self) -> Tensor:
        """How many pairs of the crystal each row of pairs stands for, (P,)."""
        return self.site_counts.index_select(0, self.pair_i) * self.pair_counts

    @property
    def whole(self) -> Share:
        """What share of the batch this is; all of it where no other process works on it."""
        if self.share is not None:
            return self.share
        counts = (self.num_crystals, self.num_sites, self.num_pairs)
        crystals, sites, pairs = (slice(0, count) for count in counts)
        return Share(crystals, sites, pairs, *counts)

    def map(self, change: Callable[[Tensor], Tensor]) -> "Batch":
        """Change each of the tensors that there are."""
        tensors = {field.name: getattr(self, field.name) for field in fields(self)}
        changed = {name: change(own) for name, own in tensors.items() if isinstance(own, Tensor)}
        share = self.share
        if share is not None and share.borrowed is not None:
            share = replace(share, borrowed=share.borrowed.map(change))
        return replace(self, **changed, share=share)

    def to(self, device: torch.device | str) -> "Batch":
        """Move all tensors to a device."""
        return self.map(lambda tensor: tensor.to(device, non_blocking=True))

    def double(self) -> "Batch":
        """Turn features, distances, vectors and counts into float64."""
        return self.map(lambda tensor: tensor.double() if tensor.is_floating_point() else tensor)


def collate(graphs: Sequence[CrystalGraph]) -> Batch:
    """Join crystal graphs, at least one, into a batch in their order."""
    num_sites = np.array([graph.num_sites for graph in graphs])
    num_pairs = np.array([graph.num_pairs for graph in graphs])
    first_site = np.repeat(np.cumsum(num_sites) - num_sites, num_pairs)
    site_counts = np.concatenate([graph.site_counts for graph in graphs])
    pair_counts = np.concatenate([graph.pair_counts for graph in graphs])
    vectors = [graph.pair_vectors for graph in graphs if graph.pair_vectors is not None]
    return Batch(
        site_features=torch.from_numpy(np.concatenate([graph.site_features for graph in graphs])),
        pair_i=torch.from_numpy(np.concatenate([graph.pair_i for graph in graphs]) + first_site),
        pair_j=torch.from_numpy(np.concatenate([graph.pair_j for graph in graphs]) + first_site),
        distances=torch.from_numpy(np.concatenate([graph.distances for graph in graphs])),
        site_crystal=torch.from_numpy(np.repeat(np.arange(len(graphs)), num_sites)),
        sites_per_crystal=torch.tensor([graph.site_counts.sum() for graph in graphs]),
        site_counts=torch.from_numpy(site_counts.astype(np.float32)),
        pair_counts=torch.from_numpy(pair_counts.astype(np.float32)),
        pair_vectors=torch.from_numpy(np.concatenate(vectors)) if len(vectors) == len(graphs) else None,
    )


def batches_by_pairs(
    pair_counts: Sequence[int], budget: int, generator: torch.Generator | None = None, at_least: int = 1
) -> list[list[int]]:
    """Divide crystals into batches of at most `budget` pairs; each crystal is in exactly one.

    Returns the crystals of each batch by their index: in random order with a generator, as they come
    without. A batch has at least `at_least` crystals even when that exceeds the budget, as long as there
    are so many; a crystal that exceeds it by itself is otherwise alone.
    """
    if generator is None:
        order = list(range(len(pair_counts)))
    else:
        order = torch.randperm(len(pair_counts), generator=generator).tolist()
    batches: list[list[int]] = []
    filled = 0
    for crystal in order:
        fits = filled + pair_counts[crystal] <= budget
        if not batches or (not fits and len(batches[-1]) >= at_least):
            batches.append([])
            filled = 0
        batches[-1].append(crystal)
        filled += pair_counts[crystal]
    if len(batches) > 1 and len(batches[-1]) < at_least:
        last = batches.pop()
        batches[-1].extend(last)
    return batches
