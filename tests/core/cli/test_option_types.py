import argparse

import pytest

from core.cli.option_types import add_seed, at_least, listed


def test_a_number_is_not_below_the_smallest():
    assert at_least(3)("3") == 3
    with pytest.raises(argparse.ArgumentTypeError, match="3 or more"):
        at_least(3)("2")


@pytest.mark.parametrize(("text", "seed"), [("0", 0), ("4294967295", 2**32 - 1)])
def test_a_seed_is_what_every_generator_takes(text: str, seed: int):
    parser = argparse.ArgumentParser()
    add_seed(parser)
    assert parser.parse_args([]).seed == 0
    assert parser.parse_args(["--seed", text]).seed == seed


@pytest.mark.parametrize("text", ["4294967296", "-1", "1.5", "one"])
def test_no_generator_is_given_a_seed_that_it_refuses(text: str, capsys: pytest.CaptureFixture[str]):
    parser = argparse.ArgumentParser()
    add_seed(parser)
    with pytest.raises(SystemExit):
        parser.parse_args([f"--seed={text}"])
    assert "from 0 to 4294967295" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "parts"), [("", []), (" , ,", []), ("a", ["a"]), (" b, a ,b,, c d", ["b", "a", "c d"])]
)
def test_a_list_has_each_part_once_in_its_order(text: str, parts: list[str]):
    assert listed(text) == parts
