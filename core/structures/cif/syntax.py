"""From the bytes of a CIF to its data blocks, mending what the world's files commonly have wrong."""

import re
from dataclasses import dataclass

import gemmi.cif

from core.structures.reading.decoding import decode
from core.structures.reading.result import Flag

_BLOCK_START = re.compile(r"^data_", re.IGNORECASE | re.MULTILINE)
_GEMMI_PLACE = re.compile(r"^[^:]*:(?:(\d+)(?::\d+\(\d+\))?:?)?\s*(.*)$", re.DOTALL)


@dataclass(frozen=True)
class SyntaxFault:
    """A block that breaks the rules of the format: its name and text, the line and what is wrong there."""

    block: str
    text: str
    line: int
    problem: str


@dataclass(frozen=True)
class ParsedBlock:
    """A readable data block, with remarks on what had to be mended in it."""

    content: gemmi.cif.Block
    flags: tuple[Flag, ...] = ()


def parse_cif(source: bytes) -> tuple[list[ParsedBlock], list[SyntaxFault]]:
    """Parse a CIF 1.1 file into its blocks and the stretches that could not be read; never raises.

    A name given twice, or a missing first `data_` line, is mended and flagged. When a block is broken,
    the others are still read.
    """
    text = decode(source)
    remarks: tuple[Flag, ...] = ()
    if not _BLOCK_START.search(text):
        text = f"data_unnamed {text}"
        remarks = (Flag("repaired_file", "The file has no 'data_' line; all of it was read as one block."),)
    try:
        return [ParsedBlock(block, remarks) for block in gemmi.cif.read_string(text)], []
    except (ValueError, RuntimeError):
        remarks += _ignored_preamble(text)
        parts = [_parse_block(part, line, remarks) for line, part in _split(text)]
    blocks = [part for part in parts if isinstance(part, ParsedBlock)]
    return blocks, [part for part in parts if isinstance(part, SyntaxFault)]


def _parse_block(text: str, first_line: int, remarks: tuple[Flag, ...]) -> ParsedBlock | SyntaxFault:
    try:
        return ParsedBlock(gemmi.cif.read_string(text).sole_block(), remarks)
    except (ValueError, RuntimeError) as error:
        line, problem = _place(error)
    try:
        block = gemmi.cif.read_string(text, 0).sole_block()  # level 0 allows names that are given twice
    except (ValueError, RuntimeError) as error:
        line, problem = _place(error)
        name = text.split(maxsplit=1)[0][len("data_") :]
        return SyntaxFault(name, text, first_line + line - 1, problem)
    remark = Flag("repaired_file", f"Line {first_line + line - 1}: {problem}; the first value was taken.")
    return ParsedBlock(block, (*remarks, remark))


def _place(error: Exception) -> tuple[int, str]:
    """Line and complaint of a gemmi message such as `data:47:0(618): parse error`."""
    match = _GEMMI_PLACE.match(str(error))
    if match is None:
        return 1, str(error)
    return int(match.group(1) or 1), match.group(2).strip()


def _ignored_preamble(text: str) -> tuple[Flag, ...]:
    lines = text[: next(_BLOCK_START.finditer(text)).start()].splitlines()
    if all(not line.strip() or line.startswith("#") for line in lines):
        return ()
    return (Flag("repaired_file", f"The {len(lines)} lines before the first 'data_' line were ignored."),)


def _split(text: str) -> list[tuple[int, str]]:
    """Cut a file at its `data_` lines; each part with the number of its first line."""
    starts = [match.start() for match in _BLOCK_START.finditer(text)]
    ends = [*starts[1:], len(text)]
    parts = zip(starts, ends, strict=True)
    return [(text.count("\n", 0, start) + 1, text[start:end]) for start, end in parts]
