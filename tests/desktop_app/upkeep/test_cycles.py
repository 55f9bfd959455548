import gc
import weakref
from collections.abc import Iterator
from threading import Thread

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.upkeep.cycles import CycleCollector


class Knot:
    """An object that holds itself, so that only the search for cycles finds it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[CycleCollector]:
    collector = CycleCollector()
    yield collector
    collector.stop()
    assert gc.isenabled()


def make_many() -> list[list[int]]:
    return [[number] for number in range(10 * gc.get_threshold()[0])]


@pytest.mark.usefixtures("collector")
def test_a_thread_that_makes_many_objects_does_not_search():
    knot = weakref.ref(Knot())
    thread = Thread(target=make_many)
    thread.start()
    thread.join()
    assert knot() is not None


@pytest.mark.usefixtures("collector")
def test_what_holds_itself_is_found_in_the_threads_own_time(qtbot: QtBot, wait: int):
    knot = weakref.ref(Knot())
    many = make_many()
    qtbot.waitUntil(lambda: knot() is None, timeout=wait)
    assert many


@pytest.mark.usefixtures("collector")
def test_what_was_there_before_is_not_searched():
    assert gc.get_freeze_count() > 1000


def test_without_much_that_is_new_nothing_is_searched(collector: CycleCollector):
    gc.collect()
    searched: list[str] = []
    gc.callbacks.append(lambda phase, about: searched.append(phase))
    collector._look()
    gc.callbacks.pop()
    assert searched == []
