"""Text comes out whatever the encoding."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.reading.decoding import decode


@pytest.mark.parametrize(
    "source",
    [
        "Müller 5 Å".encode(),
        codecs.BOM_UTF8 + "Müller 5 Å".encode(),
        "Müller 5 Å".encode("latin-1"),
        "Müller 5 Å".encode("utf-16"),
    ],
)
def test_common_encodings_give_the_same_text(source: bytes):
    assert decode(source) == "Müller 5 Å"


def test_line_ends_of_all_platforms_become_one():
    assert decode(b"a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_what_follows_a_dos_end_of_file_is_left_out():
    assert decode(b"data_x\n\x1a\x00junk") == "data_x\n"


@given(source=st.binary())
def test_any_bytes_give_some_text(source: bytes):
    assert isinstance(decode(source), str)
