"""Symmetry operators of a crystal: as a file lists them, or from the name or number of its space group."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import gemmi
import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError

MOST_OPERATORS = 192  # of a conventional cell

_STEPS = gemmi.Op.DEN  # translations are counted in 24ths of the cell


@dataclass(frozen=True, eq=False)
class Operators:
    """A group of symmetry operators on fractional coordinates, x -> rotation x + translation.

    rotations: (num_operators, 3, 3); translations: (num_operators, 3). The first is the identity.
    completed: the list was not a group and was completed to one.
    """

    rotations: NDArray[np.float64]
    translations: NDArray[np.float64]
    completed: bool = False

    def __len__(self) -> int:
        return len(self.rotations)


@dataclass(frozen=True)
class NamedGroup:
    """A space group found by its symbol or number; `ambiguous` when that leaves the setting open."""

    name: str
    operators: Operators
    ambiguous: bool


@lru_cache(maxsize=256)
def operators_from_triplets(triplets: tuple[str, ...]) -> Operators:
    """Read operators such as `-x+1/2, y, z`; raises StructureError for one that cannot be read.

    A list that lacks some products of its own operators is completed to a group.
    """
    if len(triplets) > MOST_OPERATORS:
        raise StructureError(f"{len(triplets)} symmetry operators are more than any space group has.")
    operations = {"x,y,z": gemmi.Op("x,y,z")}
    for triplet in triplets:
        try:
            operation = gemmi.Op(triplet).wrap()
        except (RuntimeError, ValueError) as error:
            raise StructureError(f"The symmetry operator '{triplet[:60]}' cannot be read.") from error
        if abs(operation.det_rot()) != _STEPS**3:
            raise StructureError(f"The symmetry operator '{triplet[:60]}' would change the volume.")
        operations[operation.triplet()] = operation
    listed = list(operations.values())
    if _is_group(listed):
        return _as_arrays(listed, completed=False)
    try:
        group = gemmi.GroupOps(listed)
        group.add_missing_elements()
    except RuntimeError as error:
        raise StructureError("The symmetry operators do not belong to one space group.") from error
    return _as_arrays(list(group), completed=True)


IDENTITY = Operators(np.eye(3)[None], np.zeros((1, 3)))


@lru_cache(maxsize=256)
def groups_by_name(hall: str, symbol: str, number: int, alpha: float, gamma: float) -> tuple[NamedGroup, ...]:
    """Find the space groups that a Hall symbol, else a Hermann-Mauguin symbol, else a number may mean.

    alpha, gamma: cell angles in degrees, which tell hexagonal from rhombohedral axes. Where a symbol has
    two origins, the one at a centre of symmetry (choice 2) comes first, as in most files. Empty when
    nothing is found.
    """
    if hall:
        try:
            return (NamedGroup(hall, _as_arrays(list(gemmi.symops_from_hall(hall)), completed=False), False),)
        except (RuntimeError, ValueError):
            pass  # a misspelt Hall symbol: the other names may still be right
    written = _plain_symbol(symbol)
    choices = [gemmi.find_spacegroup_by_name(written, alpha, gamma, prefer) for prefer in ("2H", "1R")]
    if choices[0] is None and 1 <= number <= 230:
        standard = gemmi.find_spacegroup_by_number(number)
        choices = [
            gemmi.find_spacegroup_by_name(standard.hm, alpha, gamma, prefer) for prefer in ("2H", "1R")
        ]
    found = {group.xhm(): group for group in choices if group is not None}
    return tuple(
        NamedGroup(name, _as_arrays(list(group.operations()), completed=False), len(found) > 1)
        for name, group in found.items()
    )


def _plain_symbol(symbol: str) -> str:
    """Write P2(1)/c and P 2_1/c as P 21/c, and the settings S, Z, H, R of some databases as gemmi does."""
    plain = re.sub(r"[(](\d)[)]", r"\1", symbol).replace("_", "").strip()
    settings = {"S": ":1", "Z": ":2", "H": ":H", "R": ":R", "HR": ":H", "RS": ":R"}
    body, _, last = plain.rpartition(" ")
    return body + settings[last] if body and last in settings else plain


def _is_group(operations: Sequence[gemmi.Op]) -> bool:
    """Whether the product of any two operators is again in the list."""
    rotations = np.array([operation.rot for operation in operations]) // _STEPS
    shifts = np.array([operation.tran for operation in operations])
    products = np.einsum("aij,bjk->abik", rotations, rotations)
    moved = np.einsum("aij,bj->abi", rotations, shifts) + shifts[:, None]
    listed = _serial_numbers(rotations, shifts)
    return bool(np.isin(_serial_numbers(products, moved), listed).all())


def _serial_numbers(rotations: NDArray[np.int64], shifts: NDArray[np.int64]) -> NDArray[np.int64]:
    """One whole number per operator; rotation entries lie between -3 and 3."""
    weights = np.array([7**power for power in range(9)]).reshape(3, 3)
    rotation_part = ((rotations + 3) * weights).sum(axis=(-2, -1))
    translation_part = (shifts % _STEPS) @ np.array([_STEPS**2, _STEPS, 1])
    return np.asarray(rotation_part * _STEPS**3 + translation_part)


def _as_arrays(operations: list[gemmi.Op], completed: bool) -> Operators:
    rotations = np.array([operation.rot for operation in operations], dtype=np.float64) / _STEPS
    translations = np.array([operation.wrap().tran for operation in operations], dtype=np.float64) / _STEPS
    return Operators(rotations, translations, completed)
