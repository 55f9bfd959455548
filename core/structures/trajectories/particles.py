"""Particles in a box: the frame of a trajectory, or a crystal repeated many times."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.disorder.approximation import majority_species
from core.structures.structure import Structure

# Lengths that anything measured or simulated has, in whatever unit; beyond them arithmetic breaks down.
_SHORTEST, _LONGEST = 1e-6, 1e12


@dataclass(frozen=True, eq=False)
class Particles:
    """N particles in a box that may be open in some directions.

    Lengths are in angstrom for a crystal, and in the unit of its file for a frame. Raises StructureError,
    which names the frame, where a number is not finite, the box is flat in a periodic direction, or nothing
    is there.
    """

    # what messages call it: a crystal, or a file and its frame
    name: str
    # (N, 3) | anywhere; those outside the box stand for their images in it
    positions: NDArray[np.float64]
    # (3, 3) | rows are the edges a, b, c; that of an open direction is not used
    box: NDArray[np.float64]
    # (3,) | whether the box repeats along a, b and c
    periodic: NDArray[np.bool_]
    # (N,) | index into `species_names`
    species: NDArray[np.int64]
    species_names: tuple[str, ...]
    # what else the file says of each particle, (N,) each
    labels: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    # what was changed in reading, in sentences
    remarks: tuple[str, ...] = ()
    # of the simulation, where the file says
    step: int | None = None

    def __post_init__(self) -> None:
        if not len(self.positions):
            raise StructureError(f"{self.name}: there are no particles.", "Leave this frame out.")
        self._check_shapes()
        is_somewhere = (np.abs(self.positions) < _LONGEST).all(axis=1)  # which NaN is not
        if not is_somewhere.all():
            first = int(np.argmin(is_somewhere)) + 1
            raise StructureError(
                f"{self.name}: the position of particle {first} is not a finite number, or an absurd one.",
                "The simulation may have blown up there: leave out this frame and those after it.",
            )
        edges = self.box[self.periodic]
        lengths = np.abs(edges).max(axis=1)
        is_sound = ((lengths > _SHORTEST) & (lengths < _LONGEST)).all()
        if not is_sound or np.linalg.matrix_rank(edges) < len(edges):
            raise StructureError(
                f"{self.name}: the box is flat, or not finite.",
                "Check its edges, or declare the flat direction as not periodic.",
            )

    def __len__(self) -> int:
        return len(self.positions)

    def _check_shapes(self) -> None:
        """Raise StructureError where arrays do not agree, or a species has no name."""
        number = len(self.positions)
        per_particle = (self.species, *self.labels.values())
        fits = self.positions.shape == (number, 3) and all(array.shape == (number,) for array in per_particle)
        if not fits or not (0 <= self.species.min() <= self.species.max() < len(self.species_names)):
            raise StructureError(
                f"{self.name}: positions, species and their names do not agree.", "The file may be damaged."
            )


def particles_of(
    structure: Structure, name: str, *, disordered: Literal["refuse", "majority"] = "refuse"
) -> Particles:
    """See the sites of a crystal as particles, in angstrom.

    A crystal with shared or partly vacant sites is refused, or, with `majority`, each site is given to its
    most abundant element, which `remarks` then says. Raises StructureError for a refused crystal.
    """
    remarks: tuple[str, ...] = ()
    if not structure.is_ordered:
        if disordered == "refuse":
            raise StructureError(
                f"{name}: some sites are shared or partly vacant, but a point is either there or not.",
                "Order the crystal first, or take the most abundant element of each site.",
            )
        ordered = majority_species(structure)
        remarks = (
            f"{name}: each disordered site was given to its most abundant element, and "
            f"{structure.num_sites - ordered.num_sites} mostly vacant ones were dropped.",
        )
        structure = ordered
    symbols = [next(iter(site)) for site in structure.species]
    names, species = np.unique(symbols, return_inverse=True)
    return Particles(
        name=name,
        positions=structure.frac_coords @ structure.lattice,
        box=structure.lattice,
        periodic=np.ones(3, dtype=bool),
        species=species.astype(np.int64),
        species_names=tuple(map(str, names)),
        remarks=remarks,
    )


def repeated(crystal: Particles, fewest: int) -> Particles:
    """Repeat the box along its shortest edge until it holds at least `fewest` particles; see `repeat`."""
    lengths = np.where(crystal.periodic, np.linalg.norm(crystal.box, axis=1), np.inf)
    times = np.ones(3, dtype=np.int64)
    while times.prod() * len(crystal) < fewest and crystal.periodic.any():
        times[np.argmin(times * lengths)] += 1
    return repeat(crystal, times)


def repeat(crystal: Particles, times: NDArray[np.int64]) -> Particles:
    """Repeat the box so often along a, b and c, (3,).

    Copies follow each other in the order of the first one, so that particle k is a copy of k modulo N. What
    is open stays so, and is repeated once.
    """
    times = np.where(crystal.periodic, times, 1)
    shifts = np.stack(np.meshgrid(*map(np.arange, times), indexing="ij"), axis=-1).reshape(-1, 3)
    positions = (shifts @ crystal.box)[:, None] + crystal.positions
    return replace(
        crystal,
        positions=positions.reshape(-1, 3),
        box=crystal.box * times[:, None],
        species=np.tile(crystal.species, len(shifts)),
        labels={label: np.tile(values, len(shifts)) for label, values in crystal.labels.items()},
    )
