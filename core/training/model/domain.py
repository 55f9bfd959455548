"""What the training structures of a model cover: beyond it, a prediction is a guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

NEIGHBOURS: Final = 5  # nearest training structures whose mean distance counts
QUANTILE: Final = 0.95  # of the training structures lie within the radius by construction
MARGIN: Final = 0.1  # of a range that is still usual beyond its ends
MOST_KEPT: Final = 512  # embeddings that a model file holds

PREFIX = "domain/"  # of the tensors in a model file

_RANGES = f"{PREFIX}ranges/"
_ROWS_AT_ONCE = 4096  # so that distances to the kept embeddings take some megabytes at most


@dataclass(frozen=True)
class Domain:
    """What the training structures of a model cover.

    elements: those that occur. embeddings: (n, D), of at most 512 training structures, scaled; centre,
    scale: (D,), by which others are scaled. radius: mean distance to the nearest five up to which an
    embedding is usual. ranges: by name of a figure, such as density, the lowest and the highest usual value.
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
        distances = _mean_distances(self.embeddings, scaled, own=False)
        found: list[tuple[str, ...]] = []
        for k, composition in enumerate(compositions):
            texts = unseen_elements(composition, self.elements)
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

    def tensors(self) -> dict[str, Tensor]:
        """What is written into a model file; the elements stand on the card."""
        arrays = {"embeddings": self.embeddings, "centre": self.centre, "scale": self.scale}
        tensors = {f"{PREFIX}{n}": torch.tensor(array, dtype=torch.float32) for n, array in arrays.items()}
        tensors[f"{PREFIX}radius"] = torch.tensor(self.radius, dtype=torch.float64)
        limits = {f"{_RANGES}{name}": ends for name, ends in self.ranges.items()}
        return tensors | {name: torch.tensor(ends, dtype=torch.float64) for name, ends in limits.items()}


def unseen_elements(composition: Mapping[str, float], known: frozenset[str]) -> list[str]:
    """The one reason that needs no embedding, if it holds."""
    unseen = sorted(composition.keys() - known)
    return [f"no training structure has {', '.join(unseen)}"] if unseen else []


def fit_domain(
    compositions: Sequence[Mapping[str, float]],
    embeddings: NDArray[np.float64],
    figures: Mapping[str, NDArray[np.float64]],
) -> Domain:
    """Describe what training structures cover; arguments as in `Domain.reasons`.

    The radius is the 95 % quantile over the training structures of the mean distance to the nearest five
    others, in units of the standard deviation of each component (the k-nearest-neighbour domain of Sheridan
    et al. 2004, doi 10.1021/ci049782w). Of more than 512 structures as many are drawn for it. Ranges reach
    from the lowest to the highest value, and a tenth of that beyond each.
    """
    centre, scale = embeddings.mean(axis=0), embeddings.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    drawn = np.sort(np.random.default_rng(0).permutation(len(embeddings))[:MOST_KEPT])
    scaled = (embeddings[drawn] - centre) / scale
    return Domain(
        elements=frozenset(symbol for composition in compositions for symbol in composition),
        embeddings=scaled,
        centre=centre,
        scale=scale,
        radius=float(np.quantile(_mean_distances(scaled, scaled, own=True), QUANTILE)),
        ranges={name: _range(values) for name, values in figures.items() if np.isfinite(values).any()},
    )


def read_domain(tensors: Mapping[str, Tensor], elements: Sequence[str]) -> Domain | None:
    """Find the domain among the tensors of a model file; None where there is none."""
    if f"{PREFIX}radius" not in tensors:
        return None
    arrays = {n: tensor.double().numpy() for n, tensor in tensors.items() if n.startswith(PREFIX)}
    ranges = {n.removeprefix(_RANGES): ends for n, ends in arrays.items() if n.startswith(_RANGES)}
    return Domain(
        elements=frozenset(elements),
        embeddings=arrays[f"{PREFIX}embeddings"],
        centre=arrays[f"{PREFIX}centre"],
        scale=arrays[f"{PREFIX}scale"],
        radius=float(arrays[f"{PREFIX}radius"]),
        ranges={name: (float(ends[0]), float(ends[1])) for name, ends in ranges.items()},
    )


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    lower, upper = float(np.nanmin(values)), float(np.nanmax(values))
    beyond = MARGIN * (upper - lower)
    return lower - beyond, upper + beyond


def _mean_distances(
    kept: NDArray[np.float64], points: NDArray[np.float64], *, own: bool
) -> NDArray[np.float64]:
    """Mean distance of each point to the nearest kept ones; `own`: the points are the kept ones."""
    count = min(NEIGHBOURS, len(kept) - own)
    if count < 1:
        return np.zeros(len(points))
    among = torch.from_numpy(kept)
    parts = [
        torch.cdist(part, among).topk(count + own, largest=False, sorted=True).values[:, int(own) :]
        for part in torch.from_numpy(points).split(_ROWS_AT_ONCE)
    ]
    return np.asarray(torch.cat(parts).mean(dim=1).numpy())
