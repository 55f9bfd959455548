"""Symmetry operators of a crystal: as a file lists them, or from the name or number of its space group."""

import re
from dataclasses import dataclass
from functools import lru_cache

import gemmi
import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError

MOST_OPERATORS = 192  # of a conventional cell

_LARGEST_ENTRY = 3  # of a rotation matrix; 1 in conventional cells, somewhat more in odd ones
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
    rotations = np.array([operation.rot for operation in operations.values()]) // _STEPS
    shifts = np.array([operation.tran for operation in operations.values()])
    rotations, shifts = _closed(rotations, shifts)
    is_completed = len(rotations) > len(operations)
    return Operators(rotations.astype(np.float64), shifts / _STEPS, is_completed)


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
            return (NamedGroup(hall, _as_arrays(gemmi.symops_from_hall(hall)), ambiguous=False),)
        except (RuntimeError, ValueError):
            pass  # a misspelt Hall symbol: the other names may still be right
    choices = _settings(_plain_symbol(symbol), alpha, gamma)
    if not choices and 1 <= number <= 230:
        choices = _settings(gemmi.find_spacegroup_by_number(number).hm, alpha, gamma)
    return tuple(
        NamedGroup(name, _as_arrays(group.operations()), ambiguous=len(choices) > 1)
        for name, group in choices.items()
    )


def _settings(symbol: str, alpha: float, gamma: float) -> dict[str, gemmi.SpaceGroup]:
    found = (gemmi.find_spacegroup_by_name(symbol, alpha, gamma, prefer) for prefer in ("2H", "1R"))
    return {group.xhm(): group for group in found if group is not None}


def _plain_symbol(symbol: str) -> str:
    """Write P2(1)/c and P 2_1/c as P 21/c, and the settings S, Z, H, R of some databases as gemmi does."""
    plain = re.sub(r"[(](\d)[)]", r"\1", symbol).replace("_", "").strip()
    settings = {"S": ":1", "Z": ":2", "H": ":H", "R": ":R", "HR": ":H", "RS": ":R"}
    body, _, last = plain.rpartition(" ")
    return body + settings[last] if body and last in settings else plain


def _closed(
    rotations: NDArray[np.int64], shifts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Append all products of the operators, until there are no new ones."""
    while len(rotations) <= MOST_OPERATORS:
        products = np.einsum("aij,bjk->abik", rotations, rotations).reshape(-1, 3, 3)
        moved = (np.einsum("aij,bj->abi", rotations, shifts) + shifts[:, None]).reshape(-1, 3) % _STEPS
        if abs(products).max() > _LARGEST_ENTRY:
            break
        serials, first = np.unique(_serial_numbers(products, moved), return_index=True)
        new = first[~np.isin(serials, _serial_numbers(rotations, shifts))]
        if not new.size:
            return rotations, shifts
        rotations, shifts = np.concatenate([rotations, products[new]]), np.concatenate([shifts, moved[new]])
    raise StructureError("The symmetry operators do not belong to one space group.")


def _serial_numbers(rotations: NDArray[np.int64], shifts: NDArray[np.int64]) -> NDArray[np.int64]:
    """One whole number per operator, different for different ones."""
    base = 2 * _LARGEST_ENTRY + 1
    weights = np.array([base**power for power in range(9)]).reshape(3, 3)
    rotation_part = ((rotations + _LARGEST_ENTRY) * weights).sum(axis=(-2, -1))
    translation_part = shifts @ np.array([_STEPS**2, _STEPS, 1])
    return np.asarray(rotation_part * _STEPS**3 + translation_part)


def _as_arrays(group: gemmi.GroupOps) -> Operators:
    operations = list(group)
    rotations = np.array([operation.rot for operation in operations], dtype=np.float64) / _STEPS
    translations = np.array([operation.wrap().tran for operation in operations], dtype=np.float64) / _STEPS
    return Operators(rotations, translations)
