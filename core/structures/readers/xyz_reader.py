"""Crystal structures from extended XYZ files, by ASE: each frame that has a cell is one."""

import io
import re
import warnings
from collections.abc import Iterator
from typing import BinaryIO, cast

import numpy as np

from core.errors import StructureError
from core.structures.reading.assemble import assemble
from core.structures.reading.decoding import decode
from core.structures.reading.expand import SITE_LIMIT
from core.structures.reading.metadata import as_metadata
from core.structures.reading.result import Outcome, ReadStructure, Rejection

LONGEST_LINE = 2**16  # bytes

_MANY_COLUMNS = re.compile(rb":\s*\d{4,}")  # in the list of properties; ASE would count to any number


def read_xyz(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read all frames; the first keeps the name of the file when it is the only one.

    Numbers in a frame's second line (energy, ...) are metadata. A frame without a cell is a rejection.
    Raises StructureError where the file breaks off or is something else.
    """
    frames = _frames(stream)
    first, second = next(frames, None), next(frames, None)
    if first is None:
        raise StructureError("The file is empty.", "Export or download it again.")
    if second is None:
        yield _read_frame(first, path, name, "")
        return
    yield _read_frame(first, path, f"{name}_1", "frame 1")
    yield _read_frame(second, path, f"{name}_2", "frame 2")
    for number, frame in enumerate(frames, start=3):
        yield _read_frame(frame, path, f"{name}_{number}", f"frame {number}")


def _frames(stream: BinaryIO) -> Iterator[bytes]:
    """Cut a file into frames: a number of atoms, a line about the frame, and one line per atom."""
    line_number = 0
    while line := stream.readline(LONGEST_LINE):
        line_number += 1
        if not line.strip():
            continue
        if not line.strip().isdigit() or int(line.strip()[:9]) > SITE_LIMIT:
            raise StructureError(
                f"Line {line_number} is not a number of atoms up to {SITE_LIMIT:,}.",
                "The file may be damaged, or of another format.",
            )
        num_lines = int(line) + 1
        lines = [stream.readline(LONGEST_LINE) for _ in range(num_lines)]
        if not lines[-1]:
            raise StructureError("The file breaks off within a frame.", "Export or download it again.")
        line_number += num_lines
        yield line + b"".join(lines)


def _read_frame(frame: bytes, path: str, name: str, block: str) -> Outcome:
    from ase import Atoms  # imported late: not everyone has such files
    from ase import io as ase_io

    try:
        if _MANY_COLUMNS.search(frame.split(b"\n", 2)[1]):
            raise StructureError("Too many columns.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            atoms = cast(Atoms, ase_io.read(io.StringIO(decode(frame)), 0, "extxyz"))
    except Exception:  # on damaged files ASE raises errors of any kind
        hint = "Check the numbers of its atoms and its second line."
        return Rejection(path, block, "It is not a readable frame of extended XYZ.", hint)
    if not abs(np.linalg.det(atoms.cell)) > 1e-3:  # in this form also when it is not a number
        hint = 'The second line of a frame needs Lattice="ax ay az bx by bz cx cy cz".'
        return Rejection(path, block, "There is no unit cell.", hint)
    try:
        structure, flags = assemble(
            np.array(atoms.cell),
            np.array(atoms.cell.scaled_positions(atoms.positions)),
            [str(symbol) for symbol in atoms.symbols],
        )
    except StructureError as error:
        return Rejection(path, block, error.message, error.hint)
    beside = {**atoms.info, **(atoms.calc.results if atoms.calc else {})}
    return ReadStructure(name, path, block, structure, flags, frame, as_metadata(beside))
