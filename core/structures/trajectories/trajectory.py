"""Trajectories of simulations: frames of particles, read one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from core.errors import StructureError
from core.structures.trajectories.gsd import GSD_MAGIC, GsdFrames
from core.structures.trajectories.lammps import LammpsFrames
from core.structures.trajectories.particles import Particles
from core.structures.trajectories.xyz import XyzFrames

_PEEK = 4096  # bytes that tell the format
# Edges that differ by less than this part of the longest are equal but for rounding.
_SAME_BOX = 1e-5


class FrameReader(Protocol):
    """The frames of one file; each is read when it is asked for, and only then."""

    def __len__(self) -> int: ...

    def frame(self, index: int) -> Particles:
        """Read a frame, from 0; raises StructureError, which names file and frame, where it is damaged."""


@dataclass(frozen=True)
class Trajectory:
    """The frames of a file in the order of time; only the first one stays in memory, and no file open."""

    path: Path
    reader: FrameReader = field(repr=False)

    def __len__(self) -> int:
        return len(self.reader)

    def __iter__(self) -> Iterator[Particles]:
        return map(self.frame, range(len(self)))

    def frame(self, index: int) -> Particles:
        """Read a frame, from 0; what differs from the first one, if that can be read, is said in its remarks.

        Raises StructureError, which names file and frame, where there is no such frame, it is damaged, or its
        box repeats in other directions than that of the first one.
        """
        if not 0 <= index < len(self):
            raise StructureError(
                f"{self.path.name} has no frame {index + 1}.", f"Its frames are numbered 1 to {len(self)}."
            )
        if index == 0 and self._first is not None:
            return self._first
        frame = self.reader.frame(index)
        if self._first is None:
            return frame
        _refuse_other_boundaries(self._first, frame)
        return replace(frame, remarks=(*frame.remarks, *_differences(self._first, frame)))

    @cached_property
    def _first(self) -> Particles | None:
        """The first frame; None where it is damaged, which says nothing of the others."""
        try:
            return self.reader.frame(0)
        except StructureError:
            return None


def read_trajectory(path: Path) -> Trajectory:
    """Open a trajectory: GSD of HOOMD-blue, extended XYZ, or a LAMMPS text dump, told by its content.

    Raises StructureError where the file cannot be read, is of another format, or has no frames.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_PEEK)
        reader = _reader(path, head)
    except OSError as error:
        raise StructureError(f"{path.name} cannot be read: {error.strerror}.", "Check the path.") from error
    if not len(reader):
        raise StructureError(f"{path.name} has no frames.", "The simulation may not have written any.")
    return Trajectory(path, reader)


def _reader(path: Path, head: bytes) -> FrameReader:
    lines = head.split(b"\n")
    if head.startswith(GSD_MAGIC):
        return GsdFrames(path)
    if head.startswith(b"ITEM:"):
        return LammpsFrames(path)
    if lines[0].strip().isdigit():
        return XyzFrames(path)
    raise StructureError(
        f"{path.name} is {'no trajectory that can be read' if head.strip() else 'empty'}.",
        "GSD files of HOOMD-blue, extended XYZ and LAMMPS text dumps are read, unpacked.",
    )


def _refuse_other_boundaries(first: Particles, frame: Particles) -> None:
    """Raise StructureError where a box that was periodic is open, or the other way round.

    Hardly a simulation does so, but frames that lack their box look like that, and what stands at a face
    would have other neighbours.
    """
    if (frame.periodic != first.periodic).any():
        raise StructureError(
            f"{frame.name}: other directions are periodic than in the first frame.",
            "Write the box and its boundaries with every frame, or leave this frame out.",
        )


def _differences(first: Particles, frame: Particles) -> Iterator[str]:
    """Say how a frame differs from the first one in what is usually the same."""
    if len(frame) != len(first):
        yield f"{frame.name}: there are {len(frame)} particles in place of {len(first)}."
    edges, tolerance = first.periodic, _SAME_BOX * np.abs(first.box).max()
    if not np.allclose(first.box[edges], frame.box[edges], rtol=0, atol=tolerance):
        yield f"{frame.name}: the box is not that of the first frame."
