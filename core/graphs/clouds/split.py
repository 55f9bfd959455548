"""Dividing clouds into those to learn from and those to test on, at three degrees of honesty."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewStructures, UnknownChoice
from core.graphs.clouds.clouds import Clouds

SplitBy = Literal["particle", "replica", "structure"]

_ADVICE = {
    "particle": "Add particles.",
    "replica": "Raise 'Replicas of the noise', or split by particle.",
    "structure": "Add structures, or split by replica.",
}


class CloudSplit(NamedTuple):
    """Indices of clouds on each side, in increasing order; together they are all."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


def split_clouds(clouds: Clouds, by: SplitBy, validation_fraction: float, seed: int) -> CloudSplit:
    """Hold out whole particles, whole replicas of the noise, or whole structures, drawn at random.

    particle: as published (arXiv 2411.14680). A particle that is held out has neighbours that are not, so
    that parts of its cloud were learned; all its noise is held out with it. replica: the same structures,
    disturbed anew, all noise levels alike. structure: none of what is tested was ever seen. What lies
    between the three is leakage. Raises TooFewStructures where a side would be empty.
    """
    groups = _groups(clouds, by)
    names = np.unique(groups)
    if len(names) < 2:
        raise TooFewStructures(f"Clouds cannot be split by {by} where there is only one.", _ADVICE[by])
    wanted = min(max(1, round(validation_fraction * len(names))), len(names) - 1)
    drawn = np.random.default_rng(seed).permutation(names)[:wanted]
    is_held_out = np.isin(groups, drawn)
    return CloudSplit(np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out))


def leave_out(clouds: Clouds, structure_name: str) -> CloudSplit:
    """Hold out one structure.

    Raises UnknownChoice where no cloud is of it, and TooFewStructures where all are.
    """
    names = np.array(clouds.structure_names)[clouds.structure]
    is_held_out = names == structure_name
    if not is_held_out.any():
        raise UnknownChoice("structure", structure_name, np.unique(names).tolist())
    if is_held_out.all():
        raise TooFewStructures(
            f"Without '{structure_name}' nothing is left to learn from.", "Add structures."
        )
    return CloudSplit(np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out))


def _groups(clouds: Clouds, by: SplitBy) -> NDArray[np.int64]:
    """Number what must stay together, (C,)."""
    if by == "replica":
        return clouds.replica
    if by == "structure":
        return clouds.structure
    numbers: NDArray[np.int64] = clouds.structure * (1 + clouds.particle.max(initial=0)) + clouds.particle
    return numbers
