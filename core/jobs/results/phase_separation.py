"""What tells the phases of a trajectory apart better: embeddings of a network, or order parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PhaseSeparation:
    """How many particles one linear probe for each of D descriptions puts into the right of K phases.

    phases: names; phase_frames: frames of each as they were asked for, such as gas=1-20, liquid=34-57.
    descriptions: such as embedding; widths: (D,), numbers that each has for a particle. recognised: (D, 3),
    mean over phases of the share that is recognised, 1 / K by chance, and both ends of its 95 % interval.
    """

    phases: tuple[str, ...]
    phase_frames: str
    descriptions: tuple[str, ...]
    widths: NDArray[np.int64]
    recognised: NDArray[np.float64]

    @property
    def verdict(self) -> str:
        """Which description is ahead, and which others may be as good, in a sentence or two."""
        share, lower, upper = self.recognised.T
        is_first = share == share.max()
        if is_first.all():
            return "All of them tell the phases apart equally well."
        near = ~is_first & (upper >= lower[is_first].min())
        sentence = f"Told apart best by: {self._named(is_first)}."
        if near.any():
            sentence += f" Its interval overlaps with that of {self._named(near)}: that may be chance."
        return sentence

    def _named(self, chosen: NDArray[np.bool_]) -> str:
        return " and ".join(np.array(self.descriptions)[chosen].tolist())


_PREFIX: Final = "separation_"  # the names of its arrays
_FIELDS: Final = tuple(field.name for field in fields(PhaseSeparation))
# The arrays of a run that was not asked for a separation, by name.
ABSENT_SEPARATION: Final[Mapping[str, NDArray[Any]]] = {
    f"{_PREFIX}{name}": np.zeros((0, 3) if name == "recognised" else 0) for name in _FIELDS
}


def separation_arrays(separation: PhaseSeparation | None) -> dict[str, NDArray[Any]]:
    """The arrays that keep it; none of them where there is none."""
    if separation is None:
        return {}
    return {f"{_PREFIX}{name}": np.asarray(getattr(separation, name)) for name in _FIELDS}


def separation_of(arrays: list[NDArray[Any]]) -> PhaseSeparation | None:
    """Make it of its arrays, ordered as in `ABSENT_SEPARATION`; raises ValueError where they do not fit."""
    phases, phase_frames, descriptions, widths, recognised = arrays
    if not len(descriptions):
        return None
    if recognised.shape != (len(descriptions), 3) or widths.shape != (len(descriptions),):
        raise ValueError("what tells phases apart does not fit the rest")
    return PhaseSeparation(
        phases=tuple(map(str, phases)),
        phase_frames=str(phase_frames),
        descriptions=tuple(map(str, descriptions)),
        widths=widths,
        recognised=recognised,
    )
