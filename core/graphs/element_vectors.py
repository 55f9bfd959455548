"""What a crystal graph convolution is told about an element: 92 zeros and ones, or values from a file.

The width is that of CGCNN's table (PRL 120, 145301), so that either can feed the same layers. The own
table sorts the values of graphs/element_table.py into classes; unlike the published one, in which
lanthanum is cerium and samarium gadolinium, it has no two elements alike.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError, StructureError
from core.graphs.element_table import COLUMNS
from core.graphs.elements import ATOMIC_NUMBERS, element_features
from core.structures.structure import Structure

NUM_ELEMENTS = len(ATOMIC_NUMBERS)
VECTOR_WIDTH = 92

_CLASSES = {  # of values that spread over orders of magnitude the logarithm is divided
    "first ionisation energy": (np.log, 10),
    "electronegativity": (np.positive, 10),
    "atomic radius": (np.positive, 10),
    "density": (np.log, 10),
    "atomic mass": (np.log, 12),
}


def element_amounts(structure: Structure, vacancy_input: bool) -> NDArray[np.float32]:
    """Tell which elements share each site: (num_sites, 103), column k is the share of atomic number k + 1.

    Shares of a site add up to 1; with `vacancy_input` there is one more column, its vacant share. The
    encoder turns amounts into the occupancy-weighted mean of its element vectors. Raises StructureError
    for a site without occupancy.
    """
    kinds, kind_of_site = structure.kinds
    amounts = np.zeros((len(kinds), NUM_ELEMENTS + vacancy_input), dtype=np.float32)
    for row, kind in enumerate(kinds):
        occupancy = sum(kind.values())
        if occupancy <= 0.0:
            raise StructureError(
                "A site has no occupancy.", "Remove the site or give its occupancy in the file."
            )
        for symbol, share in kind.items():
            amounts[row, ATOMIC_NUMBERS[symbol] - 1] = share / occupancy
        if vacancy_input:
            amounts[row, -1] = max(1.0 - occupancy, 0.0)
    return amounts[kind_of_site]


@cache
def element_vectors() -> NDArray[np.float32]:
    """Return the own vectors, (103, 92); row k is atomic number k + 1.

    Column of the periodic table (18), row (7), place among lanthanides or actinides (15), then classes of
    equal width of the ionisation energy, electronegativity, radius, density (10 each) and mass (12).
    """
    values = dict(zip(COLUMNS[1:], element_features().T, strict=False))
    atomic_number = values["atomic number"].astype(int)
    in_series = np.clip(atomic_number - np.where(values["row"] == 6, 57, 89), -1, 15)
    in_series[(values["column"] != 3) | (values["row"] < 6)] = -1
    blocks = [
        _one_hot(values["column"].astype(int) - 1, 18),
        _one_hot(values["row"].astype(int) - 1, 7),
        _one_hot(in_series, 15),
    ]
    blocks += [_one_hot(_class_of(scale(values[name]), n), n) for name, (scale, n) in _CLASSES.items()]
    vectors: NDArray[np.float32] = np.concatenate(blocks, axis=1)
    return vectors


def read_atom_init(path: Path) -> NDArray[np.float32]:
    """Read CGCNN's `atom_init.json`: (103, 92), NaN in the rows of elements that it does not list.

    Raises ModelError when it is not such a table.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        table = _filled_table(content)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(
            f"'{path}' is not a table of element vectors: {error}.",
            "Give the atom_init.json that the checkpoint was trained with.",
        ) from error
    return table


def _filled_table(content: Mapping[str, Any]) -> NDArray[np.float32]:
    table = np.full((NUM_ELEMENTS, VECTOR_WIDTH), np.nan, dtype=np.float32)
    for key, vector in content.items():
        values = np.array(vector, dtype=np.float32)
        if values.shape != (VECTOR_WIDTH,) or not np.isfinite(values).all():
            raise ValueError(f"the entry {key!r} has not {VECTOR_WIDTH} finite numbers")
        if not 1 <= int(key) <= NUM_ELEMENTS:
            raise ValueError(f"{key!r} is not an atomic number")
        table[int(key) - 1] = values
    return table


def _class_of(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Number the class of each value when their range is divided into `count` equal parts."""
    inner = np.linspace(values.min(), values.max(), count + 1)[1:-1]
    return np.searchsorted(inner, values, side="right").astype(np.int64)


def _one_hot(index: NDArray[np.int64], width: int) -> NDArray[np.float32]:
    """Write each index (N,) as a row of zeros with a one at its place; a negative one as zeros."""
    return np.equal.outer(index, np.arange(width)).astype(np.float32)
