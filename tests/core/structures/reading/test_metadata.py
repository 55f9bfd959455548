"""What stands beside a structure is kept when it is a number or a short text."""

import math
from typing import Any

import pytest

from core.structures.reading.metadata import LONGEST_ENTRY, as_metadata, find_name


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1.5, 1.5),
        (3, 3.0),
        ("2.5e-3", 0.0025),
        ("-7", -7.0),
        (".5", 0.5),
        ("007", "007"),
        ("1_000", "1_000"),
        ("P 1", "P 1"),
        (" 10.1039/D5DD00441A ", "10.1039/D5DD00441A"),
        (True, "true"),
        ("nan", "nan"),
    ],
)
def test_numbers_and_short_texts_are_kept(value: Any, kept: str | float):
    assert as_metadata({"x": value}) == {"x": kept}


@pytest.mark.parametrize(
    "value", [None, "", "  ", math.nan, math.inf, 10**400, "1e999x" * 500, [1], {"a": 1}, b"x"]
)
def test_the_rest_is_left_out(value: Any):
    assert as_metadata({"x": value}) == {}


def test_a_number_that_is_too_large_stays_text():
    assert as_metadata({"x": "1e999"}) == {"x": "1e999"}


def test_the_longest_text_is_still_kept():
    assert as_metadata({"x": "a" * LONGEST_ENTRY}) == {"x": "a" * LONGEST_ENTRY}


def test_named_keys_and_empty_ones_are_left_out():
    assert as_metadata({"a": 1, "b": 2, "": 3}, leave_out={"b"}) == {"a": 1.0}


@pytest.mark.parametrize(
    ("beside", "found"),
    [
        ({"id": "a", "material_id": "b"}, ("material_id", "b")),
        ({"ID": 12}, ("ID", "12")),
        ({"name": " x "}, ("name", "x")),
        ({"id": None, "name": "x"}, ("name", "x")),
        ({"id": "", "e": 1}, ("", "")),
        ({}, ("", "")),
        ({1: 2}, ("", "")),
    ],
)
def test_the_most_telling_name_is_found(beside: dict[Any, Any], found: tuple[str, str]):
    assert find_name(beside) == found
