from pathlib import Path

import pytest

from desktop_app.library.value_range import ValueRange, value_ranges


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "values.csv"
    lines = [f"s{k},1e-{k},{k - 3},{k},word,{'' if k > 1 else 5}" for k in range(1, 9)]
    path.write_text("id,sigma,charge,gap,family,rare\n" + "\n".join(lines) + "\n<odd>,<1E-10,,,,\n")
    return path


def test_columns_of_numbers_have_a_range_and_bounds_count(table: Path):
    ranges = value_ranges(table)
    assert set(ranges) == {"sigma", "charge", "gap"}  # words have none, and one value is too few
    assert ranges["sigma"] == ValueRange(1e-10, 0.1)
    assert ranges["charge"] == ValueRange(-2.0, 5.0)


@pytest.mark.parametrize(
    ("lowest", "highest", "wanted"),
    [(1e-10, 0.1, True), (1.0, 100.0, False), (1.0, 101.0, True), (-2.0, 1e6, False), (0.0, 1e6, False)],
)
def test_the_logarithm_suits_positive_values_over_more_than_two_decades(
    lowest: float, highest: float, wanted: bool
):
    assert ValueRange(lowest, highest).wants_log10 is wanted
