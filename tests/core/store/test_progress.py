import pytest

from core.store.progress import Progress, Stopwatch


def test_the_time_left_follows_from_the_time_taken():
    progress = Progress(done=25, total=100, num_structures=50, seconds=10.0)
    assert progress.rate == pytest.approx(5.0)
    assert progress.seconds_left == pytest.approx(30.0)


def test_nothing_is_promised_before_the_first_step():
    progress = Progress(done=0, total=100, num_structures=0, seconds=0.0)
    assert (progress.rate, progress.seconds_left) == (0.0, None)


def test_a_stopwatch_tells_the_time_since_its_start():
    watch = Stopwatch(total=4)
    first, second = watch.at(1, 10), watch.at(2, 20)
    assert (second.done, second.total, second.num_structures) == (2, 4, 20)
    assert 0.0 <= first.seconds <= second.seconds
