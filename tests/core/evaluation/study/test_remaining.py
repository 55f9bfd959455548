import pytest

from core.evaluation.study.cells import DONE, FAILED, Cell, as_row
from core.evaluation.study.remaining import seconds_left, time_words


def test_nothing_is_known_at_first():
    assert seconds_left([], [Cell("mean", 8, 0, 0)]) is None
    assert seconds_left([as_row(Cell("mean", 8, 0, 0), FAILED)], [Cell("mean", 8, 0, 1)]) is None


def test_cells_take_as_long_as_those_like_them():
    times = (500.0, 10.0, 12.0)
    done = [as_row(Cell("a", 8, 0, seed), DONE, seconds=seconds) for seed, seconds in enumerate(times)]
    assert seconds_left(done, [Cell("a", 8, 0, 3), Cell("a", 8, 0, 4)]) == 24.0
    assert seconds_left(done, [Cell("b", 8, 0, 3)]) == 12.0
    assert seconds_left(done, []) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (40, "40 seconds"), (600, "10 minutes"), (7300, "2 hours"), (300_000, "3 days")],
)
def test_times_are_said_in_round_numbers(seconds: float, words: str):
    assert time_words(seconds) == words
