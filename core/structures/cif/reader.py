"""Crystal structures from CIF files: gemmi first, pymatgen where that fails or the formula disagrees.

Each data block with atoms becomes one structure. Nothing is put right in silence: whatever was assumed,
mended or left out is said in a flag.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.cif.atoms import AtomList, lists_atoms, read_atoms
from core.structures.cif.block import Cell, SymmetryChoice, read_cell, read_formula, read_symmetry
from core.structures.cif.items import CifItems, number
from core.structures.cif.pymatgen_reader import read_with_pymatgen
from core.structures.cif.syntax import ParsedBlock, SyntaxFault, parse_cif
from core.structures.close_pairs import ClosePairs
from core.structures.disorder.alternatives import (
    DisorderGroup,
    disorder_groups,
    share_equally,
    with_alternatives,
)
from core.structures.formula import Agreement, StatedFormula, compare
from core.structures.reading.checks import check_formula, check_structure
from core.structures.reading.expand import TOLERANCE, expand
from core.structures.reading.fold import fold
from core.structures.reading.result import Flag, ReadStructure, Rejection, named
from core.structures.structure import Structure

_CIF2_MARK = b"#\\#CIF_2.0"


@dataclass(frozen=True)
class _Reading:
    """A structure, remarks on how it was read, and how it compares with the formula, if one is stated."""

    structure: Structure
    flags: tuple[Flag, ...]
    agreement: Agreement | None
    close_pairs: ClosePairs | None = None

    @property
    def is_contradicted(self) -> bool:
        return self.agreement is not None and self.agreement.kind != "agrees"


def read_cif(source: bytes, path: str, name: str) -> tuple[list[ReadStructure], list[Rejection]]:
    """Read all structures of a CIF; what cannot be read becomes a rejection with its reason.

    A single structure gets `name`; of several, each has its block's name appended. Blocks without
    atoms (texts, powder patterns) are passed over when something else was found in the file.
    """
    blocks, faults = parse_cif(source)
    readings: list[tuple[str, _Reading]] = []
    rejected: list[Rejection] = []
    for block in blocks:
        items = CifItems(block.content)
        if not lists_atoms(items):
            continue
        try:
            readings.append((block.content.name, _read_block(block, items)))
        except StructureError as error:
            rejected.append(Rejection(path, block.content.name, error.message, error.hint))
    for fault in faults:
        rescued = _rescue(fault)
        readings += [(fault.block, reading) for reading in rescued]
        if not rescued:
            rejected.append(_refusal(fault, path, is_cif2=_CIF2_MARK in source[:100]))
    if not readings and not rejected:
        rejected.append(_nothing_found(blocks, path))
    blocks_read = _all_different([block for block, _ in readings])
    names = [name] if len(readings) == 1 else [f"{name}_{block}" for block in blocks_read]
    read = [
        ReadStructure(own_name, path, block, reading.structure, _all_flags(reading), source)
        for own_name, block, (_, reading) in zip(names, blocks_read, readings, strict=True)
    ]
    return read, rejected


def _read_block(block: ParsedBlock, items: CifItems) -> _Reading:
    cell = read_cell(items)
    formula = read_formula(items)
    atoms = read_atoms(items, cell.lattice, expected=formula.amounts if formula else ())
    reading = _build_best(cell, atoms, read_symmetry(items, cell), formula)
    reading = _with_alternatives(reading, disorder_groups(block.content), formula)
    if formula and reading.is_contradicted:
        reading = _second_opinion(block.content.as_string(), formula) or reading
    remarks = (*block.flags, *_modulation(items), *atoms.flags)
    return replace(reading, flags=(*remarks, *reading.flags))


def _modulation(items: CifItems) -> list[Flag]:
    if number(items.value("_cell_modulation_dimension")) > 0:
        return [Flag("modulated", "The structure is modulated; its average was read.")]
    return []


def _build_best(
    cell: Cell, atoms: AtomList, choices: Sequence[SymmetryChoice], formula: StatedFormula | None
) -> _Reading:
    """The first symmetry whose result the formula does not contradict, else the most trusted one."""
    trusted = _build(cell, atoms, choices[0], formula)
    for choice in choices[1:] if trusted.is_contradicted else ():
        with suppress(StructureError):  # of a cell with far too many sites
            other = _build(cell, atoms, choice, formula)
            if not other.is_contradicted:
                return other
    return trusted


def _build(cell: Cell, atoms: AtomList, choice: SymmetryChoice, formula: StatedFormula | None) -> _Reading:
    expanded = expand(cell.lattice, atoms.sites, choice.operators)
    folded = fold(cell.lattice, expanded.frac_coords, atoms.places, expanded.rows)
    agreement = compare(folded.structure.composition, formula) if formula else None
    flags = list(choice.flags)
    is_confirmed = formula is not None and formula.units and agreement and agreement.kind == "agrees"
    if not is_confirmed:
        flags += [*choice.doubts, *_doubtful_multiplicities(atoms, expanded.doubtful)]
    if folded.repeated:
        flags.append(Flag("repeated_sites", f"{named(folded.repeated)}: listed twice and counted once."))
    moved = np.flatnonzero(expanded.shifts > TOLERANCE)
    if moved.size:
        words = f"moved by up to {expanded.shifts.max():.2f} angstrom onto a special position"
        flags.append(Flag("moved_sites", f"{_labels(atoms, moved)}: {words}."))
    return _Reading(folded.structure, tuple(flags), agreement, folded.close_pairs)


def _doubtful_multiplicities(atoms: AtomList, rows: NDArray[np.int64]) -> list[Flag]:
    if not rows.size:
        return []
    words = "the symmetry gives another number of sites than the multiplicity in the file"
    return [Flag("symmetry_mismatch", f"{_labels(atoms, rows)}: {words}.")]


def _labels(atoms: AtomList, rows: NDArray[np.int64]) -> str:
    return named([atom.label or atom.element for row in rows for atom in atoms.places[row]])


def _with_alternatives(
    reading: _Reading, groups: Mapping[str, DisorderGroup], formula: StatedFormula | None
) -> _Reading:
    """Note which sites stand in for each other, and divide those wholly listed where the formula says so."""
    if not groups:
        return reading
    reading = replace(reading, structure=with_alternatives(reading.structure, groups))
    shared = share_equally(reading.structure) if formula and reading.is_contradicted else None
    if formula is None or shared is None:
        return reading
    agreement = compare(shared.composition, formula)
    if agreement.kind != "agrees":
        return reading
    words = "Alternatives of disordered atoms are listed as wholly occupied; they share their places equally."
    flags = (*reading.flags, Flag("assumed_occupancy", words))
    return replace(reading, structure=shared, flags=flags, agreement=agreement)


def _second_opinion(text: str, formula: StatedFormula) -> _Reading | None:
    """What pymatgen reads, where that agrees with the formula."""
    for structure in read_with_pymatgen(text):
        agreement = compare(structure.composition, formula)
        if agreement.kind == "agrees":
            words = "Read by pymatgen, whose result agrees with the file's formula."
            remark = Flag("read_by_pymatgen", words)
            return _Reading(structure, (remark,), agreement)
    return None


def _rescue(fault: SyntaxFault) -> list[_Reading]:
    words = f"Read by pymatgen, because line {fault.line} is broken: {fault.problem}."
    remark = Flag("read_by_pymatgen", words)
    return [_Reading(structure, (remark,), None) for structure in read_with_pymatgen(fault.text)]


def _all_flags(reading: _Reading) -> tuple[Flag, ...]:
    formula_flags = check_formula(reading.agreement) if reading.agreement else []
    return (*reading.flags, *formula_flags, *check_structure(reading.structure, reading.close_pairs))


def _refusal(fault: SyntaxFault, path: str, is_cif2: bool) -> Rejection:
    place = f"line {fault.line} breaks the rules of the CIF format ({fault.problem})"
    if "_fract_" not in fault.text.lower():
        reason = f"There are no coordinates of atoms, and {place}."
        return Rejection(path, fault.block, reason, "It holds no crystal structure.")
    hint = "Correct that line, or save the structure again from another program."
    if is_cif2:
        hint = "The file is CIF 2.0; save it as CIF 1.1."
    return Rejection(path, fault.block, f"The file cannot be read: {place}.", hint)


def _nothing_found(blocks: list[ParsedBlock], path: str) -> Rejection:
    has_cell = any(CifItems(block.content).value("_cell_length_a") for block in blocks)
    missing = "are no coordinates of atoms" if has_cell else "is no unit cell and no coordinates of atoms"
    hint = "It may hold only a description or measured intensities; look for the file with the structure."
    name = blocks[0].content.name if len(blocks) == 1 else ""
    return Rejection(path, name, f"There {missing} in the file.", hint)


def _all_different(names: Sequence[str]) -> list[str]:
    """Number the repetitions of a name: a, b, a becomes a, b, a#2."""
    different: list[str] = []
    for name in names:
        times = names[: len(different)].count(name)
        different.append(f"{name}#{times + 1}" if times else name)
    return different
