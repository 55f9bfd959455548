"""The sample trajectory is what it says it is: argon that condenses and crystallises."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from core.cloud_settings import CloudSettings
from core.evaluation.particles.linear_probe import linear_probe
from core.graphs.clouds.build import frame_clouds
from core.graphs.clouds.neighbours import shortest_distance
from core.inspection.particles.order_parameters import steinhardt
from core.structures.trajectories.particles import Particles
from core.structures.trajectories.trajectory import Trajectory, read_trajectory

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "sample_trajectory"
GAS, LIQUID, CRYSTAL = slice(0, 20), slice(35, 50), slice(75, 110)  # frames of which each phase is sure
GRAMS = 39.948 * 1.66053906660  # one atom per cubic angstrom, in g/cm3


@pytest.fixture(scope="module")
def argon() -> Trajectory:
    return read_trajectory(FOLDER / "argon.gsd")


def frames(argon: Trajectory, stretch: slice, every: int = 7) -> list[Particles]:
    return [argon.frame(k) for k in range(len(argon))[stretch][::every]]


def density(frame: Particles) -> float:
    return GRAMS * len(frame) / abs(float(np.linalg.det(frame.box)))


def order(frame: Particles) -> np.ndarray:
    """Averaged q6 over 12 neighbours."""
    return steinhardt(frame, [6]).values[:, 1]


def test_it_is_small_enough_to_ship(argon: Trajectory):
    assert argon.path.stat().st_size < 2e6
    assert len(argon) == 110
    assert argon.frame(0).species_names == ("Ar",)


def test_the_gas_is_thin_and_without_order(argon: Trajectory):
    for frame in frames(argon, GAS):
        assert density(frame) < 0.12
        assert order(frame).mean() < 0.2


def test_the_liquid_is_dense_and_without_order(argon: Trajectory):
    for frame in frames(argon, LIQUID):
        # Measured at 95 K: 1.34 g/cm3. The cut-off attraction makes the model lighter.
        assert density(frame) == pytest.approx(1.34, rel=0.06)
        assert (order(frame) > 0.35).mean() < 0.02


def test_the_crystal_is_close_packed(argon: Trajectory):
    for frame in frames(argon, CRYSTAL):
        assert density(frame) == pytest.approx(1.70, rel=0.06)  # measured at 52 K
        assert (order(frame) > 0.35).mean() > 0.9


def test_order_comes_by_itself_some_time_after_cooling(argon: Trajectory):
    ordered = np.array([(order(frame) > 0.35).mean() for frame in frames(argon, slice(50, 110), every=3)])
    assert ordered[0] < 0.1
    assert ordered[-1] > 0.9
    assert (ordered < 0.2).sum() >= 2


def test_the_box_changes_and_every_frame_says_so(argon: Trajectory):
    assert argon.frame(109).remarks == ("argon.gsd, frame 110: the box is not that of the first frame.",)


def test_atoms_touch_where_the_potential_ends(argon: Trajectory):
    # Nearest pairs lie a little inside of sigma, 3.405 angstrom.
    for stretch in (GAS, LIQUID, CRYSTAL):
        for frame in frames(argon, stretch):
            assert shortest_distance(frame) == pytest.approx(3.1, abs=0.25)


def test_clouds_of_all_phases_can_be_made(argon: Trajectory):
    for stretch in (GAS, LIQUID, CRYSTAL):
        clouds = frame_clouds(argon.frame(stretch.start), CloudSettings())
        assert len(clouds) == 864
        assert np.isfinite(clouds.vectors).all()


def test_a_linear_probe_of_order_parameters_tells_liquid_from_crystal(argon: Trajectory):
    chosen = [(frame, phase) for phase, s in enumerate((LIQUID, CRYSTAL)) for frame in frames(argon, s, 4)]
    features = np.vstack([steinhardt(frame, [4, 6]).values for frame, _ in chosen])
    classes = np.repeat([phase for _, phase in chosen], 864)
    groups = np.repeat(np.arange(len(chosen)), 864)
    probe = linear_probe(features, classes, ("liquid", "crystal"), groups % 2 == 1, groups)
    assert probe.accuracy.mean > 0.97


@pytest.fixture(scope="module")
def build() -> ModuleType:
    pytest.importorskip("openmm", reason="needs the extra 'simulation' (OpenMM)")
    spec = importlib.util.spec_from_file_location("build_sample_trajectory", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_writes_frames_that_can_be_read(build: ModuleType, tmp_path: Path):
    path = tmp_path / "short.gsd"
    build.simulate(path, (build.Stage(140.0, 2, 500),))
    first, second = read_trajectory(path)
    assert len(first) == 864
    assert (first.positions != second.positions).any()
