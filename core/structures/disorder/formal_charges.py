"""Formal charges of the elements in a compound, for comparing arrangements of its atoms."""

from collections.abc import Collection
from typing import Final

from core.structures.elements import FORMULA_ORDER

# Elements that are anions beside any less electronegative one.
_ANIONS: Final = {"F": -1, "O": -2, "Cl": -1, "N": -3, "Br": -1, "I": -1, "S": -2, "Se": -2, "Te": -2}
_CATION_BY_DEFAULT: Final = 3


def formal_charges(elements: Collection[str]) -> dict[str, float]:
    """The charge of each element: that of an anion, else its highest common oxidation state.

    The most electronegative element that has a negative state is an anion in any case. Sums need not
    balance: the charges serve to compare arrangements of the same atoms, not compounds.
    """
    from pymatgen.core import Element

    most_negative = max(elements, key=FORMULA_ORDER.__getitem__)
    charges: dict[str, float] = {}
    for symbol in elements:
        states = Element(symbol).common_oxidation_states or (_CATION_BY_DEFAULT,)
        lowest, highest = float(min(states)), float(max(states))
        charges[symbol] = _ANIONS.get(symbol, lowest if symbol == most_negative and lowest < 0 else highest)
    return charges
