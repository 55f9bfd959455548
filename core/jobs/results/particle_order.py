"""order.npz of a run: how the particles of a trajectory are ordered, frame by frame; read without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.jobs.results.arrays import damaged, read_arrays
from core.jobs.results.phase_separation import (
    ABSENT_SEPARATION,
    PhaseSeparation,
    separation_arrays,
    separation_of,
)

# The columns of `ParticleOrder.values` that are places on the map of embeddings.
COMPONENTS: Final = ("component 1", "component 2")


@dataclass(frozen=True, eq=False)
class FrameComparison:
    """What frames look like to a network that has learned others; both are numbered from 0.

    learned: (K,). shown: (T,). image: (T, K), mean probability over the particles of a shown frame to be of
    a learned one: blocks are phases.
    """

    learned: NDArray[np.int64]
    shown: NDArray[np.int64]
    image: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ParticleOrder:
    """What is known of P particles in T frames; those of frame k are offsets[k]:offsets[k + 1].

    frames: (T,), counted from 0. offsets: (T + 1,). names: of the M numbers; values: (P, M).
    groups: kind -> names of its groups, such as phase -> gas, liquid, solid; members: (P, kinds), index into
    those names. upper, lower: (T, n, n), where bonds point on Lambert's discs, 1 being random.
    comparison: None where frames were not compared. separation: None where no frames of phases were named.
    """

    frames: NDArray[np.int64]
    offsets: NDArray[np.int64]
    names: tuple[str, ...]
    values: NDArray[np.float32]
    groups: Mapping[str, tuple[str, ...]]
    members: NDArray[np.int64]
    upper: NDArray[np.float32]
    lower: NDArray[np.float32]
    comparison: FrameComparison | None = None
    separation: PhaseSeparation | None = None

    def row_of(self, frame: int) -> int | None:
        """Where a frame stands among those that were looked at, None where it is not among them."""
        row = int(np.searchsorted(self.frames, frame))
        return row if row < len(self.frames) and self.frames[row] == frame else None

    def particles(self, row: int) -> slice:
        """The particles of a frame, by where it stands."""
        return slice(*self.offsets[row : row + 2].tolist())

    def column(self, name: str) -> NDArray[np.float32]:
        """One number of all particles, (P,)."""
        return self.values[:, self.names.index(name)]

    def group(self, kind: str) -> NDArray[np.int64]:
        """Which group of a kind each particle is in, (P,)."""
        return self.members[:, list(self.groups).index(kind)]

    def shares(self, kind: str) -> NDArray[np.float64]:
        """Share of the particles of each frame in each group of a kind, (T, groups)."""
        members, count = self.group(kind), len(self.groups[kind])
        frame = np.repeat(np.arange(len(self.frames)), np.diff(self.offsets))
        totals = np.zeros((len(self.frames), count))
        np.add.at(totals, (frame, members), 1.0)
        shares: NDArray[np.float64] = totals / totals.sum(axis=1, keepdims=True)
        return shares


_ARRAYS = ("frames", "offsets", "names", "values", "kinds", "members", "upper", "lower")


def order_arrays(order: ParticleOrder) -> dict[str, NDArray[Any]]:
    """The arrays of order.npz."""
    arrays: dict[str, NDArray[Any]] = {
        "kinds": np.array([f"{kind}: {name}" for kind, names in order.groups.items() for name in names]),
        **{name: np.asarray(getattr(order, name)) for name in _ARRAYS if name != "kinds"},
    }
    if order.comparison is not None:
        compared = order.comparison
        arrays |= {"learned": compared.learned, "shown": compared.shown, "image": compared.image}
    return arrays | separation_arrays(order.separation)


def read_order(path: Path) -> ParticleOrder:
    """Read order.npz; raises RunError where it is missing or damaged."""
    absent = {
        **{"learned": np.zeros(0, np.int64), "shown": np.zeros(0, np.int64), "image": np.zeros((0, 0))},
        **ABSENT_SEPARATION,
    }
    arrays = read_arrays(path, (*_ARRAYS, *absent), absent)
    if arrays is None:
        raise RunError(f"There is no file '{path}'.", "Wait until the run is completed.")
    frames, offsets, names, values, kinds, members, upper, lower, learned, shown, image, *separation = arrays
    try:
        groups: dict[str, tuple[str, ...]] = {}
        for text in kinds.tolist():
            kind, _, name = text.partition(": ")
            groups[kind] = (*groups.get(kind, ()), name)
        order = ParticleOrder(
            frames=frames,
            offsets=offsets,
            names=tuple(map(str, names)),
            values=values,
            groups=groups,
            members=members,
            upper=upper,
            lower=lower,
            comparison=FrameComparison(learned, shown, image) if len(learned) else None,
            separation=separation_of(separation),
        )
        _check(order)
    except (ValueError, TypeError, AttributeError) as error:
        raise damaged(path, error) from error
    return order


def _check(order: ParticleOrder) -> None:
    """Raise ValueError where the arrays do not agree."""
    particles, frames = int(order.offsets[-1]), len(order.frames)
    expected = {
        "offsets": (frames + 1,),
        "values": (particles, len(order.names)),
        "members": (particles, len(order.groups)),
    }
    for name, shape in expected.items():
        if getattr(order, name).shape != shape:
            raise ValueError(f"'{name}' does not fit the rest")
    for kind, names in order.groups.items():
        if not np.isin(order.group(kind), np.arange(len(names))).all():
            raise ValueError(f"a particle is of no known {kind}")
    for part in (order.upper, order.lower):
        if part.ndim != 3 or len(part) != frames:
            raise ValueError("directions of bonds do not fit the rest")
