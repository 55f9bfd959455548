"""What one data block of a CIF says about a crystal, but for its atoms: cell, formula, symmetry."""

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

import gemmi
import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.formula import StatedFormula, parse_formula
from core.structures.read_result import Flag
from core.structures.symmetry import IDENTITY, NamedGroup, Operators, groups_by_name, operators_from_triplets

_FRACTION = re.compile(r"([+-]?\d+)\s*/\s*(\d+)$")
_NO_CELL = [1.0, 1.0, 1.0, 90.0, 90.0, 90.0]  # what mmCIF demands where there is no crystal


@dataclass(frozen=True)
class Cell:
    """lattice: (3, 3), rows a, b, c in angstrom, a along x and b in the xy plane; angles in degrees."""

    lattice: NDArray[np.float64]
    alpha: float
    gamma: float


@dataclass(frozen=True)
class SymmetryChoice:
    """One way to understand the symmetry of a block.

    flags hold whenever this choice is taken, doubts only when no formula with Z confirms it.
    """

    operators: Operators
    flags: tuple[Flag, ...] = ()
    doubts: tuple[Flag, ...] = ()


def values(block: cif.Block, category: str, name: str) -> list[str]:
    """All values of an item, unquoted; unknown ones ('?' and '.') are empty.

    Both styles of names are understood: _atom_site_label and _atom_site.label.
    """
    return [cif.as_string(text).strip() for text in _column(block, category, name)]


def value(block: cif.Block, category: str, *names: str) -> str:
    """The first value that is given under one of the names; empty when there is none."""
    for name in names:
        for raw in _column(block, category, name):
            if text := cif.as_string(raw).strip():
                return text
    return ""


def _column(block: cif.Block, category: str, name: str) -> cif.Column:
    return block.find_values(f"{category}_{name}") or block.find_values(f"{category}.{name}")


def number(text: str) -> float:
    """Read 1.23(4), -.5e1 or 1/3; NaN when it is something else."""
    plain = float(cif.as_number(text))
    match = _FRACTION.match(text) if math.isnan(plain) else None
    return int(match.group(1)) / int(match.group(2)) if match and int(match.group(2)) else plain


def read_cell(block: cif.Block) -> Cell:
    """Read the cell; an angle that is not given is 90 degrees, as the CIF dictionary has it.

    Raises StructureError when a length is missing or no cell has such parameters.
    """
    lengths = [value(block, "_cell", f"length_{axis}") for axis in "abc"]
    angles = [value(block, "_cell", f"angle_{name}") or "90" for name in ("alpha", "beta", "gamma")]
    if not any(lengths):
        raise StructureError("There is no unit cell.", "Add the cell lengths and angles to the file.")
    parameters = [number(text) for text in (*lengths, *angles)]
    if not all(0.0 < parameter < 1e4 for parameter in parameters) or max(parameters[3:]) >= 180.0:
        shown = ", ".join(text or "?" for text in (*lengths, *angles))
        raise StructureError(f"The unit cell is not usable: {shown}.", "Correct the cell in the file.")
    if parameters == _NO_CELL:
        raise StructureError(
            "The unit cell of 1 x 1 x 1 angstrom stands for none, as for molecules in solution.",
            "It holds no crystal structure.",
        )
    lattice = np.array(gemmi.UnitCell(*parameters).orth.mat.tolist()).T
    if not np.isfinite(lattice).all() or np.linalg.det(lattice) < 1e-3:
        raise StructureError("No unit cell has such angles.", "Correct the cell angles in the file.")
    return Cell(lattice, alpha=parameters[3], gamma=parameters[5])


def read_formula(block: cif.Block) -> StatedFormula | None:
    """The formula sum and Z, when the file states a formula that can be read."""
    amounts = parse_formula(value(block, "_chemical_formula", "sum"))
    units = number(value(block, "_cell", "formula_units_Z"))
    return StatedFormula(amounts, units if units > 0 else None) if amounts else None


def read_symmetry(block: cif.Block, cell: Cell) -> list[SymmetryChoice]:
    """List the ways to understand the symmetry, the most trusted first.

    The operators of the file come first, then those of its Hall symbol, Hermann-Mauguin symbol or
    number. Without any, the atoms are taken as listed.
    """
    triplets = tuple(_column(block, "_space_group_symop", "operation_xyz"))
    triplets = triplets or tuple(_column(block, "_symmetry_equiv", "pos_as_xyz"))
    hall = value(block, "_space_group", "name_Hall") or value(block, "_symmetry", "space_group_name_Hall")
    symbol = value(block, "_space_group", "name_H-M_alt", "name_H-M", "name_H-M_ref")
    symbol = symbol or value(block, "_symmetry", "space_group_name_H-M")
    serial = number(
        value(block, "_space_group", "IT_number") or value(block, "_symmetry", "Int_Tables_number")
    )
    named = groups_by_name(hall, symbol, int(serial) if serial > 0 else 0, cell.alpha, cell.gamma)
    try:
        listed = _listed_operators(triplets)
    except StructureError as error:
        broken = Flag("symmetry_mismatch", f"{error.message} The name of the space group was used instead.")
        return [replace(choice, flags=(broken, *choice.flags)) for choice in _from_names(named, "", symbol)]
    return _from_operators(listed, named) if listed else _from_names(named, hall, symbol)


@lru_cache(maxsize=256)
def _listed_operators(values_in_file: tuple[str, ...]) -> Operators | None:
    """The operators of a list as it stands in the file, quotation marks included; None for an empty one."""
    triplets = (cif.as_string(text).strip() for text in values_in_file)
    given = tuple(triplet for triplet in triplets if triplet)
    return operators_from_triplets(given) if given else None


def _from_operators(listed: Operators, named: tuple[NamedGroup, ...]) -> list[SymmetryChoice]:
    flags: tuple[Flag, ...] = ()
    if listed.completed:
        flags = (Flag("symmetry_mismatch", "The list of symmetry operators was not complete."),)
    if any(len(group.operators) == len(listed) for group in named) or not named:
        return [SymmetryChoice(listed, flags)]
    contrast = (
        f"The number of symmetry operators in the file is {len(listed)}, "
        f"that of its space group {named[0].name} is {len(named[0].operators)}"
    )
    doubt = Flag("symmetry_mismatch", f"{contrast}; those of the file were used.")
    taken = Flag("symmetry_mismatch", f"{contrast}; only the latter give the file's formula.")
    by_name = [SymmetryChoice(group.operators, flags=(taken,)) for group in named]
    return [SymmetryChoice(listed, flags, doubts=(doubt,)), *by_name]


def _from_names(named: tuple[NamedGroup, ...], hall: str, symbol: str) -> list[SymmetryChoice]:
    if not named:
        cause = f"The space group '{symbol[:40]}' is not known" if symbol else "No symmetry is given"
        remark = Flag("assumed_space_group", f"{cause}; the atoms were taken as listed, without symmetry.")
        return [SymmetryChoice(IDENTITY, (remark,))]
    return [SymmetryChoice(group.operators, _assumption(group, hall)) for group in named]


def _assumption(group: NamedGroup, hall: str) -> tuple[Flag, ...]:
    if group.name == hall or len(group.operators) == 1:
        return ()  # a Hall symbol says all, and P 1 needs no operators
    words = f"No symmetry operators are given; those of {group.name} were used."
    if group.ambiguous:
        words += " The file does not say which origin of the cell is meant."
    return (Flag("assumed_space_group", words),)
