"""A composition as numbers, in the manner of Magpie (Ward et al. 2016, doi 10.1038/npjcompumats.2016.28).

Works from amounts of the elements alone, so that a formula without a structure can be described as well.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation.features.element_properties import COLUMNS, PROPERTY_TABLE
from core.graphs.elements import ATOMIC_NUMBERS, FEATURES, element_features

SHELLS: Final = {"s": 2, "p": 6, "d": 10, "f": 14}  # electrons that each holds
NORMS: Final = (2, 3, 5, 7)
STATISTICS: Final = ("mean", "deviation", "smallest", "largest", "range", "of the most")

_NUM_ELEMENTS: Final = max(ATOMIC_NUMBERS.values())
_OF_GRAPHS: Final = FEATURES[:-1]  # without the oxidation state, which is always 0 there
_DERIVED: Final = ("valence electrons", *(f"empty {shell} places" for shell in SHELLS), "empty places")
_ELECTRONEGATIVITY: Final = _OF_GRAPHS.index("electronegativity")
_FIRST_SHELL: Final = len(_OF_GRAPHS) + COLUMNS.index("s electrons")
_ROWS_AT_ONCE: Final = 1000  # a few hundred megabytes

PROPERTIES: Final = (*_OF_GRAPHS, *COLUMNS, *_DERIVED)
COMPOSITION_FEATURES: Final = (
    *(f"fraction of {symbol}" for symbol in ATOMIC_NUMBERS),
    *(f"{name}, {statistic}" for statistic in STATISTICS for name in PROPERTIES),
    "number of elements",
    *(f"norm {p} of the fractions" for p in NORMS),
    *(f"share of {shell} electrons" for shell in SHELLS),
    "ionic character, largest",
    "ionic character, mean",
)


def composition_features(amounts: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    """Describe compositions, given as amounts by element symbol: (N, F), named in `COMPOSITION_FEATURES`.

    Atomic fractions; of each elemental property the mean, the mean absolute deviation from it, smallest,
    largest, range, and the value of the most abundant element; norms of the fractions; shares of the
    valence electrons by shell; ionic character 1 - exp(-(difference of electronegativity)^2 / 4) of
    pairs (Pauling), the largest and the mean weighted by both fractions. Amounts count, not their sum.
    """
    fractions = np.zeros((len(amounts), _NUM_ELEMENTS))
    for row, of_one in zip(fractions, amounts, strict=True):
        for symbol, amount in of_one.items():
            row[ATOMIC_NUMBERS[symbol] - 1] = amount
    fractions /= fractions.sum(axis=1, keepdims=True)
    parts = [
        _describe(fractions[start : start + _ROWS_AT_ONCE])
        for start in range(0, len(fractions), _ROWS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, len(COMPOSITION_FEATURES)))


@cache
def property_table() -> NDArray[np.float64]:
    """Elemental properties, (103, P), named in `PROPERTIES`; row k is atomic number k + 1."""
    lines = [line.split() for line in PROPERTY_TABLE.strip().splitlines()]
    own = np.array([[float(cell) for cell in line[1:]] for line in lines])
    electrons = own[:, -len(SHELLS) :]
    # A shell that has not begun is not waited for: sodium has no empty p places.
    empty = np.where(electrons > 0, np.array([*SHELLS.values()]) - electrons, 0.0)
    sums = electrons.sum(axis=1, keepdims=True), empty, empty.sum(axis=1, keepdims=True)
    return np.hstack([element_features()[:, :-1], own, *sums])


def _describe(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Describe rows of atomic fractions (n, 103)."""
    table = property_table()
    mean = fractions @ table
    present = fractions > 0
    most = table[fractions.round(9).argmax(axis=1)]  # of equal ones the lightest, whatever the rounding
    deviation, smallest, largest = (np.empty_like(mean) for _ in range(3))
    for k, column in enumerate(table.T):  # by property: all at once would take gigabytes
        deviation[:, k] = (fractions * np.abs(column - mean[:, k : k + 1])).sum(axis=1)
        smallest[:, k] = np.where(present, column, np.inf).min(axis=1)
        largest[:, k] = np.where(present, column, -np.inf).max(axis=1)
    norms = [(fractions**p).sum(axis=1) ** (1 / p) for p in NORMS]
    electrons = mean[:, _FIRST_SHELL : _FIRST_SHELL + len(SHELLS)]
    shares = electrons / electrons.sum(axis=1, keepdims=True)
    ionic = 1.0 - np.exp(-0.25 * np.subtract.outer(*[table[:, _ELECTRONEGATIVITY]] * 2) ** 2)
    strongest = np.array([ionic[np.ix_(row, row)].max() for row in present])
    mean_ionic = np.einsum("ni,ij,nj->n", fractions, ionic, fractions, optimize=True)
    statistics = [mean, deviation, smallest, largest, largest - smallest, most]
    others = np.column_stack([present.sum(axis=1), *norms, shares, strongest, mean_ionic])
    return np.hstack([fractions, *statistics, others])
