"""What an analysis of a trajectory leaves behind, made up for tests."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.jobs.results.particle_order import COMPONENTS, FrameComparison, ParticleOrder, order_arrays
from core.jobs.results.phase_separation import PhaseSeparation

RECOGNISED = ((0.95, 0.93, 0.97), (0.7, 0.6, 0.8), (0.9, 0.85, 0.94))  # share, lower, upper


def particle_order(
    sizes: tuple[int, ...] = (3, 2), *, embedded: bool = True, compared: bool = False, probed: bool = False
) -> ParticleOrder:
    """Frames 0, 2, 4 ... with so many particles each; the first frame is gas, the others are solid."""
    random = np.random.default_rng(0)
    count = sum(sizes)
    names = ("q4", "q6", "averaged q4", "averaged q6", "local density", *(COMPONENTS if embedded else ()))
    groups = {"species": ("Ar",), "phase": ("gas", "liquid", "solid")}
    members = [np.zeros(count, dtype=np.int64), np.where(np.arange(count) < sizes[0], 0, 2)]
    if embedded:
        groups["cluster"] = ("1", "2")
        members.append(np.arange(count) % 2)
    halves = random.uniform(size=(2, len(sizes), 9, 9)).astype(np.float32)
    halves[:, :, 0, 0] = np.nan
    shown = np.arange(1, 2 * len(sizes), 2)
    comparison = FrameComparison(shown - 1, shown, np.eye(len(sizes)))
    return ParticleOrder(
        frames=np.arange(0, 2 * len(sizes), 2),
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        names=names,
        values=random.uniform(size=(count, len(names))).astype(np.float32),
        groups=groups,
        members=np.column_stack(members),
        upper=halves[0],
        lower=halves[1],
        comparison=comparison if compared else None,
        separation=phase_separation() if probed else None,
    )


def phase_separation(recognised: Sequence[tuple[float, float, float]] = RECOGNISED) -> PhaseSeparation:
    """How well gas and solid are told apart by three descriptions."""
    return PhaseSeparation(
        phases=("gas", "solid"),
        phase_frames="gas=1-2, solid=5-6",
        descriptions=("embedding", "q2 to q12", "averaged q2 to q12"),
        widths=np.array([32, 6, 6]),
        recognised=np.array(recognised),
    )


def save_order(path: Path, order: ParticleOrder) -> Path:
    """Write what an analysis found, as a worker would."""
    np.savez(path, **order_arrays(order))
    return path
