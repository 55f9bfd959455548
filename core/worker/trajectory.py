"""The job that works out how the particles of a trajectory are ordered, frame by frame."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError
from core.events import Event, Message, Progress
from core.inspection.arrays import offsets, write_arrays
from core.inspection.particles.embedding_groups import group_embeddings, principal_components
from core.inspection.particles.frame_order import FrameOrder, attention_on, describe_frame, embed_frame
from core.inspection.particles.nearest_prototypes import (
    embed_at_contact,
    embed_prototypes,
    nearest_prototypes,
)
from core.inspection.particles.particle_phases import PHASES
from core.jobs.results.particle_order import COMPONENTS, FrameComparison, ParticleOrder, order_arrays
from core.jobs.results.phase_separation import PhaseSeparation
from core.objectives.clouds.cloud_task import CloudTask
from core.structures.trajectories.trajectory import Trajectory, read_trajectory
from core.training.clouds.model_file import CloudCard, load_cloud_model
from core.trajectory_settings import TrajectoryPlanSettings
from core.worker.context import JobContext, StopRequested

# What is so many times further from a structure type than noisy crystals of it usually are resembles none.
_FAR = 2.0
PROBED = 200  # particles of a frame that tell phases apart, as many as the command takes

ATTENTION = "attention"  # the column of how much of it each particle gets

Network = tuple[CloudCard, CloudTask]


@dataclass
class _Found:
    """What was found in the frames so far; frames are numbered from 0."""

    frames: list[int] = field(default_factory=list)
    orders: list[FrameOrder] = field(default_factory=list)
    species: list[NDArray[np.str_]] = field(default_factory=list)
    embeddings: list[NDArray[np.float32]] = field(default_factory=list)
    # in the unit in which structure types are embedded
    at_contact: list[NDArray[np.float32]] = field(default_factory=list)
    attention: list[NDArray[np.float32]] = field(default_factory=list)
    skipped: list[StructureError] = field(default_factory=list)


def analyse_trajectory(context: JobContext) -> dict[str, Any]:
    """Write order parameters, phases, directions of bonds and, with a network, embeddings of the particles.

    Frames that cannot be used are left out and listed; raises StructureError where none can.
    """
    run, plan = context.run, context.settings.analysis
    if run.trajectory_file is None:
        raise StructureError(f"The run '{run.name}' holds no trajectory.", "Analyse the trajectory again.")
    trajectory = read_trajectory(run.trajectory_file)
    network = load_cloud_model(run.start_model_file) if run.start_model_file.exists() else None
    if network is not None:
        context.device.place(network[1])
    separation = None if network is None else _separate(context, trajectory, network)
    found = _look(context, trajectory, network)
    order = _together(found, plan, context.spec.seed, _compare(context, trajectory, found.frames))
    if network is not None and found.at_contact:
        order = _with_prototypes(order, np.concatenate(found.at_contact), network, context)
    write_arrays(run.order_file, order_arrays(replace(order, separation=separation)))
    return {
        "metrics": {"num_frames": len(found.frames), "num_particles": len(order.values)},
        "skipped": [{"name": trajectory.path.name, "reason": error.message} for error in found.skipped],
    }


def _separate(context: JobContext, trajectory: Trajectory, network: Network) -> PhaseSeparation | None:
    """Give embeddings and order parameters the same linear probe, where frames of phases are named.

    This is done first, so that a frame that is not there is told at once.
    """
    plan: TrajectoryPlanSettings = context.settings.analysis
    if not plan.phase_frames:
        return None
    from core.evaluation.particles.separation import separate_frames

    found = separate_frames(
        *network,
        trajectory,
        plan.phase_frames,
        particles=PROBED,
        neighbours=plan.neighbours,
        seed=context.spec.seed,
        on_progress=context.progress("telling phases apart"),
    )
    shares = [one.probe.accuracy for one in found]
    return PhaseSeparation(
        phases=found[0].probe.class_names,
        phase_frames=plan.phases.strip(),
        descriptions=tuple(one.description for one in found),
        widths=np.array([one.width for one in found]),
        recognised=np.array([(share.mean, share.lower, share.upper) for share in shares]),
    )


def _look(context: JobContext, trajectory: Trajectory, network: Network | None) -> _Found:
    """Go through the frames; raises the first error if none can be used."""
    plan: TrajectoryPlanSettings = context.settings.analysis
    numbers = range(0, len(trajectory), plan.every)
    with_types = network is not None and plan.prototypes and len(network[0].species_names) == 1
    on_progress = context.progress("looking at frames")
    found = _Found()
    for done, number in enumerate(numbers, start=1):
        try:
            frame = trajectory.frame(number)
            order = describe_frame(frame, plan)
            embeddings = [] if network is None else [embed_frame(frame, *network)]
            at_contact = [embed_at_contact(frame, *network)] if network is not None and with_types else []
            attention = [attention_on(frame, *network)] if network is not None and plan.attention else []
        except StructureError as error:
            context.emit(Message("warning", f"Left out: {error.message}"))
            found.skipped.append(error)
        else:
            found.frames.append(number)
            found.orders.append(order)
            found.embeddings += embeddings
            found.at_contact += at_contact
            found.attention += attention
            found.species.append(np.array(frame.species_names)[frame.species])
        on_progress(done, len(numbers))
    if not found.frames:
        raise found.skipped[0]
    return found


def _together(
    found: _Found, plan: TrajectoryPlanSettings, seed: int, comparison: FrameComparison | None
) -> ParticleOrder:
    """Put what is known of all frames together, and divide the embeddings of all particles."""
    first = found.orders[0]
    names, values = first.names, np.concatenate([order.values for order in found.orders])
    kinds, species = np.unique(np.concatenate(found.species), return_inverse=True)
    groups: dict[str, tuple[str, ...]] = {"species": tuple(map(str, kinds)), "phase": PHASES}
    members = [species, np.concatenate([order.phases for order in found.orders])]
    if found.attention:
        names, values = (*names, ATTENTION), np.column_stack([values, np.concatenate(found.attention)])
    if found.embeddings:
        embeddings = np.concatenate(found.embeddings)
        names, values = (*names, *COMPONENTS), np.hstack([values, principal_components(embeddings)])
        members.append(group_embeddings(embeddings, plan.clusters, seed))
        groups["cluster"] = tuple(str(k + 1) for k in range(members[-1].max() + 1))
    return ParticleOrder(
        frames=np.array(found.frames),
        offsets=offsets([len(order.values) for order in found.orders]),
        names=names,
        values=values,
        groups=groups,
        members=np.column_stack(members),
        upper=np.stack([order.bonds.upper for order in found.orders]).astype(np.float32),
        lower=np.stack([order.bonds.lower for order in found.orders]).astype(np.float32),
        comparison=comparison,
    )


def _with_prototypes(
    order: ParticleOrder, embeddings: NDArray[np.float32], network: Network, context: JobContext
) -> ParticleOrder:
    """Say which structure type each particle resembles most, and how far it is from that."""
    on_progress = context.progress("comparing with structure types")
    on_progress(0, 1)
    prototypes = embed_prototypes(*network, seed=context.spec.seed)
    nearest = nearest_prototypes(embeddings, prototypes)
    is_none = nearest.distance > _FAR * prototypes.usual_distance
    on_progress(1, 1)
    return replace(
        order,
        names=(*order.names, "distance to structure type"),
        values=np.column_stack([order.values, nearest.distance]).astype(np.float32),
        groups={**order.groups, "structure type": (*prototypes.names, "none of them")},
        members=np.column_stack([order.members, np.where(is_none, len(prototypes.names), nearest.prototype)]),
    )


def _compare(context: JobContext, trajectory: Trajectory, frames: list[int]) -> FrameComparison | None:
    """Let a network learn every second frame and look at the others, where that was asked for."""
    if not context.settings.analysis.compare_frames:
        return None
    from core.evaluation.particles.frame_classifier import picture_frames

    def tell(event: Event) -> None:
        if isinstance(event, Progress):
            context.emit(Progress("comparing frames", event.done, event.total))

    picture = picture_frames(
        trajectory,
        np.array(frames),
        folder=context.run.checkpoints,
        seed=context.spec.seed,
        emit=tell,
        should_stop=context.run.stop_file.exists,
    )
    if context.run.stop_file.exists():
        raise StopRequested
    return FrameComparison(*picture)
