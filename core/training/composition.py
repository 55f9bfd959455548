"""The composition of structures, and as fractions of the elements."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from core.graphs.elements import ATOMIC_NUMBERS


def composition_of(row: Mapping[str, Any]) -> dict[str, float]:
    """Amount of each element in a row of structures.jsonl, occupancies counted.

    A row that is prepared, or an entry without a structure, has it already.
    """
    if "composition" in row:
        return dict(row["composition"])
    amounts: dict[str, float] = {}
    for site in row["structure"]["species"]:
        for symbol, occupancy in site.items():
            name = sys.intern(symbol)  # or each of thousands of rows has its own
            amounts[name] = amounts.get(name, 0.0) + occupancy
    return amounts


def without_structure(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its composition in place of its structure, which would fill the memory."""
    kept = {name: value for name, value in row.items() if name != "structure"}
    return {**kept, "composition": composition_of(row)}


def element_fractions(rows: Sequence[Mapping[str, Any]]) -> Tensor:
    """Share of each element in the atoms of each row: (N, 103), by atomic number."""
    amounts = torch.zeros(len(rows), max(ATOMIC_NUMBERS.values()))
    for row, of_structure in zip(amounts, rows, strict=True):
        for symbol, amount in composition_of(of_structure).items():
            row[ATOMIC_NUMBERS[symbol] - 1] = amount
    return amounts / amounts.sum(dim=1, keepdim=True)
