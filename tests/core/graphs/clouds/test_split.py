import numpy as np
import pytest

from core.cloud_settings import CloudSettings
from core.errors import TooFewStructures, UnknownChoice
from core.graphs.clouds.build import crystal_clouds
from core.graphs.clouds.clouds import Clouds
from core.graphs.clouds.split import SplitBy, leave_out, split_clouds
from core.structures.trajectories.particles import particles_of
from tests.core.graphs.crystals import hcp, perovskite, rock_salt

CRYSTALS = [particles_of(make(), make.__name__) for make in (hcp, perovskite, rock_salt)]


@pytest.fixture(scope="module")
def clouds() -> Clouds:
    settings = CloudSettings(neighbours=4, noise_levels="0.01, 0.05", replicas=4, fewest_particles=60)
    return crystal_clouds(CRYSTALS, settings, seed=0)


@pytest.mark.parametrize("by", ["particle", "replica", "structure"])
def test_the_sides_of_a_split_share_no_group_and_hold_all_clouds(clouds: Clouds, by: SplitBy):
    split = split_clouds(clouds, by, 0.3, seed=0)
    assert sorted([*split.train, *split.validation]) == list(range(len(clouds)))

    def groups(side: np.ndarray) -> set[tuple[int, ...]]:
        columns = {
            "particle": (clouds.structure, clouds.particle),
            "replica": (clouds.replica,),
            "structure": (clouds.structure,),
        }[by]
        return set(zip(*(column[side].tolist() for column in columns), strict=True))

    assert groups(split.train)
    assert groups(split.validation)
    assert not groups(split.train) & groups(split.validation)


def test_a_split_by_particle_holds_out_the_asked_share(clouds: Clouds):
    split = split_clouds(clouds, "particle", 0.3, seed=0)
    assert len(split.validation) / len(clouds) == pytest.approx(0.3, abs=0.01)


def test_a_split_by_replica_keeps_all_structures_and_levels_on_both_sides(clouds: Clouds):
    for side in split_clouds(clouds, "replica", 0.25, seed=0):
        assert set(clouds.structure[side]) == {0, 1, 2}
        assert len(set(clouds.noise[side])) == 2


def test_equal_seeds_split_alike(clouds: Clouds):
    first, again, other = (split_clouds(clouds, "particle", 0.3, seed) for seed in (1, 1, 2))
    assert first.validation.tolist() == again.validation.tolist() != other.validation.tolist()


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_each_side_has_at_least_one_group(clouds: Clouds, fraction: float):
    assert all(map(len, split_clouds(clouds, "structure", fraction, seed=0)))


def test_one_replica_cannot_be_divided(clouds: Clouds):
    first = clouds.select(clouds.replica == 0)
    with pytest.raises(TooFewStructures, match="by replica") as caught:
        split_clouds(first, "replica", 0.3, seed=0)
    assert "Replicas of the noise" in caught.value.hint


def test_a_structure_left_out_is_the_whole_test(clouds: Clouds):
    split = leave_out(clouds, "perovskite")
    assert set(clouds.structure[split.validation]) == {1}
    assert set(clouds.structure[split.train]) == {0, 2}
    assert len(split.train) + len(split.validation) == len(clouds)


def test_leaving_out_an_unknown_or_the_only_structure_is_refused(clouds: Clouds):
    with pytest.raises(UnknownChoice, match="perovskit"):
        leave_out(clouds, "perovskit")
    with pytest.raises(TooFewStructures, match="nothing is left"):
        leave_out(clouds.select(clouds.structure == 1), "perovskite")
