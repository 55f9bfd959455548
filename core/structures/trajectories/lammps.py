"""Frames of LAMMPS text dumps; ASE reads each, boxes and scaled coordinates included."""

import io
import mmap
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from core.errors import StructureError
from core.structures.trajectories.particles import Particles
from core.structures.trajectories.text import NO_ELEMENT, particles_of_atoms, read_lines

if TYPE_CHECKING:
    from ase import Atoms

_FRAME = re.compile(rb"^ITEM: TIMESTEP", re.MULTILINE)
_HINT = "Dump id, type and x y z, or xs ys zs, with their names after 'ITEM: ATOMS'."


class LammpsFrames:
    """The frames of a LAMMPS dump, each from one ITEM: TIMESTEP to the next."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            self._starts = [match.start() for match in _FRAME.finditer(content)]
            self._starts.append(len(content))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def frame(self, index: int) -> Particles:
        """Read a frame, from 0; particles are put into the order of their ids.

        What the file calls elements, or else the numbers of types, become the species. Raises StructureError,
        which names file and frame, where it is damaged.
        """
        name = f"{self.path.name}, frame {index + 1}"
        lines = read_lines(self.path, name, self._starts[index], self._starts[index + 1])
        try:
            header, columns, rows = _table(lines)
        except (ValueError, IndexError) as error:
            raise StructureError(f"{name}: it breaks off, or names no columns.", _HINT) from error
        species = None
        for column in ("type", "element"):
            if column in columns:
                species = [row[columns.index(column)] for row in rows]
        if "element" in columns:
            place = columns.index("element")
            rows = [[*row[:place], NO_ELEMENT, *row[place + 1 :]] for row in rows]
        particles = particles_of_atoms(_atoms([*header, *map(" ".join, rows)], name), name, species)
        return replace(particles, step=_step(header))


def _table(lines: list[str]) -> tuple[list[str], list[str], list[list[str]]]:
    """Divide a frame into its header, the names of its columns, and the rows of its particles by id.

    Raises ValueError or IndexError where one of them is missing or incomplete.
    """
    number = int(lines[1 + lines.index("ITEM: NUMBER OF ATOMS")])
    first = 1 + [line.startswith("ITEM: ATOMS") for line in lines].index(True)
    columns = lines[first - 1].split()[2:]
    rows = [line.split() for line in lines[first : first + number]]
    if len(rows) < number or any(len(row) != len(columns) for row in rows):
        raise ValueError("rows are missing or incomplete")
    if "id" in columns:
        place = columns.index("id")
        rows.sort(key=lambda row: int(row[place]))
    return lines[:first], columns, rows


def _step(header: list[str]) -> int | None:
    """The step that stands behind ITEM: TIMESTEP, None where it is no number."""
    words = header[1].strip() if len(header) > 1 else ""
    return int(words) if words.isdecimal() else None


def _atoms(lines: list[str], name: str) -> "Atoms":
    from ase import Atoms  # imported late: not everyone has such files
    from ase.io.lammpsrun import read_lammps_dump_text

    try:
        return cast(Atoms, read_lammps_dump_text(io.StringIO("\n".join(lines) + "\n"), index=0, order=False))
    except Exception as error:  # on damaged files ASE raises errors of any kind
        raise StructureError(f"{name}: it is not a readable frame of a LAMMPS dump.", _HINT) from error
