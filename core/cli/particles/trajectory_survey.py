"""What is found in the frames of a simulation, one after the other: lines for a table, means for a person."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.cli.console import Advance
from core.errors import CoreError

if TYPE_CHECKING:
    from core.inspection.particles.nearest_prototypes import Prototypes
    from core.objectives.clouds.cloud_task import CloudTask
    from core.structures.trajectories.particles import Particles
    from core.structures.trajectories.trajectory import Trajectory
    from core.training.clouds.model_file import CloudCard


@dataclass(frozen=True)
class Comparison:
    """A network, and the structure types that particles are compared with."""

    card: "CloudCard"
    network: "CloudTask"
    prototypes: "Prototypes"

    def columns_of(self, frame: "Particles") -> tuple[list[list[Any]], str]:
        """Give the name and the distance of the nearest for each particle, and the most frequent in words."""
        from core.inspection.particles.nearest_prototypes import embed_at_contact, nearest_prototypes

        embeddings = embed_at_contact(frame, self.card, self.network)
        nearest, distance = nearest_prototypes(embeddings, self.prototypes)
        counts = np.bincount(nearest, minlength=len(self.prototypes.names))
        most = int(counts.argmax())
        is_usual = np.median(distance) <= self.prototypes.usual_distance
        words = f"{self.prototypes.names[most]} {counts[most] / len(nearest):.0%}"
        names = [self.prototypes.names[k] for k in nearest]
        cells = [list(cell) for cell in zip(names, distance.tolist(), strict=True)]
        return cells, f"{words}, {np.median(distance):.2f}{'' if is_usual else ' (far)'}"


@dataclass
class Survey:
    """What was found in the frames so far; numbers of frames count from 1."""

    degrees: list[int]
    neighbours: int
    comparison: Comparison | None = None
    frames: list[int] = field(default_factory=list)
    summary: list[list[str]] = field(default_factory=list)
    halves: list[NDArray[np.float64]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    @property
    def orders(self) -> list[str]:
        return [f"{kind}q{degree}" for kind in ("", "averaged_") for degree in self.degrees]

    @property
    def columns(self) -> list[str]:
        return self.orders if self.comparison is None else [*self.orders, "nearest", "distance"]

    @property
    def summary_columns(self) -> list[str]:
        return self.orders if self.comparison is None else [*self.orders, "nearest"]

    def lines(self, trajectory: "Trajectory", every: int, advance: Advance) -> Iterator[list[Any]]:
        """Go through the frames and make a line of each particle; raises the first error if none is left."""
        first_error: CoreError | None = None
        numbers = range(1, len(trajectory) + 1, every)
        for done, number in enumerate(numbers, start=1):
            try:
                yield from self._add(number, trajectory.frame(number - 1))
            except CoreError as error:
                first_error = first_error or error
                self.rejected.append({"frame": number, "reason": error.message, "hint": error.hint})
            advance(done, len(numbers))
        if first_error is not None and not self.frames:
            raise first_error

    def _add(self, number: int, frame: "Particles") -> list[list[Any]]:
        """Describe one frame, and give its lines."""
        from core.graphs.clouds.neighbours import neighbours_in_frame
        from core.inspection.particles.bond_orientation import bond_orientations
        from core.inspection.particles.order_parameters import steinhardt

        vectors = neighbours_in_frame(frame, self.neighbours).vectors
        _, values = steinhardt(frame, self.degrees, self.neighbours)
        self.halves.append(np.stack(bond_orientations(vectors.reshape(-1, 3))))
        self.frames.append(number)
        self.remarks += frame.remarks
        described = [f"{mean:.3f}" for mean in values.mean(axis=0)]
        rows: list[list[Any]] = values.astype(float).tolist()
        if self.comparison is not None:
            cells, words = self.comparison.columns_of(frame)
            rows = [row + cell for row, cell in zip(rows, cells, strict=True)]
            described.append(words)
        self.summary.append([str(number), str(len(frame)), *described])
        names = [frame.species_names[k] for k in frame.species]
        return [
            [number, k, name, *row] for k, (name, row) in enumerate(zip(names, rows, strict=True), start=1)
        ]
