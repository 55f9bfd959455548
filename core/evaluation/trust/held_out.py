"""What networks predict for structures that they held out, the only fair errors of an ensemble."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.inspection.encode import Encoded
from core.training.ensemble import mean_and_spread
from core.training.splits import Split


@dataclass(frozen=True)
class HeldOut:
    """What was predicted for structures by networks that had not learned from them.

    indices: (H,), of those structures. values, spread: (C, K) on the learned scale, read at the indices
    alone; the spread, a standard deviation over networks, is NaN where there is none.
    """

    indices: NDArray[np.int64]
    values: NDArray[np.float64]
    spread: NDArray[np.float64]


def held_out_predictions(encoded: Sequence[Encoded], splits: Sequence[Split]) -> HeldOut:
    """Mean and spread for each validation structure over the networks that held it out.

    splits: for each network of the model. Of several networks these are fewer than will predict a new
    structure, so that errors are rather too large than too small (as in CV+, Barber et al. 2021, doi
    10.1214/20-AOS1965).
    """
    by_member = np.stack([one.by_member for one in encoded])
    for number, split in enumerate(splits):
        by_member[split.train, number] = np.nan
    values, spread = mean_and_spread(by_member)
    indices = np.unique(np.concatenate([split.validation for split in splits]))
    return HeldOut(indices, values, spread)
