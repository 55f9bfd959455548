import argparse

import pytest

from core.cli.option_types import at_least, listed


def test_a_number_is_not_below_the_smallest():
    assert at_least(3)("3") == 3
    with pytest.raises(argparse.ArgumentTypeError, match="3 or more"):
        at_least(3)("2")


@pytest.mark.parametrize(
    ("text", "parts"), [("", []), (" , ,", []), ("a", ["a"]), (" b, a ,b,, c d", ["b", "a", "c d"])]
)
def test_a_list_has_each_part_once_in_its_order(text: str, parts: list[str]):
    assert listed(text) == parts
