import numpy as np
import pytest

from core.errors import TooFewStructures
from core.inspection.particles.phases import frame_image, nearest_reference


def test_the_nearest_reference_is_found_with_its_distance():
    references = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])  # standard deviation 1 each
    found = nearest_reference(np.array([[0.1, 0.0], [2.0, 1.5]]), references)
    assert found.reference.tolist() == [0, 3]
    np.testing.assert_allclose(found.distance, [0.1, 0.5], rtol=1e-7)


def test_the_unit_of_a_direction_does_not_matter():
    random = np.random.default_rng(0)
    references, embeddings = random.normal(size=(30, 4)), random.normal(size=(50, 4))
    units = np.array([1.0, 1e3, 1e-3, 7.0])
    plain, scaled = (nearest_reference(embeddings * u, references * u) for u in (1.0, units))
    np.testing.assert_array_equal(plain.reference, scaled.reference)
    np.testing.assert_allclose(plain.distance, scaled.distance, rtol=1e-7)


def test_directions_without_differences_count_nothing():
    references = np.array([[0.0, 5.0], [2.0, 5.0]])
    found = nearest_reference(np.array([[0.0, 900.0]]), references)
    assert (found.reference[0], found.distance[0]) == (0, 0.0)


def test_nothing_to_compare_with_is_refused():
    with pytest.raises(TooFewStructures, match="nothing to compare with"):
        nearest_reference(np.zeros((3, 2)), np.zeros((0, 2)))


def test_the_image_of_frames_is_the_mean_over_the_particles_of_each():
    probabilities = np.array([[1.0, 0.0], [0.5, 0.5], [0.2, 0.8]])
    image = frame_image(probabilities, np.array([0, 0, 2]), 3)
    np.testing.assert_allclose(image[[0, 2]], [[0.75, 0.25], [0.2, 0.8]], rtol=1e-7)
    assert np.isnan(image[1]).all()
