import numpy as np
import pytest

from core.jobs.results.attention_pairs import AttentionPairs


@pytest.fixture
def pairs() -> AttentionPairs:
    """Two classes of sites, three sites of the first and one of the second in the imported cell.

    The first sees itself, two copies of the second at 2 angstrom and one of its own kind at 5; the second
    sees four of the first at 2 angstrom. The second head looks only at the site itself and at 2 angstrom.
    """
    return AttentionPairs(
        centre=np.array([0, 0, 0, 1], np.int32),
        neighbour=np.array([0, 1, 0, 0], np.int32),
        distances=np.array([0.0, 2.0, 5.0, 2.0], np.float32),
        counts=np.array([1, 2, 1, 4], np.int32),
        attention=np.array([[0.5, 0.0], [0.3, 1.0], [0.2, 0.0], [1.0, 1.0]], np.float32),
        row_map=np.array([0, 0, 1, 0], np.int32),
    )


def test_the_long_range_share_counts_each_imported_site_once(pairs: AttentionPairs):
    assert pairs.beyond(4.0, 0) == pytest.approx(0.75 * 0.2)
    assert pairs.beyond(4.0, 1) == 0.0
    assert pairs.beyond(4.0, None) == pytest.approx(0.75 * 0.1)
    assert pairs.beyond(4.0, 0, site=0) == pytest.approx(0.2)
    assert pairs.beyond(4.0, 0, site=2) == 0.0


def test_nothing_is_beyond_the_furthest_pair_and_all_beyond_nothing(pairs: AttentionPairs):
    assert pairs.beyond(5.0, 0) == 0.0
    assert pairs.beyond(-1.0, 0) == pytest.approx(1.0)


def test_equal_attention_counts_pairs(pairs: AttentionPairs):
    assert pairs.of_even == pytest.approx([0.25, 0.5, 0.25, 1.0])
    assert pairs.beyond_if_even(4.0) == pytest.approx(0.75 * 0.25)
    assert pairs.beyond_if_even(1.0, site=2) == pytest.approx(1.0)


def test_what_a_site_pays_itself_is_told_apart(pairs: AttentionPairs):
    assert pairs.to_itself(0) == pytest.approx(0.75 * 0.5)
    assert pairs.to_itself(0, site=2) == 0.0


def test_the_mean_distance_weighs_by_attention(pairs: AttentionPairs):
    assert pairs.mean_distance(0, site=0) == pytest.approx(0.3 * 2 + 0.2 * 5)
    assert pairs.mean_distance(1) == pytest.approx(2.0)


def test_shells_add_up_to_all_attention(pairs: AttentionPairs):
    edges = np.array([0.0, 2.0, 4.0, 6.0])
    assert pairs.shells(edges, pairs.of_head(0)) == pytest.approx([0.375, 0.75 * 0.3 + 0.25, 0.15])
    assert pairs.shells(edges, pairs.of_even).sum() == pytest.approx(1.0)
    assert pairs.shells(edges, pairs.of_head(0), site=2) == pytest.approx([0.0, 1.0, 0.0])
