import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.inspection.particles.embedding_groups import group_embeddings, principal_components


def blobs(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Fifty, thirty and twenty points around three far places in seven dimensions."""
    random = np.random.default_rng(seed)
    label = np.repeat([0, 1, 2], [50, 30, 20])
    return random.normal(scale=20, size=(3, 7))[label] + random.normal(size=(100, 7)), label


@given(st.integers(0, 100))
def test_components_are_where_points_vary_most(seed: int):
    points, _ = blobs(seed)
    found = principal_components(points, 3)
    centred = points - points.mean(axis=0)
    lengths = np.linalg.svd(centred, compute_uv=False)
    np.testing.assert_allclose(np.linalg.norm(found, axis=0), lengths[:3], rtol=1e-4)
    product = found.T @ found
    np.testing.assert_allclose(product - np.diag(np.diag(product)), 0, atol=1e-3 * lengths[0] ** 2)


def test_components_do_not_depend_on_where_points_are_or_in_which_order():
    points, _ = blobs()
    found = principal_components(points)
    np.testing.assert_allclose(principal_components(points + 5), found, atol=1e-3)
    np.testing.assert_allclose(principal_components(points[::-1]), found[::-1], atol=1e-3)


def test_far_groups_are_found_and_numbered_by_their_size():
    points, label = blobs()
    np.testing.assert_array_equal(group_embeddings(points, 3, 0), label)


def test_there_are_no_more_groups_than_different_points():
    assert set(group_embeddings(np.ones((6, 3)), 3, 0)) == {0}
