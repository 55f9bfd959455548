"""Runs on short trajectories, written for tests."""

from collections.abc import Sequence
from pathlib import Path

import gsd.hoomd
import numpy as np

from core.graphs.clouds.build import disturbed
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.structures.trajectories.particles import Particles, repeated
from tests.core.objectives.clouds.prototypes import COPPER, IRON

COMPUTE = {"device": "cpu", "threads": 1}


def write_frames(path: Path, frames: Sequence[Particles], blown_up: Sequence[int] = ()) -> Path:
    """Write particles in rectangular boxes as GSD; in frames that blew up one of them is nowhere."""
    with gsd.hoomd.open(str(path), "w") as file:
        for step, particles in enumerate(frames):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = 100 * step
            frame.configuration.box = [*np.diag(particles.box), 0, 0, 0]
            frame.particles.N = len(particles)
            frame.particles.position = particles.positions - np.diag(particles.box) / 2
            frame.particles.types = list(particles.species_names)
            frame.particles.typeid = particles.species
            if step in blown_up:
                frame.particles.position[3] = np.nan
            file.append(frame)
    return path


def metals(path: Path, count: int = 4) -> Path:
    """Copper and iron in turn, 32 and 54 particles."""
    return write_frames(path, [repeated((COPPER, IRON)[k % 2], 30) for k in range(count)])


def noisy_metals(path: Path) -> Path:
    """Four frames of copper, then four of iron, each disturbed in its own way."""
    return write_frames(
        path, [disturbed(metal, 40, 0.03, k, 0) for metal in (COPPER, IRON) for k in range(4)]
    )


def trajectory_run(
    folder: Path, kind: str, trajectory: Path | None, settings: dict[str, object], model: Path | None = None
) -> RunFolder:
    """A run as the store would make it."""
    run = RunFolder(folder)
    run.trajectory_folder.mkdir(parents=True)
    if trajectory is not None:
        (run.trajectory_folder / trajectory.name).write_bytes(trajectory.read_bytes())
    if model is not None:
        run.start_model_file.write_bytes(model.read_bytes())
    run.write_job(JobSpec(kind=kind, settings={**settings, "compute": COMPUTE}), [])
    return run
