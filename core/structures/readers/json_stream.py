"""JSON of any length, value by value, with one of them in memory at a time."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from core.structures.reading.streams import LARGEST_TEXT

CHUNK = 2**18  # bytes

# A piece may end inside of a number, and its first digits are a number too.
_REST_OF_NUMBER = frozenset({"", *"0123456789.eE+-"})
_BLANKS = re.compile(r"[ \t\r\n]*")


class JsonStream:
    """A text that starts with some bytes and goes on in a stream; it is taken from its start to its end."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._decoder = json.JSONDecoder()
        self._text, self._place, self._is_last = self._decode(start), 0, False

    def take(self, sign: str) -> bool:
        """Pass over a sign such as a comma, if it is what comes next."""
        self._pass_blanks()
        is_next = self._text.startswith(sign, self._place)
        self._place += is_next
        return is_next

    def value(self) -> tuple[str, Any]:
        """Take the next value: its text and what it stands for; raises ValueError where there is none."""
        self._pass_blanks()
        wanted = CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._place)
            except (ValueError, RecursionError) as error:
                if self._is_last or len(self._text) - self._place > LARGEST_TEXT:
                    raise ValueError("The text is no longer JSON.") from error
            else:
                if self._is_last or self._text[end : end + 1] not in _REST_OF_NUMBER:
                    text, self._place = self._text[self._place : end], end
                    return text, value
            self._read(wanted)
            wanted *= 2

    def entries(self) -> Iterator[tuple[str, Any]]:
        """Take the entries of the list that comes next; raises ValueError where it breaks off."""
        if not self.take("["):
            raise ValueError("There is no list.")
        while not self.take("]"):
            yield self.value()
            self.take(",")

    def _pass_blanks(self) -> None:
        while True:
            blanks = _BLANKS.match(self._text, self._place)
            self._place = blanks.end() if blanks else self._place
            if self._place < len(self._text) or self._is_last:
                return
            self._read(CHUNK)

    def _read(self, size: int) -> None:
        piece = self._stream.read(size)
        self._is_last = not piece
        self._text, self._place = self._text[self._place :] + self._decode(piece), 0
