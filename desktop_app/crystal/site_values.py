"""One number per site of the structure on the screen, to be shown as colours of its atoms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class SiteValues:
    """`values` (num_sites,) of the imported cell, NaN where there is none; `explanation` is one sentence."""

    title: str
    unit: str
    values: NDArray[np.float64]
    explanation: str = ""
