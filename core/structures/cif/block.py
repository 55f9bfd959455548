"""What one data block of a CIF says about a crystal, but for its atoms: cell, formula, symmetry."""

from dataclasses import dataclass, replace
from functools import lru_cache

import gemmi
import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.cif.items import CifItems, number
from core.structures.formula import StatedFormula, parse_formula
from core.structures.reading.result import Flag
from core.structures.symmetry import IDENTITY, NamedGroup, Operators, groups_by_name, operators_from_triplets

_NO_CELL = [1.0, 1.0, 1.0, 90.0, 90.0, 90.0]  # what mmCIF demands where there is no crystal
_SYMBOLS = (
    *("_space_group_name_h-m_alt", "_space_group_name_h-m", "_space_group_name_h-m_ref"),
    "_symmetry_space_group_name_h-m",
)


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


def read_cell(items: CifItems) -> Cell:
    """Read the cell; an angle that is not given is 90 degrees, as the CIF dictionary has it.

    Raises StructureError when a length is missing or no cell has such parameters.
    """
    lengths = [items.value(f"_cell_length_{axis}") for axis in "abc"]
    angles = [items.value(f"_cell_angle_{name}") or "90" for name in ("alpha", "beta", "gamma")]
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
    rows = gemmi.UnitCell(*parameters).orth.mat.tolist()
    if not rows[0][0] * rows[1][1] * rows[2][2] > 1e-3:  # in this form also when there is no such angle
        raise StructureError("No unit cell has such angles.", "Correct the cell angles in the file.")
    return Cell(np.array(rows).T, alpha=parameters[3], gamma=parameters[5])


def read_formula(items: CifItems) -> StatedFormula | None:
    """The formula sum and Z, when the file states a formula that can be read."""
    amounts = parse_formula(items.value("_chemical_formula_sum"))
    units = number(items.value("_cell_formula_units_z"))
    return StatedFormula(amounts, units if units > 0 else None) if amounts else None


def read_symmetry(items: CifItems, cell: Cell) -> list[SymmetryChoice]:
    """List the ways to understand the symmetry, the most trusted first.

    The operators of the file come first, then those of its Hall symbol, Hermann-Mauguin symbol or
    number. Without any, the atoms are taken as listed.
    """
    triplets = items.raw("_space_group_symop_operation_xyz") or items.raw("_symmetry_equiv_pos_as_xyz")
    hall = items.value("_space_group_name_hall", "_symmetry_space_group_name_hall")
    symbol = items.value(*_SYMBOLS)
    serial = number(items.value("_space_group_it_number", "_symmetry_int_tables_number"))
    named = groups_by_name(hall, symbol, int(serial) if serial > 0 else 0, cell.alpha, cell.gamma)
    try:
        listed = _listed_operators(tuple(triplets))
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
