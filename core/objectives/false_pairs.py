"""Whom a site is falsely paired with: its partner, half a batch away (arXiv 2407.00671).

The partner of site i is site i - floor(I / 2), counted around the I sites of the batch. It belongs to
another crystal, but for some sites of a crystal that holds more than half of the batch.
"""

import torch
from torch import Tensor

from core.graphs.batch import Batch


def of_partner(values: Tensor) -> Tensor:
    """Give each site the row of its partner: (I, ...) -> (I, ...)."""
    return torch.roll(values, len(values) // 2, dims=0)


def to_partner(values: Tensor) -> Tensor:
    """Give each site the row of the site whose partner it is; undoes `of_partner`."""
    return torch.roll(values, -(len(values) // 2), dims=0)


def has_unrelated_partner(batch: Batch) -> Tensor:
    """Tell for each site whether its partner is of another crystal, (I,).

    In a batch of two crystals or more, every crystal has a site for which it is true.
    """
    return batch.site_crystal != of_partner(batch.site_crystal)
