import numpy as np
import pytest

from core.jobs.results.attention_pairs import AttentionPairs
from desktop_app.attention.head_columns import ALL_HEADS, head_rows


@pytest.fixture
def pairs() -> AttentionPairs:
    """One site with itself and one neighbour at 6 angstrom; the second head looks only at that."""
    return AttentionPairs(
        centre=np.zeros(2, np.int32),
        neighbour=np.zeros(2, np.int32),
        distances=np.array([0.0, 6.0], np.float32),
        counts=np.ones(2, np.int32),
        attention=np.array([[1.0, 0.0], [0.0, 1.0]], np.float32),
        row_map=np.zeros(1, np.int32),
    )


def test_several_heads_have_their_mean_above_them(pairs: AttentionPairs):
    rows = head_rows(pairs, ["block 1, head 1", "block 1, head 2"], 4.0, None)
    assert [row.name for row in rows] == [ALL_HEADS, "Block 1, head 1", "Block 1, head 2"]
    assert [row.head for row in rows] == [None, 0, 1]
    assert [row.beyond for row in rows] == pytest.approx([0.5, 0.0, 1.0])
    assert [row.if_even for row in rows] == pytest.approx([0.5] * 3)
    assert [row.mean_distance for row in rows] == pytest.approx([3.0, 0.0, 6.0])


def test_a_single_head_stands_alone(pairs: AttentionPairs):
    assert [row.head for row in head_rows(pairs, ["attention"], 4.0, 0)] == [0]
