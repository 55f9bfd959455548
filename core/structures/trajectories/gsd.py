"""Frames of GSD files in the schema of HOOMD-blue."""

import logging
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.errors import StructureError
from core.structures.trajectories.particles import Particles
from core.structures.trajectories.text import MOST_PARTICLES

GSD_MAGIC: Final = bytes.fromhex("df65df65df65df65")
_SCHEMA = "hoomd"

logging.getLogger("gsd").setLevel(logging.WARNING)  # it tells of each file that is opened, and closed


class GsdFrames:
    """The frames of a GSD file; raises StructureError for a schema that says nothing of particles."""

    def __init__(self, path: Path) -> None:
        import gsd.fl  # imported late: not everyone has such files

        self.path = path
        try:
            with gsd.fl.open(str(path), "r") as file:
                schema, self._count = file.schema, int(file.nframes)
        except OSError:
            raise
        except Exception as error:  # such as names that are no text
            raise StructureError(
                f"{path.name} is a damaged GSD file.", "Copy or download it again."
            ) from error
        if schema != _SCHEMA:
            raise StructureError(
                f"{path.name} is a GSD file of the schema '{schema}', which says nothing of particles.",
                f"Only files of the schema '{_SCHEMA}' (HOOMD-blue) can be read.",
            )

    def __len__(self) -> int:
        return self._count

    def frame(self, index: int) -> Particles:
        """Read a frame, from 0; raises StructureError, which names file and frame, where it is damaged."""
        import gsd.hoomd

        name = f"{self.path.name}, frame {index + 1}"
        try:
            with gsd.hoomd.open(str(self.path), "r") as file:
                self._refuse_too_many(file.file, index, name)
                content = file[index]
            return _particles(content, name)
        except StructureError:
            raise
        except Exception as error:  # what a damaged file raises depends on where it is damaged
            raise StructureError(f"{name}: it cannot be read.", "Leave this frame out.") from error

    def _refuse_too_many(self, file: Any, index: int, name: str) -> None:
        """Raise StructureError before memory is asked for that no frame needs."""
        own = index if file.chunk_exists(frame=index, name="particles/N") else 0
        if file.chunk_exists(frame=own, name="particles/N"):
            number = int(file.read_chunk(frame=own, name="particles/N")[0])
            if number > MOST_PARTICLES:
                raise StructureError(
                    f"{name}: {number:,} particles are more than can be read, {MOST_PARTICLES:,}.",
                    "The file may be damaged.",
                )


def _particles(frame: Any, name: str) -> Particles:
    """Turn a frame of HOOMD-blue into particles.

    Its box is Lx, Ly, Lz and the tilts xy, xz, yz: the edges are (Lx, 0, 0), (xy Ly, Ly, 0) and
    (xz Lz, yz Lz, Lz). It is periodic wherever it has a length; in two dimensions not along z.
    """
    particles, labels = frame.particles, frame.log or {}
    lx, ly, lz, xy, xz, yz = np.asarray(frame.configuration.box, dtype=np.float64)
    return Particles(
        name=name,
        positions=np.array(particles.position, dtype=np.float64),
        box=np.array([[lx, 0, 0], [xy * ly, ly, 0], [xz * lz, yz * lz, lz]]),
        periodic=np.array([lx != 0, ly != 0, lz != 0 and frame.configuration.dimensions != 2]),
        species=np.array(particles.typeid, dtype=np.int64),
        species_names=tuple(particles.types),
        labels={
            label.removeprefix("particles/"): np.array(values)
            for label, values in labels.items()
            if label.startswith("particles/") and np.shape(values) == (len(particles.position),)
        },
        step=int(frame.configuration.step),
    )
