from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.cloud_settings import CloudSettings
from core.config import TrainingSettings
from core.errors import StructureError, TooFewStructures
from core.evaluation.particles.frame_classifier import ENOUGH, picture_frames
from core.events import EpochEnded, Event
from core.structures.prototype_cells import prototype_cell
from core.structures.trajectories.particles import Particles, particles_of, repeated
from core.structures.trajectories.trajectory import Trajectory

NUM_FRAMES = 12
SETTINGS = CloudSettings(neighbours=8)
TRAINING = TrainingSettings(epochs=30, learning_rate=5e-3, keep="last", pairs_per_batch=8 * 8 * 24)


@dataclass(frozen=True)
class TwoPhases:
    """Six frames of a simple cubic crystal, then six of close-packed spheres, each with noise of its own."""

    def __len__(self) -> int:
        return NUM_FRAMES

    def frame(self, index: int) -> Particles:
        name = "cP1-Po" if index < NUM_FRAMES // 2 else "cF4-Cu"
        crystal = repeated(particles_of(prototype_cell(name), f"two.gsd, frame {index + 1}"), 64)
        shifts = np.random.default_rng(index).normal(scale=0.05, size=crystal.positions.shape)
        species = np.zeros(len(crystal), dtype=np.int64)
        return Particles(
            crystal.name, crystal.positions + shifts, crystal.box, crystal.periodic, species, ("A",)
        )


TRAJECTORY = Trajectory(Path("two.gsd"), TwoPhases())


def test_phases_are_blocks_of_the_picture(tmp_path: Path):
    events: list[Event] = []
    picture = picture_frames(
        TRAJECTORY,
        np.arange(NUM_FRAMES),
        folder=tmp_path,
        clouds_per_frame=24,
        width=8,
        clouds=SETTINGS,
        training=TRAINING,
        emit=events.append,
    )
    assert picture.learned.tolist() == [0, 2, 4, 6, 8, 10]
    assert picture.shown.tolist() == [1, 3, 5, 7, 9, 11]
    np.testing.assert_allclose(picture.image.sum(axis=1), 1, rtol=1e-5)
    same = picture.image[:3, :3].sum(axis=1).tolist() + picture.image[3:, 3:].sum(axis=1).tolist()
    assert min(same) > 0.7
    # It stopped as soon as frames were recognised often enough.
    accuracies = [event.metrics["accuracy"] for event in events if isinstance(event, EpochEnded)]
    assert all(accuracy < ENOUGH / 6 for accuracy in accuracies[:-1])


def test_three_frames_are_too_few(tmp_path: Path):
    with pytest.raises(TooFewStructures, match="3 frames are too few"):
        picture_frames(TRAJECTORY, np.arange(3), folder=tmp_path)


def test_a_frame_with_too_few_particles_is_named(tmp_path: Path):
    settings = CloudSettings(neighbours=100)
    with pytest.raises(StructureError, match=r"two\.gsd, frame 1: 64 particles are too few for 100"):
        picture_frames(TRAJECTORY, np.arange(NUM_FRAMES), folder=tmp_path, clouds=settings)
