"""Whether a structure is like those that a model has learned from: if not, its prediction is a guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

NEIGHBOURS: Final = 5  # nearest training structures whose mean distance counts
QUANTILE: Final = 0.95  # of the training structures lie within the radius by construction
MARGIN: Final = 0.1  # of a range that is still usual beyond its ends


@dataclass(frozen=True)
class Domain:
    """What the training structures of a model cover.

    elements: those that occur. embeddings: (n, D), of the training structures, scaled; centre, scale: (D,),
    by which others are scaled. radius: mean distance to the nearest five up to which an embedding is
    usual. ranges: by name of a figure, such as density, the lowest and the highest usual value.
    """

    elements: frozenset[str]
    embeddings: NDArray[np.float64]
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    radius: float
    ranges: Mapping[str, tuple[float, float]]

    def reasons(
        self,
        compositions: Sequence[Mapping[str, float]],
        embeddings: NDArray[np.float64],
        figures: Mapping[str, NDArray[np.float64]],
    ) -> list[tuple[str, ...]]:
        """For each of C structures why it is out of the domain, in words; nothing for one that is in it.

        compositions: element -> amount. embeddings: (C, D). figures: by name as in `ranges`, (C,); NaN, and
        a name without a range, is no reason.
        """
        scaled = (embeddings - self.centre) / self.scale
        distances = _mean_distances(KDTree(self.embeddings), scaled, own=False)
        found: list[tuple[str, ...]] = []
        for k, composition in enumerate(compositions):
            unseen = sorted(composition.keys() - self.elements)
            texts = [f"no training structure has {', '.join(unseen)}"] if unseen else []
            if distances[k] > self.radius:
                texts.append(
                    "its embedding is further from those of the training structures than is usual "
                    f"({distances[k]:.3g}, usual up to {self.radius:.3g})"
                )
            for name, values in figures.items():
                lower, upper = self.ranges.get(name, (-np.inf, np.inf))
                if values[k] < lower or values[k] > upper:
                    texts.append(f"{name} of {values[k]:.3g}, where {lower:.3g} to {upper:.3g} is usual")
            found.append(tuple(texts))
        return found


def fit_domain(
    compositions: Sequence[Mapping[str, float]],
    embeddings: NDArray[np.float64],
    figures: Mapping[str, NDArray[np.float64]],
) -> Domain:
    """Describe what training structures cover; arguments as in `Domain.reasons`.

    The radius is the 95 % quantile over the training structures of the mean distance to the nearest five
    others, in units of the standard deviation of each component (the k-nearest-neighbour domain of Sheridan
    et al. 2004, doi 10.1021/ci049782w). Ranges reach from the lowest to the highest value, and a tenth of
    that beyond each.
    """
    centre, scale = embeddings.mean(axis=0), embeddings.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    scaled = (embeddings - centre) / scale
    distances = _mean_distances(KDTree(scaled), scaled, own=True)
    return Domain(
        elements=frozenset(symbol for composition in compositions for symbol in composition),
        embeddings=scaled,
        centre=centre,
        scale=scale,
        radius=float(np.quantile(distances, QUANTILE)),
        ranges={name: _range(values) for name, values in figures.items() if np.isfinite(values).any()},
    )


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    lower, upper = float(np.nanmin(values)), float(np.nanmax(values))
    beyond = MARGIN * (upper - lower)
    return lower - beyond, upper + beyond


def _mean_distances(tree: KDTree, points: NDArray[np.float64], *, own: bool) -> NDArray[np.float64]:
    """Mean distance of each point to its nearest neighbours; `own`: the points are those of the tree."""
    count = min(NEIGHBOURS, tree.n - own)
    if count < 1:
        return np.zeros(len(points))
    distances, _ = tree.query(points, k=[*range(1 + own, count + own + 1)])
    return np.asarray(distances.mean(axis=1))
