"""Values are read as people write them; what is no value is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.labels.value import Measurement, is_missing, read_measurement


@pytest.mark.parametrize(
    ("text", "value", "bound"),
    [
        ("1.2e-3", 1.2e-3, ""),
        ("1.2E-3", 1.2e-3, ""),
        (" 5 ", 5.0, ""),
        (".5", 0.5, ""),
        ("5.", 5.0, ""),
        ("+3", 3.0, ""),
        ("-3.5", -3.5, ""),
        ("−3.5", -3.5, ""),
        ("<1E-10", 1e-10, "<"),
        ("< 1E-10", 1e-10, "<"),
        ("> 5", 5.0, ">"),
        ("<=2", 2.0, "<"),
        (">=2", 2.0, ">"),
        ("≤ 3", 3.0, "<"),
        ("≥3", 3.0, ">"),
        ("1.20(3)", 1.2, ""),
        ("1.20(3)e-4", 1.2e-4, ""),
        ("5.2 ± 0.1", 5.2, ""),
        ("5.2+/-0.1", 5.2, ""),
        ("1.2 x 10^-4", 1.2e-4, ""),
        ("1.2×10-4", 1.2e-4, ""),
        ("< 3 * 10^2", 300.0, "<"),
    ],
)
def test_usual_spellings_are_understood(text: str, value: float, bound: str):
    measured = read_measurement(text)
    assert (measured.value, measured.bound) == (pytest.approx(value, rel=1e-12), bound)


@pytest.mark.parametrize(
    "text", ["abc", "1.2.3", "<", "1 2", "12%", "~5", "1e", "--3", "0x10", "inf", "<>5", "5 eV", "=5", "1-2"]
)
def test_what_is_no_number_is_refused_and_shown(text: str):
    with pytest.raises(ValueError, match="is not a number") as caught:
        read_measurement(text)
    assert text in str(caught.value)


def test_a_number_beyond_all_bounds_is_refused():
    with pytest.raises(ValueError, match="too large"):
        read_measurement("1e999")


def test_a_decimal_comma_is_read_only_where_commas_do_not_separate_columns():
    assert read_measurement("1,5", decimal_comma=True) == Measurement(1.5)
    assert read_measurement("<1,5e-3", decimal_comma=True) == Measurement(1.5e-3, "<")
    with pytest.raises(ValueError, match="decimal point instead of the comma"):
        read_measurement("1,5")


@pytest.mark.parametrize("text", ["1,234,567", "1.234,5"])
def test_thousands_are_not_mistaken_for_decimals(text: str):
    with pytest.raises(ValueError, match="not a number"):
        read_measurement(text, decimal_comma=True)


@pytest.mark.parametrize("text", ["", "  ", "-", "?", ".", "nan", "NaN", "NA", "n/a", "None", "null"])
def test_empty_entries_say_that_nothing_was_measured(text: str):
    assert is_missing(text)


@pytest.mark.parametrize("text", ["0", "-1", "no", "<", "unknown"])
def test_other_entries_are_not_passed_over(text: str):
    assert not is_missing(text)


@given(value=st.floats(allow_nan=False, allow_infinity=False), bound=st.sampled_from(["", "<", ">"]))
def test_every_number_that_python_writes_is_read_exactly(value: float, bound: str):
    assert read_measurement(f"{bound}{value!r}") == Measurement(value, bound)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1.20(3)", 0.03),
        ("1.20(13)", 0.13),
        ("120(3)", 3.0),
        ("1.20(3)e-4", 3e-6),
        ("5.2 ± 0.1", 0.1),
        ("5.2+/-1e-1", 0.1),
        ("5.2", None),
        ("5.2 ± 0.1.2", None),
    ],
)
def test_the_error_is_read_in_the_unit_of_the_value(text: str, error: float | None):
    measured = read_measurement(text).error
    assert measured == (None if error is None else pytest.approx(error, rel=1e-12))


def test_a_limit_has_no_error():
    assert read_measurement("<1E-10") == Measurement(1e-10, "<", None)


@pytest.mark.parametrize("text", ["0", "-1.5", "< 0"])
def test_only_positive_values_have_a_logarithm(text: str):
    assert read_measurement(text).value <= 0.0
    with pytest.raises(ValueError, match="has no logarithm"):
        read_measurement(text, log10=True)
