"""Whom a site is falsely paired with: its partner, half a batch away (arXiv 2407.00671).

The partner of site i is site i - floor(I / 2), counted around the I sites of the batch. It belongs to
another crystal, but for some sites of a crystal that holds more than half of the batch. In a batch that
processes share it is counted through the whole, and may lie in the share of another one.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.graphs.batch import Batch


@dataclass(frozen=True, eq=False)
class Partners:
    """The partners of the I sites of a batch.

    batch: where they are; in a batch that is not shared, the same one. row: (I,), which site of it each
    partner is. whose: for each of its sites the one whose partner it is; where it is nobody's, it has no
    pairs in it. crystal: (I,), the crystal of the partner, counted through all shares. is_unrelated: (I,),
    whether that is another crystal; every crystal of two or more has a site for which it is true.
    """

    batch: Batch
    row: Tensor
    whose: Tensor
    crystal: Tensor
    is_unrelated: Tensor


def partners(batch: Batch) -> Partners:
    """Find the partner of each site; a shared batch brings those of other shares along.

    Raises ValueError for a share that was collated without them.
    """
    if batch.share is None:
        site = torch.arange(batch.num_sites, device=batch.site_crystal.device)
        row, crystal = of_partner(site), of_partner(batch.site_crystal)
        return Partners(batch, row, to_partner(site), crystal, batch.site_crystal != crystal)
    borrowed = batch.share.borrowed
    if borrowed is None:
        raise ValueError("the share has no partners")
    is_unrelated = batch.site_crystal + batch.share.crystals.start != borrowed.crystal
    return Partners(borrowed.batch, borrowed.partner, borrowed.whose, borrowed.crystal, is_unrelated)


def of_partner(values: Tensor) -> Tensor:
    """Give each site of all the row of its partner: (I, ...) -> (I, ...)."""
    return torch.roll(values, len(values) // 2, dims=0)


def to_partner(values: Tensor) -> Tensor:
    """Give each site of all the row of the site whose partner it is; undoes `of_partner`."""
    return torch.roll(values, -(len(values) // 2), dims=0)
