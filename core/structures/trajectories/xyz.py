"""Frames of extended XYZ files; ASE reads each."""

import io
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, cast

from core.errors import StructureError
from core.structures.trajectories.particles import Particles
from core.structures.trajectories.text import MOST_PARTICLES, NO_ELEMENT, particles_of_atoms, read_lines

if TYPE_CHECKING:
    from ase import Atoms

_LONGEST_COUNT = 32  # bytes
_MANY_COLUMNS = re.compile(r":\s*\d{4,}")  # in the list of properties; ASE would count to any number
_NAMES_FIRST = re.compile(r'Properties\s*=\s*"?species:S:1:|^(?!.*Properties\s*=)', re.IGNORECASE)
_HINT = "A frame is a number of particles, a line about it, and one line for each particle."


class XyzFrames:
    """The frames of an extended XYZ file: a number of particles, a line about the frame, the particles."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places = _places(path)

    def __len__(self) -> int:
        return len(self._places)

    def frame(self, index: int) -> Particles:
        """Read a frame, from 0; raises StructureError, which names file and frame, where it is damaged."""
        name = f"{self.path.name}, frame {index + 1}"
        lines = read_lines(self.path, name, *self._places[index])
        if not lines[0].strip().isdigit() or len(lines) < 2 + int(lines[0]):
            raise StructureError(f"{name}: it breaks off, or begins with no number of particles.", _HINT)
        lines = lines[: 2 + int(lines[0])]
        species = None
        if _NAMES_FIRST.search(lines[1]):
            parts = [line.split(maxsplit=1) for line in lines[2:]]
            species = [part[0] if part else "" for part in parts]
            lines[2:] = [" ".join([NO_ELEMENT, *part[1:]]) for part in parts]
        return particles_of_atoms(_atoms(lines, name), name, species)


def _places(path: Path) -> list[tuple[int, int]]:
    """Find where each frame begins and ends; what is no frame ends the list, and is found out on reading."""
    places: list[tuple[int, int]] = []
    with path.open("rb") as stream:
        while True:
            start = stream.tell()
            line = stream.readline(_LONGEST_COUNT)
            if line and not line.strip():
                continue
            is_count = line.strip().isdigit() and int(line) <= MOST_PARTICLES
            for _ in range(int(line) + 1 if is_count else 0):
                stream.readline()
            if not line:
                return places
            end = stream.tell() if is_count else path.stat().st_size
            places.append((start, end))
            stream.seek(end)


def _atoms(lines: list[str], name: str) -> "Atoms":
    from ase import Atoms  # imported late: not everyone has such files
    from ase import io as ase_io

    try:
        if _MANY_COLUMNS.search(lines[1]):
            raise ValueError("too many columns")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return cast(Atoms, ase_io.read(io.StringIO("\n".join(lines) + "\n"), 0, "extxyz"))
    except Exception as error:  # on damaged files ASE raises errors of any kind
        raise StructureError(f"{name}: it is not a readable frame of extended XYZ.", _HINT) from error
