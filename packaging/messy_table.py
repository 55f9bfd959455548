"""Writes docs/messy-cifs.md: what becomes of each file of a folder of difficult CIFs.

python packaging/messy_table.py ../shared/data/messy_cifs > docs/messy-cifs.md
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.structures.readers.read import ReadStructure, Rejection, find_files, read_file

INTRODUCTION = """\
# What becomes of difficult CIFs

Sixty-one files as the world has them: partial occupancies, disorder groups, several data blocks, missing
symmetry, broken syntax, no cell, no atoms. Each is accounted for: as structures with what there is to remark,
or with the reason why there is none. No remark means that the sites agree with the file's own formula and
Z to 1 %, or that it states none, and that nothing was assumed. Made by `packaging/messy_table.py`.
"""


def main() -> None:
    """Print the page about the folder that is named."""
    (folder,) = sys.argv[1:]
    files = find_files([Path(folder)])
    outcomes = {path.name: read_file(path) for path in files}
    num_structures = sum(len(structures) for structures, _ in outcomes.values())
    num_refused = sum(not structures for structures, _ in outcomes.values())
    print(INTRODUCTION)
    print(
        f"{len(files)} files: {num_structures} structures; {num_refused} files hold none that can be read.\n"
    )
    print("| file | block | outcome | remarks or reason |")
    print("|---|---|---|---|")
    for name, (structures, rejected) in outcomes.items():
        for row in rows(structures, rejected):
            print("| " + " | ".join(cell(text) for text in (name, *row)) + " |")


def rows(structures: list[ReadStructure], rejected: list[Rejection]) -> Iterator[tuple[str, str, str]]:
    """Block, outcome, and remarks or reason."""
    for read in structures:
        outcome = f"{read.structure.formula}, {read.structure.num_sites} sites"
        yield read.block, outcome, " ".join(f"{flag.code}: {flag.message}" for flag in read.flags)
    for rejection in rejected:
        yield rejection.block, "refused", f"{rejection.reason} {rejection.hint}"


def cell(text: str) -> str:
    """Text of a file as text of a table in Markdown."""
    for mark in "\\`*_{}[]<>|#":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


if __name__ == "__main__":
    main()
