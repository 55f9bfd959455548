import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import CoreError
from core.store.tsne import ITERATIONS, tsne


@pytest.fixture(scope="module")
def groups() -> NDArray[np.float64]:
    """Three groups of twenty vectors each, far apart in ten dimensions."""
    rng = np.random.default_rng(0)
    centres = 10 * np.eye(10)[:3]
    return np.concatenate([centre + 0.1 * rng.normal(size=(20, 10)) for centre in centres])


@pytest.fixture(scope="module")
def steps() -> list[tuple[int, int]]:
    return []


@pytest.fixture(scope="module")
def places(groups: NDArray[np.float64], steps: list[tuple[int, int]]) -> NDArray[np.float64]:
    found = tsne(groups, lambda done, total: steps.append((done, total)))
    assert found is not None
    return found


def test_points_of_a_group_stay_together(places: NDArray[np.float64]):
    middles = places.reshape(3, 20, 2).mean(axis=1)
    spread = np.linalg.norm(places.reshape(3, 20, 2) - middles[:, None], axis=2).max()
    apart = np.linalg.norm(middles[:, None] - middles, axis=2)[np.triu_indices(3, 1)].min()
    assert apart > 2 * spread


def test_progress_is_told_to_the_end(places: NDArray[np.float64], steps: list[tuple[int, int]]):
    assert steps == sorted(steps)
    assert steps[0][0] < ITERATIONS / 2
    assert steps[-1] == (ITERATIONS, ITERATIONS)


def test_the_same_vectors_give_the_same_map(groups: NDArray[np.float64], places: NDArray[np.float64]):
    np.testing.assert_array_equal(tsne(groups), places)


def test_it_can_be_cancelled_at_once(groups: NDArray[np.float64]):
    assert tsne(groups, is_cancelled=lambda: True) is None


def test_very_few_points_are_refused():
    with pytest.raises(CoreError, match="at least 5 points"):
        tsne(np.zeros((4, 3)))


def test_a_process_that_dies_is_told():
    with pytest.raises(CoreError, match="could not be made"):
        tsne(np.full((10, 3), np.nan))
