"""Opening a trajectory and its frames, and finding what an analysis knows of it: work for threads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from core.errors import CoreError, StructureError
from core.jobs.results.particle_order import ParticleOrder, read_order
from core.jobs.run_folder import RunFolder
from core.structures.trajectories.particles import Particles
from core.structures.trajectories.trajectory import Trajectory, read_trajectory
from desktop_app.runs.run_poller import RunView
from desktop_app.tasks import TaskControl
from desktop_app.trajectory.particle_scene import ParticleScene

TRAJECTORY_SUFFIXES = (".gsd", ".dump", ".lammpstrj")  # of files that hold nothing else
FRAME_SUFFIXES = (".xyz", ".extxyz")  # of files that hold frames, or crystals


@dataclass(frozen=True, eq=False)
class ShownFrame:
    """A frame, counted from 0, as it is drawn."""

    number: int
    particles: Particles
    scene: ParticleScene


@dataclass(frozen=True, eq=False)
class OpenedTrajectory:
    """A trajectory, its first frame or what is wrong with that, and the run that has analysed it, if any."""

    trajectory: Trajectory
    first: ShownFrame | StructureError
    run: str = ""
    order: ParticleOrder | None = None


def read_frame(trajectory: Trajectory, number: int) -> ShownFrame:
    """Read a frame and lay it out; raises StructureError, which names file and frame."""
    particles = trajectory.frame(number)
    return ShownFrame(number, particles, ParticleScene.of(particles))


def opening(path: Path, analyses: Iterable[RunFolder]) -> Callable[[TaskControl], OpenedTrajectory]:
    """Make work of opening a file; what the first analysis found that had the same file comes along."""
    runs = list(analyses)

    def work(control: TaskControl) -> OpenedTrajectory:
        trajectory = read_trajectory(path)
        first = _first_frame(trajectory)
        run = next((run for run in runs if _has_same_file(run, path)), None)
        if run is None:
            return OpenedTrajectory(trajectory, first)
        return OpenedTrajectory(trajectory, first, run.name, read_order(run.order_file))

    return work


def opening_run(run: RunFolder) -> Callable[[TaskControl], OpenedTrajectory]:
    """Make work of opening the trajectory that a run has analysed, with what it found."""

    def work(control: TaskControl) -> OpenedTrajectory:
        path = run.trajectory_file
        if path is None:
            raise CoreError(f"The run '{run.name}' holds no trajectory.", "Open and analyse the file again.")
        trajectory = read_trajectory(path)
        return OpenedTrajectory(trajectory, _first_frame(trajectory), run.name, read_order(run.order_file))

    return work


def _first_frame(trajectory: Trajectory) -> ShownFrame | StructureError:
    """Read the first frame, or say what is wrong with it; raises that where there is no other."""
    try:
        return read_frame(trajectory, 0)
    except StructureError as error:
        if len(trajectory) == 1:
            raise
        return error


def is_analysis(run: RunView) -> bool:
    """Whether a run has analysed a trajectory."""
    return run.has_completed("trajectory") and run.folder.order_file.exists()


def has_network(run: RunView) -> bool:
    """Whether a run has learned from clouds, so that its network can embed particles."""
    return run.has_completed("clouds") and run.folder.cloud_model_file.exists()


def describe_frame(frame: ShownFrame, count: int) -> str:
    """Number, particles, box and step of a frame in a line."""
    particles = frame.particles
    lengths = (particles.box[particles.periodic] ** 2).sum(axis=1) ** 0.5
    box = " × ".join(f"{length:.4g}" for length in lengths) or "open"
    step = "" if particles.step is None else f" · step {particles.step:,}"
    return f"Frame {frame.number + 1} of {count} · {len(particles):,} particles · box {box}{step}"


def _has_same_file(run: RunFolder, path: Path) -> bool:
    own = run.trajectory_file
    try:
        return own is not None and (own == path or cmp(own, path, shallow=False))
    except OSError:
        return False
