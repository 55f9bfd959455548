import numpy as np
import pytest

from core.jobs.results.attention import AttentionMap
from core.structures.structure import Structure
from desktop_app.attention.neighbour_columns import neighbours_model, neighbours_of

TWO_HEADS = np.array([[[0.25, 0.75], [0.75, 0.25]], [[0.9, 0.1], [0.1, 0.9]]], np.float32)
MAP = np.array([0] * 4 + [1] * 4, np.int32)


@pytest.mark.parametrize(("head", "first"), [(0, "Cl5 ×4"), (1, "Na1 ×4"), (None, "Na1 ×4")])
def test_the_most_attended_comes_first(rock_salt: Structure, head: int | None, first: str):
    rows = neighbours_of(rock_salt, AttentionMap(TWO_HEADS, MAP), 0, head)
    assert rows[0].name == first
    assert sum(row.share for row in rows) == pytest.approx(1)


def test_the_distance_is_that_of_the_nearest_copy(rock_salt: Structure):
    rows = {row.name: row.distance for row in neighbours_of(rock_salt, AttentionMap(TWO_HEADS, MAP), 2, 0)}
    assert rows == pytest.approx({"Na1 ×4": 0.0, "Cl5 ×4": 2.82})


def test_shares_are_shown_in_per_cent_and_distances_in_angstrom(rock_salt: Structure):
    model = neighbours_model()
    model.set_rows(neighbours_of(rock_salt, AttentionMap(TWO_HEADS, MAP), 0, 0))
    assert [model.cell_text(0, column) for column in range(4)] == ["Cl5 ×4", "Cl", "75.0%", "2.820"]
    assert model.titles()[3] == "Distance (Å)"
