"""The composition of structures as fractions of the elements."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from core.graphs.elements import ATOMIC_NUMBERS


def element_fractions(rows: Sequence[Mapping[str, Any]]) -> Tensor:
    """Share of each element in the atoms of each row of structures.jsonl: (N, 103), by atomic number."""
    amounts = torch.zeros(len(rows), max(ATOMIC_NUMBERS.values()))
    for row, of_structure in zip(amounts, rows, strict=True):
        for site in of_structure["structure"]["species"]:
            for symbol, occupancy in site.items():
                row[ATOMIC_NUMBERS[symbol] - 1] += occupancy
    return amounts / amounts.sum(dim=1, keepdim=True)
