"""Files are unpacked as they are read, within limits of memory."""

import bz2
import gzip
import io
import lzma
from pathlib import Path

import pytest

from core.errors import StructureError
from core.structures.reading import streams
from core.structures.reading.streams import LARGEST_TEXT, BoundedStream, open_stream, read_whole

PACKERS = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress, ".bz2": bz2.compress}


@pytest.mark.parametrize("compression", PACKERS)
def test_packed_and_plain_files_are_read_alike(tmp_path: Path, compression: str):
    path = tmp_path / "file"
    path.write_bytes(PACKERS[compression](b"one\ntwo\n"))
    with open_stream(path, compression) as stream:
        assert stream.readline() == b"one\n"
        assert stream.read() == b"two\n"


@pytest.mark.parametrize("compression", [".gz", ".xz", ".bz2"])
def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, compression: str):
    path = tmp_path / "bomb"
    path.write_bytes(PACKERS[compression](bytes(40 * 1024**2)))
    with open_stream(path, compression) as stream:
        stream.read(2**20)
        with pytest.raises(StructureError, match="grows more than 200"):
            stream.read(40 * 1024**2)


def test_a_content_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "LARGEST_CONTENT", 100)
    stream = BoundedStream(io.BytesIO(bytes(200)), lambda: 10**6)
    assert len(stream.read(100)) == 100
    with pytest.raises(StructureError, match="Unpacked"):
        stream.read(1)


def test_a_header_that_asks_for_gigabytes_gets_none():
    with pytest.raises(StructureError, match="too much memory"):
        BoundedStream(io.BytesIO(b"x"), lambda: 1).read(LARGEST_TEXT + 1)


def test_a_stream_goes_forwards_only():
    stream = BoundedStream(io.BytesIO(b"0123456789"), lambda: 10)
    assert stream.seek(4) == 4
    assert stream.read(2) == b"45"
    with pytest.raises(io.UnsupportedOperation):
        stream.seek(0)
    assert stream.seek(50) == 10


def test_the_last_piece_is_remembered():
    stream = BoundedStream(io.BytesIO(b"abc"), lambda: 3)
    assert (stream.read(2), stream.last_piece) == (b"ab", b"ab")
    assert (stream.read(), stream.read(), stream.last_piece) == (b"c", b"", b"")


@pytest.mark.parametrize("content", [b"", b" \r\n\t"])
def test_an_empty_text_is_refused(content: bytes):
    with pytest.raises(StructureError, match="empty"):
        read_whole(io.BytesIO(content))


def test_a_text_of_one_structure_has_a_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "LARGEST_TEXT", 10)
    assert read_whole(io.BytesIO(b"0123456789")) == b"0123456789"
    with pytest.raises(StructureError, match="no more can be read"):
        read_whole(io.BytesIO(b"0123456789x"))
