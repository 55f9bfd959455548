"""Reading files of any size with bounded memory, packed or not, and refusing those made to burst."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from core.errors import StructureError

LARGEST_TEXT = 64 * 1024**2  # bytes of one structure; published CIFs stay below, their reflections included
LARGEST_CONTENT = 8 * 1024**3  # bytes of a whole file, unpacked
MOST_EXPANSION = 200  # unpacked bytes for one packed byte; crystals reach 20
EXPANSION_FROM = 16 * 1024**2  # bytes up to which nobody asks for the expansion

_PIECE = 2**20  # bytes; a larger request costs memory at once, however short the file

COMPRESSIONS: Final[Mapping[str, Callable[[BinaryIO], io.BufferedIOBase]]] = {
    ".gz": gzip.open,
    ".xz": lzma.open,
    ".bz2": bz2.open,
}


class BoundedStream(io.RawIOBase):
    """Bytes of another stream, read forwards only, until they are more than anyone would send.

    num_packed: how many packed bytes were used so far. Raises StructureError on reading when the content
    is too large, in all or for its packed size, or when more than one text is wanted in one piece.
    """

    def __init__(self, stream: io.BufferedIOBase | BinaryIO, num_packed: Callable[[], int]) -> None:
        super().__init__()
        self._stream = cast(io.BufferedIOBase, stream)
        self._num_packed = num_packed
        self._place = 0
        self.last_piece = b""

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Skip forwards; what lies behind is gone."""
        if whence != io.SEEK_SET or offset < self._place:
            raise io.UnsupportedOperation("This stream is read forwards only.")
        while self._place < offset and self.read(min(offset - self._place, 2**20)):
            pass
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._counted(self._stream.read1(len(buffer)))  # read() would lose what precedes a fault
        buffer[: len(piece)] = piece
        return len(piece)

    def read(self, size: int = -1, /) -> bytes:
        if size > LARGEST_TEXT:
            raise StructureError("The file asks for too much memory.", "It may be damaged; make it again.")
        return self._counted(self._stream.read(LARGEST_TEXT if size < 0 else size))

    def _counted(self, piece: bytes) -> bytes:
        self._place += len(piece)
        if self._place > LARGEST_CONTENT:
            raise StructureError(
                f"Unpacked, the file has more than {LARGEST_CONTENT // 1024**3} GB.", "Split it."
            )
        if self._place > max(EXPANSION_FROM, MOST_EXPANSION * self._num_packed()):
            raise StructureError(
                f"Unpacked, the file grows more than {MOST_EXPANSION} times, unlike any real structures.",
                "It may be made to fill up the memory; do not open it.",
            )
        self.last_piece = piece
        return piece


@contextmanager
def open_stream(path: Path, compression: str) -> Iterator[BinaryIO]:
    """Open a file for reading, unpacked if `compression` is a key of COMPRESSIONS."""
    with path.open("rb") as packed:
        if not compression:
            yield packed
            return
        with COMPRESSIONS[compression](packed) as content:
            yield buffered(BoundedStream(content, packed.tell))


def buffered(stream: BoundedStream) -> BinaryIO:
    """Give a stream lines and small pieces at the speed of a file."""
    return cast(BinaryIO, io.BufferedReader(stream, 2**18))


def read_whole(stream: BinaryIO) -> bytes:
    """Read a text to its end; raises StructureError when it is empty or too large for one structure."""
    source = piece = stream.read(_PIECE)
    while len(piece) == _PIECE and len(source) <= LARGEST_TEXT:
        piece = stream.read(_PIECE)
        source += piece
    if len(source) > LARGEST_TEXT:
        raise StructureError(
            f"The file has more than {LARGEST_TEXT // 1024**2} MB; no more can be read in one piece.",
            "Leave measured intensities out of it, or write many structures as JSON lines.",
        )
    if not source.strip():
        raise StructureError("The file is empty.", "Export or download it again.")
    return source
