"""What text formats of trajectories share: pieces of a file, and particles from what ASE read of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from core.errors import StructureError
from core.structures.reading.decoding import decode
from core.structures.trajectories.particles import Particles

if TYPE_CHECKING:
    from ase import Atoms

MOST_PARTICLES: Final = 5_000_000  # in one frame
_LARGEST_FRAME = 2**30  # bytes

# ASE knows elements only. Particles of models are called A, B, 1 or 2: it is given this in their place.
NO_ELEMENT: Final = "X"


def read_lines(path: Path, name: str, start: int, end: int) -> list[str]:
    """Read the lines between two places of a file; raises StructureError where it is too much for a frame."""
    if end - start > _LARGEST_FRAME:
        raise StructureError(f"{name}: it is too long for a frame.", "The file may be damaged.")
    with path.open("rb") as stream:
        stream.seek(start)
        return decode(stream.read(end - start)).removesuffix("\n").split("\n")


def particles_of_atoms(atoms: "Atoms", name: str, species: Sequence[str] | None) -> Particles:
    """Turn what ASE read into particles.

    species: for each particle what the file calls it; None: the elements that ASE read.
    """
    called = [str(symbol) for symbol in atoms.symbols] if species is None else list(species)
    names, indices = np.unique(called, return_inverse=True)
    known = {"numbers", "positions", "type"}
    return Particles(
        name=name,
        positions=np.array(atoms.positions, dtype=np.float64),
        box=np.array(atoms.cell, dtype=np.float64),
        periodic=np.array(atoms.pbc, dtype=bool),
        species=indices.astype(np.int64),
        species_names=tuple(map(str, names)),
        labels={
            label: values for label, values in atoms.arrays.items() if values.ndim == 1 and label not in known
        },
    )
