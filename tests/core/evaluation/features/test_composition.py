import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.features.composition import (
    COMPOSITION_FEATURES,
    PROPERTIES,
    composition_features,
    property_table,
)

AMOUNTS = st.dictionaries(st.sampled_from(["Li", "Na", "O", "Fe", "U"]), st.floats(0.01, 50), min_size=1)


def of(amounts: dict[str, float], name: str) -> float:
    return float(composition_features([amounts])[0, COMPOSITION_FEATURES.index(name)])


def elemental(atomic_number: int, name: str) -> float:
    return float(property_table()[atomic_number - 1, PROPERTIES.index(name)])


def test_lithium_oxide_by_hand():
    lithium, oxygen = elemental(3, "electronegativity"), elemental(8, "electronegativity")
    oxide = {"Li": 4.0, "O": 2.0}
    mean = (2 * lithium + oxygen) / 3
    deviation = (2 * abs(lithium - mean) + abs(oxygen - mean)) / 3
    expected = (mean, deviation, lithium, oxygen, oxygen - lithium, lithium)
    for statistic, value in zip(
        ("mean", "deviation", "smallest", "largest", "range", "of the most"), expected, strict=True
    ):
        assert of(oxide, f"electronegativity, {statistic}") == pytest.approx(value)
    assert of(oxide, "fraction of Li") == pytest.approx(2 / 3)
    assert of(oxide, "number of elements") == 2
    assert of(oxide, "norm 2 of the fractions") == pytest.approx(np.sqrt(5) / 3)
    ionic = 1 - np.exp(-0.25 * (oxygen - lithium) ** 2)
    assert of(oxide, "ionic character, largest") == pytest.approx(ionic)
    assert of(oxide, "ionic character, mean") == pytest.approx(2 * ionic * 2 / 9)
    assert of(oxide, "share of s electrons") == pytest.approx((2 * 1 + 2) / (2 * 1 + 6))


@given(AMOUNTS, st.floats(0.1, 10))
def test_only_the_proportions_count(amounts: dict[str, float], factor: float):
    scaled = {symbol: factor * amount for symbol, amount in amounts.items()}
    np.testing.assert_allclose(
        *[composition_features([a])[0] for a in (amounts, scaled)], rtol=1e-6, atol=1e-9
    )


@given(st.lists(AMOUNTS, min_size=1, max_size=4))
def test_each_composition_is_described_by_itself(several: list[dict[str, float]]):
    together = composition_features(several)
    assert np.isfinite(together).all()
    for row_of_features, amounts in zip(together, several, strict=True):
        np.testing.assert_allclose(row_of_features, composition_features([amounts])[0], rtol=1e-9, atol=1e-12)


def test_an_element_has_no_spread():
    iron = composition_features([{"Fe": 3.0}])[0]
    for name, value in zip(COMPOSITION_FEATURES, iron, strict=True):
        if name.endswith((", deviation", ", range")) or name.startswith("ionic character"):
            assert value == pytest.approx(0.0, abs=1e-9)


def test_nothing_to_describe_gives_no_rows():
    assert composition_features([]).shape == (0, len(COMPOSITION_FEATURES))
