from typing import Any

import pytest

from core.jobs.results.trust_words import class_set_sentence, interval_sentence, percent

PLAIN = {"level": 0.9, "per_spread": 0.0, "num_calibrated": 12, "coverage": None, "num_tested": 0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "90 % intervals, one width for all, from 12 held-out values; how many new values they",
        ),
        (
            {"level": 0.75, "num_calibrated": 3},
            "75 % intervals, one width for all, from 3 held-out values (too few for 90 %); how many",
        ),
        (
            {"level": 0.5, "num_calibrated": 1},
            "50 % intervals, one width for all, from 1 held-out value (too",
        ),
        ({"per_spread": 1.0}, "90 % intervals, wider where the prediction is less sure, from 12"),
        ({"coverage": 0.875, "num_tested": 16}, "held-out values; 88 % of 16 test values lie within."),
    ],
)
def test_what_intervals_are_worth_is_said_with_their_level(changes: dict[str, Any], words: str):
    assert words in interval_sentence({**PLAIN, **changes})


def test_where_there_is_none_the_reason_is_said():
    assert interval_sentence(None) == "No interval: no measured value was held out."
    assert interval_sentence(None, is_class=True) == "No interval: a probability says itself how sure it is."


def test_shares_are_whole_percentages():
    assert percent(0.875) == "88 %"


def test_sets_of_classes_say_how_often_they_hold_the_true_one():
    card = {"num_calibrated": 40, "coverage": 0.925, "mean_size": 1.75, "num_tested": 40}
    assert class_set_sentence(card) == (
        "90 % sets of classes (classes.csv), from 40 held-out labels; 92 % of 40 test labels lie within, "
        "with 1.8 classes a set."
    )
    assert class_set_sentence({**card, "num_tested": 0}).endswith("was not tested.")
