from pathlib import Path

import numpy as np
import pytest

from core.errors import TooFewStructures
from core.evaluation.particles.separation import (
    AVERAGED,
    EMBEDDING,
    PLAIN,
    separate_frames,
    separate_prototypes,
)
from core.graphs.clouds.build import disturbed
from core.objectives.clouds.cloud_task import CloudTask
from core.structures.trajectories.trajectory import read_trajectory
from core.training.clouds.model_file import CloudCard
from tests.core.cli.particles.test_trajectory_command import xyz
from tests.core.objectives.clouds.prototypes import COPPER, IRON, prototype_clouds, task_of


@pytest.fixture(scope="module")
def network() -> tuple[CloudCard, CloudTask]:
    task = task_of("shift").eval()
    return CloudCard.of(task, prototype_clouds(clouds_per_crystal=2), 0, 0, {}), task


def test_order_parameters_and_a_network_get_the_same_probe(network: tuple[CloudCard, CloudTask]):
    found = separate_prototypes(*network, ("cF4-Cu", "cI2-W"), noise=0.02, particles=40, fewest_particles=100)
    assert [(one.description, one.width) for one in found] == [(EMBEDDING, 8), (PLAIN, 6), (AVERAGED, 6)]
    for one in found:
        assert one.probe.class_names == ("cF4-Cu", "cI2-W")
        assert one.probe.confusion.shape == (2, 2)
        assert one.places.shape == (80, 2)
        assert np.bincount(one.kinds).tolist() == [40, 40]
    assert found[2].probe.accuracy.mean == 1.0


def test_much_noise_blurs_plain_order_parameters_more_than_averaged_ones(
    network: tuple[CloudCard, CloudTask],
):
    _, plain, averaged = separate_prototypes(
        *network, ("cF4-Cu", "hP2-Mg"), noise=0.12, particles=100, fewest_particles=300
    )
    assert averaged.probe.accuracy.mean > plain.probe.accuracy.mean + 0.05


def test_phases_of_a_trajectory_are_told_apart_in_later_frames(
    network: tuple[CloudCard, CloudTask], tmp_path: Path
):
    path = tmp_path / "phases.xyz"
    frames = [disturbed(crystal, 40, 0.03, k, 0) for crystal in (COPPER, IRON) for k in range(4)]
    path.write_text("".join(map(xyz, frames)))
    phases = {"fcc": [0, 1, 2, 3], "bcc": [4, 5, 6, 7]}
    found = separate_frames(*network, read_trajectory(path), phases, particles=20)
    assert found[2].probe.accuracy.mean > 0.95
    with pytest.raises(TooFewStructures, match="'fcc' has too few frames"):
        separate_frames(*network, read_trajectory(path), {"fcc": [0], "bcc": [4, 5]})
