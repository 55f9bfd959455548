import numpy as np
import pytest

from core.cloud_settings import CloudSettings
from core.errors import StructureError
from core.graphs.clouds.build import crystal_clouds, frame_clouds
from core.structures.structure import Structure
from core.structures.trajectories.particles import Particles, particles_of
from tests.core.graphs.crystals import FACE_CENTRES, cubic, rock_salt

COPPER = particles_of(cubic(3.61, [({"Cu": 1.0}, xyz) for xyz in FACE_CENTRES]), "cF4-Cu")
IRON = particles_of(cubic(2.87, [({"Fe": 1.0}, xyz) for xyz in [(0, 0, 0), (0.5, 0.5, 0.5)]]), "cI2-Fe")
CLEAN = CloudSettings(noise_levels="0", fewest_particles=50)


def lengths(vectors: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors, axis=-1)


def frame_in_box(height: float) -> Particles:
    """300 particles anywhere in a box of 9 x 9 x `height`."""
    box, species = np.diag([9.0, 9.0, height]), np.zeros(300, dtype=np.int64)
    positions = np.random.default_rng(0).random((300, 3)) @ box
    return Particles("melt.gsd, frame 3", positions, box, np.ones(3, bool), species, ("A",))


def test_lengths_are_in_units_of_the_shortest_distance():
    clouds = crystal_clouds([COPPER, IRON], CLEAN.model_copy(update={"neighbours": 18}), seed=0)
    fcc, bcc = (lengths(clouds.vectors[clouds.structure == k]) for k in (0, 1))
    np.testing.assert_allclose(fcc, [[1] * 12 + [2**0.5] * 6] * len(fcc), rtol=1e-6)
    np.testing.assert_allclose(bcc[:, :14], [[1] * 8 + [(4 / 3) ** 0.5] * 6] * len(bcc), rtol=1e-6)
    np.testing.assert_allclose(np.unique(clouds.scale), [2.87 * 3**0.5 / 2, 3.61 / 2**0.5], rtol=1e-7)


def test_published_clouds_are_those_of_4096_particles_at_three_noise_levels():
    clouds = crystal_clouds([COPPER], CloudSettings(), seed=0)
    assert len(clouds) % 3 == 0
    assert len(clouds) >= 3 * 4096
    assert clouds.vectors.shape[1:] == (20, 3)
    assert clouds.vectors.dtype == np.float32
    assert clouds.mask.all()


def test_noise_has_the_given_width_around_the_undisturbed_places():
    settings = CloudSettings(neighbours=12, noise_levels="0.03", fewest_particles=4000)
    clouds = crystal_clouds([COPPER], settings, seed=1)
    # A vector is the difference of two disturbed places: its length varies by the square root of 2 as much.
    assert lengths(clouds.vectors).std() == pytest.approx(0.03 * 2**0.5, rel=0.03)
    assert np.unique(clouds.noise) == np.float32(0.03)


def test_replicas_and_levels_have_noise_of_their_own_that_the_seed_repeats():
    settings = CloudSettings(noise_levels="0.01, 0.05", replicas=2, fewest_particles=100)
    clouds = crystal_clouds([COPPER, IRON], settings, seed=3)
    again = crystal_clouds([COPPER, IRON], settings, seed=3)
    np.testing.assert_array_equal(clouds.vectors, again.vectors)
    drawn = {
        (structure, replica, noise): clouds.vectors[
            (clouds.structure == structure) & (clouds.replica == replica) & (clouds.noise == noise)
        ]
        for structure in (0, 1)
        for replica in (0, 1)
        for noise in np.float32([0.01, 0.05])
    }
    first = [vectors[0].tolist() for vectors in drawn.values()]
    assert all(first.count(cloud) == 1 for cloud in first)
    assert (crystal_clouds([COPPER], settings, seed=4).vectors != drawn[0, 0, np.float32(0.01)][0]).any()


def test_noise_of_a_crystal_does_not_depend_on_what_else_is_asked_for():
    settings = CloudSettings(noise_levels="0.05", fewest_particles=100)
    more = CloudSettings(noise_levels="0, 0.05, 0.1", replicas=3, fewest_particles=100)
    alone, among = crystal_clouds([IRON], settings, seed=0), crystal_clouds([COPPER, IRON], more, seed=0)
    same = (among.structure == 1) & (among.replica == 0) & (among.noise == np.float32(0.05))
    np.testing.assert_array_equal(alone.vectors, among.vectors[same])


def test_undisturbed_crystals_have_one_replica():
    clouds = crystal_clouds([IRON], CLEAN.model_copy(update={"replicas": 5}), seed=0)
    assert np.unique(clouds.replica).tolist() == [0]
    assert np.unique(clouds.particle).size == len(clouds)


def test_a_crystal_is_not_changed_by_its_noise():
    before = COPPER.positions.copy()
    crystal_clouds([COPPER], CloudSettings(fewest_particles=100), seed=0)
    np.testing.assert_array_equal(COPPER.positions, before)


def test_fewer_clouds_are_drawn_without_repetition_and_anew_for_each_level():
    settings = CloudSettings(noise_levels="0.01, 0.02", clouds_per_crystal=30, fewest_particles=200)
    clouds = crystal_clouds([COPPER], settings, seed=0)
    low, high = (set(clouds.particle[clouds.noise == np.float32(level)].tolist()) for level in (0.01, 0.02))
    assert len(low) == len(high) == 30
    assert low != high


def test_species_of_neighbours_and_centres_are_named():
    clouds = crystal_clouds([particles_of(rock_salt(), "NaCl")], CLEAN, seed=0)
    names = np.array(clouds.species_names)
    for centre, around in zip(names[clouds.centre_species], names[clouds.species], strict=True):
        assert set(around[:6]) == {"Na", "Cl"} - {centre}
        assert set(around[6:18]) == {centre}


def test_whole_shells_fill_up_what_is_missing():
    settings = CLEAN.model_copy(update={"whole_shells": True, "neighbours": 13})
    clouds = crystal_clouds([COPPER, IRON], settings, seed=0)
    assert [set(clouds.mask[clouds.structure == k].sum(axis=1)) for k in (0, 1)] == [{18}, {14}]
    assert not clouds.vectors[~clouds.mask].any()


def test_a_frame_is_taken_as_it_is():
    frame = frame_in_box(9.0)
    clouds = frame_clouds(frame, CloudSettings(), centres=np.array([5, 2]))
    assert clouds.particle.tolist() == [5, 2]
    assert clouds.structure_names == ("melt.gsd, frame 3",)
    everything = frame_clouds(frame, CloudSettings())
    assert lengths(everything.vectors).min() == pytest.approx(1, rel=1e-5)
    np.testing.assert_array_equal(everything.vectors[[5, 2]], clouds.vectors)
    assert not everything.noise.any()


def test_a_frame_in_which_particles_would_see_themselves_is_refused_by_name():
    cell = Structure(3.0 * np.eye(3), np.array([[0, 0, 0], [0.5, 0.5, 0.5]]), ({"W": 1.0}, {"W": 1.0}))
    with pytest.raises(StructureError, match="tungsten, frame 7: 2 particles are too few for 20"):
        frame_clouds(particles_of(cell, "tungsten, frame 7"), CloudSettings())


def test_a_box_that_has_become_too_narrow_is_refused_by_name_and_particle():
    assert len(frame_clouds(frame_in_box(9.0), CloudSettings())) == 300
    with pytest.raises(StructureError, match=r"melt\.gsd, frame 3: the box is so narrow"):
        frame_clouds(frame_in_box(0.5), CloudSettings())
