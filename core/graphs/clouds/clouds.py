"""Neighbourhoods of particles as clouds of points: what networks learn from that see geometry alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError


@dataclass(frozen=True, eq=False)
class Clouds:
    """C clouds of up to K neighbours each; numpy only, and never changed after they were made.

    Clouds with fewer than K neighbours are filled up behind them: False in `mask`, zeros in `vectors` and
    `species`. Raises StructureError where the shapes disagree.
    """

    # (C, K, 3) | neighbour minus centre, in units of `scale`, nearest first
    vectors: NDArray[np.float32]
    # (C, K) | index into `species_names`
    species: NDArray[np.int64]
    # (C,) | index into `species_names`
    centre_species: NDArray[np.int64]
    # (C, K) | whether there is such a neighbour
    mask: NDArray[np.bool_]
    # (C,) | index into `structure_names`
    structure: NDArray[np.int64]
    # (C,) | which drawing of the noise; drawings of all levels are numbered from 0
    replica: NDArray[np.int64]
    # (C,) | particle of the structure, or of the frame, that is the centre
    particle: NDArray[np.int64]
    # (C,) | standard deviation of the noise in units of `scale`; 0 without noise
    noise: NDArray[np.float32]
    # (C,) | shortest distance of the undisturbed structure: angstrom, or the unit of a trajectory
    scale: NDArray[np.float64]
    species_names: tuple[str, ...]
    structure_names: tuple[str, ...]

    def __post_init__(self) -> None:
        clouds, points = self.mask.shape
        expected = {"vectors": (clouds, points, 3), "species": (clouds, points), "mask": (clouds, points)}
        for name, array in self.arrays().items():
            if array.shape != expected.get(name, (clouds,)):
                raise StructureError(
                    f"{clouds} clouds of {points} neighbours cannot have '{name}' of shape {array.shape}."
                )

    def __len__(self) -> int:
        return len(self.mask)

    @property
    def num_points(self) -> int:
        """K, the places for neighbours in each cloud."""
        return int(self.mask.shape[1])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is known of each cloud, by name; all begin with the dimension C."""
        by_name = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in by_name.items() if not isinstance(value, tuple)}

    def select(self, indices: NDArray[np.int64] | NDArray[np.bool_]) -> "Clouds":
        """Take the clouds at `indices`, in their order; the names stay as they are."""
        chosen = {name: array[indices] for name, array in self.arrays().items()}
        return Clouds(**chosen, species_names=self.species_names, structure_names=self.structure_names)


def concatenate(parts: Sequence[Clouds]) -> Clouds:
    """Put clouds one after another; equal names of species and of structures become one.

    Clouds with fewer places for neighbours are filled up. Raises StructureError where there are no parts.
    """
    if not parts:
        raise StructureError("There are no clouds to put together.", "Choose at least one structure.")
    points = max(part.num_points for part in parts)
    species_names = _joined([part.species_names for part in parts])
    structure_names = _joined([part.structure_names for part in parts])
    renamed = [_renamed(_padded(part, points), part, species_names, structure_names) for part in parts]
    joined = {name: np.concatenate([arrays[name] for arrays in renamed]) for name in renamed[0]}
    return Clouds(**joined, species_names=tuple(species_names), structure_names=tuple(structure_names))


def _joined(names: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """Number all names in the order in which they first come."""
    found: dict[str, int] = {}
    for part in names:
        for name in part:
            found.setdefault(name, len(found))
    return found


def _padded(part: Clouds, points: int) -> dict[str, NDArray[Any]]:
    """Arrays of a part with `points` places for neighbours."""
    missing = points - part.num_points
    arrays = part.arrays()
    for name in ("vectors", "species", "mask"):
        widths = [(0, 0), (0, missing), (0, 0)][: arrays[name].ndim]
        arrays[name] = np.pad(arrays[name], widths)
    return arrays


def _renamed(
    arrays: dict[str, NDArray[Any]],
    part: Clouds,
    species_names: Mapping[str, int],
    structure_names: Mapping[str, int],
) -> dict[str, NDArray[Any]]:
    """Turn indices into the names of a part into indices into the joined names."""
    species = np.array([species_names[name] for name in part.species_names], dtype=np.int64)
    structure = np.array([structure_names[name] for name in part.structure_names], dtype=np.int64)
    return {
        **arrays,
        "species": np.where(arrays["mask"], species[arrays["species"]], 0),
        "centre_species": species[arrays["centre_species"]],
        "structure": structure[arrays["structure"]],
    }
