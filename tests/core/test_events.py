"""Events are one JSON line each, and an older reader survives a newer writer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import (
    TERMINAL,
    CheckpointSaved,
    EpochEnded,
    Event,
    Failed,
    Finished,
    Message,
    Progress,
    Started,
    Stopped,
    TimedEvent,
    from_line,
    to_line,
)

NUMBER = st.floats(allow_nan=False, allow_infinity=False)
COUNT = st.integers(0, 10**9)
EVENTS = st.one_of(
    st.builds(Started, st.text(), COUNT, COUNT),
    st.builds(Progress, st.text(), COUNT, COUNT),
    st.builds(
        EpochEnded, COUNT, st.none() | NUMBER, st.none() | NUMBER, NUMBER, st.dictionaries(st.text(), NUMBER)
    ),
    st.builds(CheckpointSaved, COUNT, st.booleans()),
    st.builds(Message, st.sampled_from(["info", "warning"]), st.text()),
    st.builds(Finished, NUMBER),
    st.builds(Stopped, COUNT),
    st.builds(Failed, st.text(), st.text()),
)


@given(event=EVENTS, seq=COUNT)
def test_an_event_is_one_line_and_reads_back_equal(event: Event, seq: int):
    line = to_line(event, seq, time=1_700_000_000.25)
    assert line.endswith("\n")
    assert "\n" not in line[:-1]
    assert from_line(line) == TimedEvent(1_700_000_000.25, event)


def test_a_line_carries_schema_number_time_and_type():
    content = json.loads(to_line(Stopped(epoch=3), seq=7, time=12.3456))
    assert content == {"schema": 1, "seq": 7, "time": 12.346, "type": "Stopped", "epoch": 3}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_becomes_null(value: float):
    line = to_line(EpochEnded(1, value, 0.5, 2.0, {"local": value, "global": 1.0}), 1, 0.0)
    assert "NaN" not in line
    assert "Infinity" not in line
    assert from_line(line) == TimedEvent(0.0, EpochEnded(1, None, 0.5, 2.0, {"local": None, "global": 1.0}))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "null",
        "[1, 2]",
        '"Finished"',
        '{"type": "Finished", "time": 1.0}',
        '{"time": 1.0, "seconds": 2.0}',
        '{"type": "SomethingNew", "time": 1.0, "seconds": 2.0}',
        '{"type": "Finished", "time": null, "seconds": 2.0}',
    ],
)
def test_a_damaged_line_or_an_unknown_type_is_passed_over(line: str):
    assert from_line(line) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epoch", "<b>3</b>"),
        ("epoch", None),
        ("seconds", "soon"),
        ("metrics", [1]),
        ("time", 1e999),
        ("time", "x"),
    ],
)
def test_an_event_with_a_value_of_another_type_is_passed_over(name: str, value: object):
    content = json.loads(to_line(EpochEnded(1, 0.5, None, 2.0, {"mae": 0.1}), 0, 1.0))
    assert from_line(json.dumps(content)) is not None
    assert from_line(json.dumps({**content, name: value})) is None


def test_a_line_nested_too_deeply_is_passed_over():
    assert from_line("[" * 100_000) is None


def test_what_a_newer_version_adds_to_an_event_is_ignored():
    line = '{"type": "Stopped", "time": 1.0, "seq": 1, "schema": 2, "epoch": 3, "reason": "new"}'
    assert from_line(line) == TimedEvent(1.0, Stopped(epoch=3))


def test_text_keeps_its_letters():
    assert "Grüße, 結晶" in to_line(Message("info", "Grüße, 結晶"), 1, 0.0)


def test_a_run_ends_by_finishing_stopping_or_failing():
    assert set(TERMINAL) == {Finished, Stopped, Failed}
