"""Trajectories and analyses of them, as the engine would leave them, written for tests."""

from pathlib import Path

import gsd.hoomd
import numpy as np

from core.config import CloudJobSettings, TrajectorySettings
from core.events import Finished, Started
from core.jobs.event_log import EventLog
from core.jobs.results.particle_order import ParticleOrder
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.trajectory import create_clouds_run, create_trajectory_run
from tests.core.jobs.particle_orders import particle_order, save_order

SIZE = 27  # particles in each frame
COUNT = 6  # frames


def write_trajectory(path: Path, *, damaged: tuple[int, ...] = (), names: tuple[str, ...] = ("Ar",)) -> Path:
    """A small cube of particles that grows from frame to frame; in damaged frames one is nowhere."""
    steps = np.arange(3) - 1.0
    places = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    with gsd.hoomd.open(str(path), "w") as file:
        for number in range(COUNT):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = 1000 * number
            edge = 9.0 + 0.3 * number
            frame.configuration.box = [edge, edge, edge, 0, 0, 0]
            frame.particles.N = SIZE
            frame.particles.position = places * edge / 3
            if number in damaged:
                frame.particles.position[4] = np.nan
            frame.particles.types = list(names)
            frame.particles.typeid = np.arange(SIZE) % len(names)
            file.append(frame)
    return path


def analysed(project_folder: Path, trajectory: Path, order: ParticleOrder | None = None) -> RunFolder:
    """A completed analysis of frames 0, 2 and 4; the first one is gas, the others are solid."""
    with Project.open(project_folder) as project:
        run = create_trajectory_run(project, trajectory=trajectory, settings=TrajectorySettings())
    return finish(run, order)


def finish(run: RunFolder, order: ParticleOrder | None = None) -> RunFolder:
    """Let an analysis be completed."""
    save_order(run.order_file, order or particle_order((SIZE,) * 3))
    return _ended(run)


def learned(project_folder: Path) -> RunFolder:
    """A completed run that has learned from clouds."""
    with Project.open(project_folder) as project:
        run = create_clouds_run(project, settings=CloudJobSettings())
    run.cloud_model_file.write_bytes(b"weights")
    return _ended(run)


def _ended(run: RunFolder) -> RunFolder:
    with EventLog(run.events_file) as log:
        log.append(Started(device="cpu", resumed_from_epoch=0, num_epochs=0))
        log.append(Finished(1.0))
    run.result_file.write_text('{"metrics": {}}', encoding="utf-8")
    return run
