"""What a model makes of one structure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Encoded:
    """What a model makes of one structure, whose graph has n rows of sites and P of pairs.

    by_member: (M, K), predictions on the learned scale, of classes the probability of 1, by each member of
    an ensemble, M being 1 for one network and K 0 for a model without properties. crystal: (D,).
    sites: (n, d). attention: (P, H), by pair of the graph and head; the pairs of one site sum to 1.
    """

    by_member: NDArray[np.float64]
    crystal: NDArray[np.float32]
    sites: NDArray[np.float32]
    attention: NDArray[np.float32]

    @property
    def predicted(self) -> NDArray[np.float64]:
        """What the model predicts, (K,): the mean over its members."""
        return np.asarray(self.by_member.mean(axis=0))
