import json
import math
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DiskFull
from core.events import CheckpointSaved, EpochEnded, Finished, Message, Progress, Started, Stopped
from core.jobs import event_log
from core.jobs.event_log import EventLog, EventTail, last_event


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def note(text: str) -> Message:
    return Message("info", text)


def events(path: Path) -> list[object]:
    return [timed.event for timed in EventTail(path).read()]


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def progress_steps(path: Path, stage: str = "reading") -> list[int]:
    return [event.done for event in events(path) if isinstance(event, Progress) and event.stage == stage]


def test_an_event_is_in_the_file_as_soon_as_it_is_written(path: Path):
    log = EventLog(path)
    log.append(Finished(2.5))
    assert events(path) == [Finished(2.5)]
    assert path.read_bytes().count(b"\n") == 1


def test_events_are_numbered_from_zero_and_carry_their_time(path: Path):
    clock = FakeClock()
    with EventLog(path, clock) as log:
        for text in "abc":
            clock.now += 1.0
            log.append(note(text))
    assert [(line["seq"], line["time"]) for line in lines(path)] == [(0, 1.0), (1, 2.0), (2, 3.0)]
    assert [timed.time for timed in EventTail(path).read()] == [1.0, 2.0, 3.0]


def test_numbering_goes_on_when_a_run_is_resumed(path: Path):
    for epoch in (3, 7):
        with EventLog(path) as log:
            log.append(Started("cpu", 0, 10))
            log.append(Stopped(epoch))
    assert [line["seq"] for line in lines(path)] == [0, 1, 2, 3]


def test_progress_is_written_ten_times_a_second_at_most(path: Path):
    clock = FakeClock()
    with EventLog(path, clock) as log:
        for done in range(1, 20):  # every 30 ms
            log.append(Progress("reading", done, 100))
            clock.now += 0.03
    assert progress_steps(path) == [1, 5, 9, 13, 17]


def test_the_last_progress_of_a_stage_is_never_dropped(path: Path):
    with EventLog(path, FakeClock()) as log:
        for done in range(1, 5):
            log.append(Progress("reading", done, 4))
        for done in range(1, 4):
            log.append(Progress("training", done, 3))
    assert progress_steps(path, "reading") == [1, 4]
    assert progress_steps(path, "training") == [3]


def test_other_events_are_never_dropped(path: Path):
    with EventLog(path, FakeClock()) as log:
        for epoch in range(5):
            log.append(CheckpointSaved(epoch, best=False))
    assert len(events(path)) == 5


def test_a_clock_that_is_set_back_does_not_silence_progress(path: Path):
    clock = FakeClock()
    clock.now = 3600.0
    with EventLog(path, clock) as log:
        log.append(Progress("reading", 1, 9))
        clock.now = 0.0
        log.append(Progress("reading", 2, 9))
    assert progress_steps(path) == [1, 2]


def test_a_torn_last_line_is_closed_and_passed_over(path: Path):
    with EventLog(path) as log:
        log.append(note("before"))
        log.append(note("killed while writing this"))
    path.write_bytes(path.read_bytes()[:-20])
    with EventLog(path) as log:
        log.append(note("after"))
    assert events(path) == [note("before"), note("after")]
    assert json.loads(path.read_bytes().splitlines()[-1])["seq"] == 2


def test_numbers_that_are_not_finite_are_written_as_null(path: Path):
    with EventLog(path) as log:
        log.append(EpochEnded(0, math.nan, math.inf, 1.0, {"validation_mae": -math.inf, "local": 0.5}))
    assert events(path) == [EpochEnded(0, None, None, 1.0, {"validation_mae": None, "local": 0.5})]


@given(st.text())
def test_any_text_comes_back_as_it_was(text: str):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        with EventLog(path) as log:
            log.append(note(text))
            log.append(note("next"))
        assert events(path) == [note(text), note("next")]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x1e", "\n", "\r\n"])
def test_line_separators_inside_a_text_do_not_cut_the_event(path: Path, separator: str):
    with EventLog(path) as log:
        log.append(note(f"one{separator}two"))
    assert events(path) == [note(f"one{separator}two")]


