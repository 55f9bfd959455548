from typing import Any

import pytest

from core.jobs.trust_words import interval_sentence, percent

PLAIN = {"level": 0.9, "per_spread": 0.0, "num_calibrated": 12, "coverage": None, "num_tested": 0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "90 % intervals, one width for all, from 12 held-out values; how many new values they",
        ),
        ({"per_spread": 1.0}, "90 % intervals, wider where networks disagree, from 12"),
        ({"coverage": 0.875, "num_tested": 16}, "held-out values; 88 % of 16 test values lie within."),
    ],
)
def test_what_intervals_are_worth_is_said_with_their_level(changes: dict[str, Any], words: str):
    assert words in interval_sentence({**PLAIN, **changes})


def test_where_there_is_none_the_reason_is_said():
    assert interval_sentence(None) == "No interval: too few held-out values to tell."
    assert interval_sentence(None, is_class=True) == "No interval: a probability says itself how sure it is."


def test_shares_are_whole_percentages():
    assert percent(0.875) == "88 %"
