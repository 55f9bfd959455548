"""Structures from zip and tar archives, read member by member; nothing is ever written to the disk.

An archive may come from anywhere. Members that point outside (absolute paths, `..`, links), are no files,
are encrypted, are packed themselves, or would unpack to more than is sound are refused, each with its
reason; the others are read.
"""

import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, BinaryIO, cast

from core.errors import StructureError
from core.structures.readers.formats import READERS, Kind, kind_of, may_hold_structures
from core.structures.reading.content import DAMAGE, read_content
from core.structures.reading.result import Outcome, Rejection
from core.structures.reading.streams import EXPANSION_FROM, LARGEST_CONTENT, MOST_EXPANSION, BoundedStream

MOST_MEMBERS = 500_000
LARGEST_DIRECTORY = 64 * 1024**2  # bytes of a zip's table of contents; ten times as much in memory

_END_OF_ZIP = b"PK\5\6"
_HINT = "Unpack the archive with a program you trust, and import the folder."


def read_zip(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read all structure files in a zip archive; raises StructureError when it is damaged or a trap."""
    _check_directory(stream)
    try:
        archive = zipfile.ZipFile(stream)
    except (NotImplementedError, ValueError) as error:  # of an unknown version; with names of no encoding
        raise StructureError("The archive is damaged.", "Make it or download it again.") from error
    with archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        if len(members) > MOST_MEMBERS:
            raise _too_many_members()
        num_unpacked = 0
        for member in members:
            kind = kind_of(PurePosixPath(member.filename))
            if not _is_wanted(member.filename, kind):
                continue
            fault = _fault(member.filename, kind) or _fault_in_zip(member)
            num_unpacked += 0 if fault else member.file_size
            if num_unpacked > LARGEST_CONTENT:
                raise _too_large()
            if fault:
                yield Rejection(path, member.filename, fault, _HINT)
                continue
            try:
                content = archive.open(member)
            except (*DAMAGE, NotImplementedError, RuntimeError):
                yield Rejection(path, member.filename, "It is damaged or packed in an unknown way.", _HINT)
                continue
            with content:
                yield from _read_member(content, path, member.filename, kind)


def read_tar(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read all structure files in a tar archive; raises StructureError when it is damaged or a trap."""
    bounded = BoundedStream(stream, num_packed=lambda: LARGEST_CONTENT)
    num_members = 0
    with tarfile.open(fileobj=bounded, mode="r:") as archive:
        while (member := archive.next()) is not None:
            num_members += 1
            if num_members > MOST_MEMBERS:
                raise _too_many_members()
            archive.members = []  # type: ignore[attr-defined]  # or it would remember all of them
            kind = kind_of(PurePosixPath(member.name))
            if member.isdir() or not _is_wanted(member.name, kind):
                continue
            fault = _fault(member.name, kind) or _fault_in_tar(member)
            content = None if fault else archive.extractfile(member)
            if content is None:
                yield Rejection(path, member.name, fault or "It is no file.", _HINT)
            else:
                yield from _read_member(content, path, member.name, kind)
    # A tar ends in blocks of zeros; tarfile passes over in silence that something else stands there.
    if not bounded.last_piece or bounded.last_piece.strip(b"\0"):
        reason = f"The archive breaks off after {num_members:,} members; more may be missing."
        raise StructureError(reason, "Make it or download it again.")


def _read_member(content: IO[bytes], path: str, member: str, kind: Kind) -> Iterator[Outcome]:
    stream = io.BufferedReader(cast(io.RawIOBase, content), 2**16)
    try:
        start = stream.peek()
    except (*DAMAGE, RuntimeError):
        yield Rejection(path, member, "It is damaged.", "Make the archive or download it again.")
        return
    if not may_hold_structures(kind, start):
        return
    for outcome in read_content(READERS[kind.suffix], stream, path, kind.stem):
        yield replace(outcome, block=f"{member}: {outcome.block}" if outcome.block else member)


def _is_wanted(name: str, kind: Kind) -> bool:
    """Whether a member is of a readable kind, and neither it nor a folder of it is hidden."""
    hidden = (
        (part.startswith(".") and part != "..") or part == "__MACOSX" for part in re.split(r"[/\\]", name)
    )
    return kind.is_readable and not any(hidden)


def _fault(name: str, kind: Kind) -> str:
    """What is wrong with the name of a member, or nothing."""
    windows_path = PureWindowsPath(name)
    if windows_path.drive or windows_path.root or ".." in windows_path.parts:
        return "Its path leads out of the archive."
    if kind.compression or kind.suffix not in READERS:
        return "It is packed itself; archives within archives are not opened."
    return ""


def _fault_in_zip(member: zipfile.ZipInfo) -> str:
    mode = stat.S_IFMT(member.external_attr >> 16)
    if mode not in (0, stat.S_IFREG):
        return "It is a link or a device, not a file."
    if member.flag_bits & 1:
        return "It is encrypted."
    if member.file_size > max(EXPANSION_FROM, MOST_EXPANSION * member.compress_size):
        return f"Unpacked, it grows more than {MOST_EXPANSION} times, unlike any real structure."
    return ""


def _fault_in_tar(member: tarfile.TarInfo) -> str:
    if not member.isfile():
        return "It is a link or a device, not a file."
    if member.sparse is not None:
        return "It is a file with holes, which may be made to fill up the memory."
    return ""


def _check_directory(stream: BinaryIO) -> None:
    """Refuse a zip whose table of contents, which is read at once, would fill up the memory.

    It ends the file: mark, four counts of 2 bytes, its size in 4 bytes (APPNOTE.TXT, section 4.3.16).
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 2**16 - 22))
    end = stream.read()
    place = end.rfind(_END_OF_ZIP)
    stream.seek(0)
    if place >= 0 and int.from_bytes(end[place + 12 : place + 16], "little") > LARGEST_DIRECTORY:
        raise _too_many_members()


def _too_many_members() -> StructureError:
    return StructureError(f"The archive has more than {MOST_MEMBERS:,} members.", "Split it.")


def _too_large() -> StructureError:
    return StructureError(
        f"Unpacked, the archive has more than {LARGEST_CONTENT // 1024**3} GB.", "Split the archive."
    )