def test_text_that_is_not_unicode_does_not_end_the_job(path: Path):
    with EventLog(path) as log:
        log.append(note("file \udcff.cif"))
    assert events(path) == [note("file ?.cif")]


def test_a_full_disk_is_told_as_such(small_disk: Path):
    path = small_disk / "events.jsonl"
    with EventLog(path) as log:
        for _ in range(200):
            log.append(note("x" * 1000))
        with pytest.raises(DiskFull, match=r"events\.jsonl"):
            log.append(note("x" * 100_000))
    assert len(events(path)) == 200


def test_a_log_that_is_not_there_has_no_events(path: Path):
    assert EventTail(path).read() == []
    assert last_event(path) is None


def test_each_reading_gives_only_what_is_new(path: Path):
    tail = EventTail(path)
    with EventLog(path) as log:
        log.append(note("a"))
        log.append(note("b"))
        assert [timed.event for timed in tail.read()] == [note("a"), note("b")]
        assert tail.read() == []
        log.append(note("c"))
        assert [timed.event for timed in tail.read()] == [note("c")]


def test_a_line_is_given_only_when_it_is_complete(path: Path):
    with EventLog(path) as log:
        log.append(note("Größe"))
    content = path.read_bytes()
    tail = EventTail(path)
    for end in range(len(content)):  # every cut, those inside a character too
        path.write_bytes(content[:end])
        assert tail.read() == []
    path.write_bytes(content)
    assert [timed.event for timed in tail.read()] == [note("Größe")]


@pytest.mark.parametrize(
    "line",
    [
        b'{"type": "Teleported", "time": 1.0}',
        b'{"type": "Finished", "time": 1.0}',
        *(b"{", b"", b"[]", b"null", b"\x00\x00", b"\xff\xfe"),
    ],
)
def test_a_damaged_or_unknown_line_is_passed_over(path: Path, line: bytes):
    with EventLog(path) as log:
        log.append(note("before"))
    with open(path, "ab") as file:
        file.write(line + b"\n")
    with EventLog(path) as log:
        log.append(note("after"))
    assert events(path) == [note("before"), note("after")]


@pytest.mark.parametrize("count", [1, 3], ids=["by a shorter one", "by a longer one"])
def test_a_file_that_is_replaced_is_read_from_its_start(path: Path, count: int):
    with EventLog(path) as log:
        log.append(note("old"))
        log.append(note("old"))
    tail = EventTail(path)
    tail.read()
    other = path.with_name("other.jsonl")
    with EventLog(other) as log:
        for number in range(count):
            log.append(note(f"new {number}"))
    os.replace(other, path)
    assert [timed.event for timed in tail.read()] == [note(f"new {number}") for number in range(count)]


def test_a_file_that_was_cut_short_is_read_from_its_start(path: Path):
    with EventLog(path) as log:
        log.append(note("first"))
        log.append(note("second"))
    tail = EventTail(path)
    tail.read()
    os.truncate(path, path.read_bytes().index(b"\n") + 1)
    assert [timed.event for timed in tail.read()] == [note("first")]


def test_the_last_event_is_found_at_the_end_of_a_long_log(path: Path, monkeypatch: pytest.MonkeyPatch):
    with EventLog(path) as log:
        for epoch in range(100):
            log.append(CheckpointSaved(epoch, best=True))
    monkeypatch.setattr(event_log, "LAST_WORDS_BYTES", 150)
    last = last_event(path)
    assert last is not None
    assert last.event == CheckpointSaved(99, best=True)


def test_a_torn_line_is_not_the_last_event(path: Path):
    with EventLog(path) as log:
        log.append(Stopped(4))
    with open(path, "a", encoding="utf-8") as file:
        file.write('{"schema": 1, "seq"')
    last = last_event(path)
    assert last is not None
    assert last.event == Stopped(4)


def test_a_log_that_is_no_file_has_no_events(path: Path):
    path.mkdir()
    assert EventTail(path).read() == []
    assert last_event(path) is None
