"""Attention of one structure pair by pair: how far the network looks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ITSELF = 1e-3  # angstrom; a pair this short is that of a site with itself


@dataclass(frozen=True, eq=False)
class AttentionPairs:
    """Rows of pairs (P,) as the network computed them, equivalent ones merged.

    A row leads from the site class `centre` to the class `neighbour`, `distances` angstrom away, and stands
    for `counts` pairs of each such site. attention: (P, H), of all of them together, so that the rows of one
    centre sum to 1 in each of H heads. row_map: (num_sites,), the class of each site of the imported cell.
    """

    centre: NDArray[np.int32]
    neighbour: NDArray[np.int32]
    distances: NDArray[np.float32]
    counts: NDArray[np.int32]
    attention: NDArray[np.float32]
    row_map: NDArray[np.int32]

    @property
    def of_even(self) -> NDArray[np.float64]:
        """Attention (P,) if each site paid the same to all of its pairs."""
        total = np.bincount(self.centre, self.counts)
        shares: NDArray[np.float64] = self.counts / total[self.centre]
        return shares

    def of_head(self, head: int | None) -> NDArray[np.float64]:
        """Attention (P,) of a head, or the mean of all heads for None."""
        chosen = self.attention.mean(axis=1) if head is None else self.attention[:, head]
        return np.asarray(chosen, dtype=np.float64)

    def weights(self, site: int | None = None) -> NDArray[np.float64]:
        """How much each pair (P,) counts in a mean over all sites, or for one imported site alone."""
        if site is not None:
            return np.asarray(self.centre == self.row_map[site], dtype=np.float64)
        shares = np.bincount(self.row_map, minlength=int(self.centre.max(initial=0)) + 1) / len(self.row_map)
        of_pairs: NDArray[np.float64] = shares[self.centre]
        return of_pairs

    def beyond(self, distance: float, head: int | None, site: int | None = None) -> float:
        """Share of the attention that goes further than `distance` angstrom: the long-range share."""
        far = self.distances > distance
        return float((self.weights(site) * self.of_head(head))[far].sum())

    def beyond_if_even(self, distance: float, site: int | None = None) -> float:
        """The long-range share that the same pairs would have if all got the same."""
        return float((self.weights(site) * self.of_even)[self.distances > distance].sum())

    def to_itself(self, head: int | None, site: int | None = None) -> float:
        """Share of the attention that sites pay to themselves."""
        return float((self.weights(site) * self.of_head(head))[self.distances < ITSELF].sum())

    def mean_distance(self, head: int | None, site: int | None = None) -> float:
        """Mean distance, in angstrom, that attention goes, what stays on the site itself counting as 0."""
        return float((self.weights(site) * self.of_head(head) * self.distances).sum())

    def shells(
        self, edges: NDArray[np.float64], values: NDArray[np.float64], site: int | None = None
    ) -> NDArray[np.float64]:
        """Add up values of pairs (P,) by distance, averaged over sites: (len(edges) - 1,).

        `edges` are angstrom, ascending; a pair on an edge belongs to the shell above.
        """
        sums, _ = np.histogram(self.distances, edges, weights=self.weights(site) * values)
        return sums.astype(np.float64)
