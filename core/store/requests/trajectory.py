"""Turning a request to look at a trajectory, or to learn from particles, into a run folder."""

from pathlib import Path

from core.config import CloudJobSettings, TrajectorySettings
from core.errors import ModelError, SettingError, TooFewStructures
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.store.project import Project
from core.store.requests.run_writing import write_run
from core.store.requests.starting_models import as_start, starting_model
from core.store.requests.structure_rows import members_of, structure_rows
from core.structures.trajectories.trajectory import read_trajectory


def create_trajectory_run(
    project: Project,
    *,
    trajectory: Path,
    settings: TrajectorySettings,
    network: RunFolder | Path | None = None,
    seed: int = 0,
) -> RunFolder:
    """Write the run folder that works out how the particles of a trajectory are ordered.

    The file is copied into it under its own name. network: a run that has learned from clouds, or the file of
    such a network; None: no embeddings. Raises StructureError where the file is no trajectory, SettingError
    for settings that cannot be read or lack the network, and ModelError for a missing network.
    """
    settings.check_together()
    if settings.analysis.phase_frames and network is None:
        raise SettingError(
            "Frames of phases are named, but no network whose embeddings could tell them apart.",
            "Choose a network that has learned from clouds, or leave the frames of phases empty.",
        )
    read_trajectory(trajectory)
    model = None if network is None else cloud_model(network)
    start = None if model is None else starting_model(model)
    if start is not None and isinstance(network, RunFolder):
        start = start.model_copy(update={"name": network.name})
    spec = JobSpec(
        kind="trajectory",
        title=f"Analyse {trajectory.name}",
        settings=settings.model_dump(),
        start_from=start,
        seed=seed,
    )
    files = {**_as_trajectory(trajectory), **as_start(model)}
    return write_run(project, f"trajectory-{trajectory.stem}", spec, [], files)


def create_clouds_run(
    project: Project,
    *,
    settings: CloudJobSettings,
    trajectory: Path | None = None,
    collection: str = "",
    seed: int = 0,
) -> RunFolder:
    """Write the run folder that learns a task on clouds: of the structure types named in the settings, of
    the crystals of a collection, or of the frames of a trajectory, which is copied into it.

    Raises StructureError where the file is no trajectory, UnknownChoice for a collection that does not exist,
    TooFewStructures for an empty one, and SettingError for settings that cannot be read.
    """
    settings.check_together()
    if trajectory is not None:
        read_trajectory(trajectory)
    if collection and not members_of(project, collection):
        raise TooFewStructures(f"The collection '{collection}' is empty.", "Choose another one.")
    task = settings.learning.task
    source = trajectory.name if trajectory is not None else collection or "structure types"
    spec = JobSpec(
        kind="clouds",
        title=f"Learn {task} on clouds of {source}",
        collection=collection,
        objective=task,
        encoder="geometric_algebra",
        settings=settings.model_dump(),
        seed=seed,
    )
    files = {} if trajectory is None else _as_trajectory(trajectory)
    rows = structure_rows(project, collection, {}) if collection else []
    return write_run(project, f"clouds-{task}", spec, rows, files)


def cloud_model(source: RunFolder | Path) -> Path:
    """The network for clouds that a run has made, or the file itself; raises ModelError for a missing one."""
    path = source.cloud_model_file if isinstance(source, RunFolder) else source
    if not path.is_file():
        raise ModelError(
            f"There is no network for clouds at '{path}'.",
            "Choose a completed run that has learned from clouds.",
        )
    return path


def _as_trajectory(path: Path) -> dict[str, Path]:
    """The file to copy into a run, by the name that it gets there."""
    return {f"trajectory/{path.name}": path}
