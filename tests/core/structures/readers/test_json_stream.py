import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.readers import json_stream
from core.structures.readers.json_stream import JsonStream

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUES), st.integers(1, 40), st.sampled_from([None, 1]), st.integers(0, 10))
def test_a_list_is_cut_into_its_entries_wherever_the_pieces_end(
    values: list[Any], chunk: int, indent: int | None, place: int
):
    source = json.dumps(values, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        source.decode()
    except UnicodeDecodeError:
        source = json.dumps(values, indent=indent).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "CHUNK", chunk)
        entries = list(JsonStream(source[:place], io.BytesIO(source[place:])).entries())
    assert [value for _, value in entries] == values
    assert [json.loads(text) for text, _ in entries] == values


def test_signs_and_values_are_taken_in_turn():
    text = JsonStream(b' { "a" : ', io.BytesIO(b"12.5 , 3} "))
    assert text.take("{")
    assert text.value() == ('"a"', "a")
    assert not text.take(",")
    assert text.take(":")
    assert text.value() == ("12.5", 12.5)
    assert text.take(",")
    assert text.value() == ("3", 3)
    assert text.take("}")
    assert not text.take("}")


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2", b"nonsense", b"[" * 100_000])
def test_what_is_no_list_is_an_error(content: bytes):
    with pytest.raises(ValueError, match=r"no longer JSON|no list"):
        list(JsonStream(b"", io.BytesIO(content)).entries())


def test_a_value_without_an_end_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_stream, "LARGEST_TEXT", 2**20)
    stream = io.BytesIO(b'"' + b"x" * 2**24)
    with pytest.raises(ValueError, match="no longer JSON"):
        JsonStream(b"", stream).value()
    assert stream.tell() < 2**23
