import numpy as np
import pytest

from core.jobs.results.attention import AttentionMap
from core.jobs.results.occlusion import OcclusionMap
from core.structures.structure import Structure
from desktop_app.attention.occlusion_columns import (
    HiddenRow,
    hidden_model,
    hidden_rows,
    rank_correlation,
    show_hidden,
)


def rows_of(*values: tuple[float, float]) -> list[HiddenRow]:
    return [HiddenRow(f"X{n}", n, share, change) for n, (share, change) in enumerate(values)]


def test_sites_come_first_then_pairs_of_elements(rock_salt: Structure):
    attention = AttentionMap(
        np.array([[[0.25, 0.75], [0.4, 0.6]]], np.float32), np.array([0] * 4 + [1] * 4, np.int32)
    )
    sites = np.array([[0.1]] * 4 + [[-0.2]] * 4)
    found = OcclusionMap(np.array([1.0]), sites, (("Cl", "Na"),), np.array([[np.nan]]))
    rows = hidden_rows(rock_salt, attention, found, 0, None)
    assert [row.name for row in rows] == ["Na1 ×4", "Cl5 ×4", "Cl from Na"]
    assert [row.site for row in rows] == [0, 4, None]
    assert [row.attention for row in rows[:2]] == pytest.approx([0.4, 0.75])
    model = hidden_model()
    show_hidden(model, rows, "eV")
    assert [[model.cell_text(line, column) for column in range(4)] for line in range(3)] == [
        ["Cl5 ×4", "75.0%", "-0.2", "0.2"],
        ["Na1 ×4", "40.0%", "+0.1", "0.1"],
        ["Cl from Na", "", "sees nothing", ""],
    ]
    assert model.titles()[2] == "Change (eV)"


def test_the_order_is_compared_whatever_the_sign_of_the_change():
    assert rank_correlation(rows_of((0.1, -1.0), (0.2, 2.0), (0.3, -3.0))) == (pytest.approx(1.0), 3)
    assert rank_correlation(rows_of((0.1, 3.0), (0.2, -2.0), (0.3, 1.0))) == (pytest.approx(-1.0), 3)


def test_spearmans_coefficient_with_ties_is_that_of_the_handbook():
    # ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: r = 4.5 / sqrt(4.5 * 5)
    coefficient, count = rank_correlation(rows_of((0.1, 1.0), (0.2, 3.0), (0.2, 2.0), (0.4, 4.0)))
    assert coefficient == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    assert count == 4


def test_equivalent_sites_count_once_and_unknown_changes_not_at_all():
    rows = rows_of((0.1, 1.0), (0.1, 1.0), (0.3, 2.0), (0.5, np.nan))
    assert rank_correlation(rows) == (pytest.approx(1.0), 2)


@pytest.mark.parametrize("values", [[], [(0.1, 1.0)], [(0.1, 1.0), (0.1, 2.0)]], ids=["none", "one", "tied"])
def test_there_is_not_always_something_to_rank(values: list[tuple[float, float]]):
    assert np.isnan(rank_correlation(rows_of(*values))[0])
