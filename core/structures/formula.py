"""The formula that a file states, and whether the sites that were read agree with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from core.structures.elements import ATOMIC_MASS, ISOTOPES

TOLERANCE: Final = 0.01  # relative deviation of an element's amount that still counts as agreement

_TERM = re.compile(r"([A-Z][a-z]?)(\d*\.?\d*)(?:\(\d+\))?\s*")

Amounts = Mapping[str, float]


@dataclass(frozen=True)
class StatedFormula:
    """`_chemical_formula_sum` with `_cell_formula_units_Z`, as far as the file states them."""

    amounts: Amounts
    units: float | None

    @property
    def counts_whole_cell(self) -> bool:
        """Whether the formula is for the cell rather than for one of its units.

        Some programs (pymatgen among them) write the content of the cell as the formula and still give Z.
        The mark is that every amount can be divided by Z, which no proper formula sum allows.
        """
        units = self.units or 1.0
        return units > 1 and all(_is_whole(amount / units) for amount in self.amounts.values())


@dataclass(frozen=True)
class Agreement:
    """How sites compare with a stated formula.

    kind: "agrees"; "units" when the proportions are right but the number of formula units is not the
    stated one; "differs" when proportions disagree. found_units: formula units in the cell.
    differences: for each disagreeing element, amount in the sites and amount expected.
    missing_hydrogen: the formula has hydrogen, the sites have none; the rest was compared without it.
    """

    kind: str
    found_units: float
    differences: Mapping[str, tuple[float, float]]
    missing_hydrogen: bool = False


def parse_formula(text: str) -> dict[str, float] | None:
    """Read `C16 H14 Ag B F4`; None when the text is empty or written in another way.

    Deuterium and tritium count as hydrogen, as they do in a structure.
    """
    amounts: dict[str, float] = {}
    rest = text.strip()
    while rest:
        match = _TERM.match(rest)
        if match is None or match.group(2) == ".":
            return None
        symbol = ISOTOPES.get(match.group(1), match.group(1))
        if symbol not in ATOMIC_MASS:
            return None
        amounts[symbol] = amounts.get(symbol, 0.0) + float(match.group(2) or 1.0)
        rest = rest[match.end() :]
    amounts = {symbol: amount for symbol, amount in amounts.items() if amount > 0.0}
    return amounts or None


def compare(composition: Amounts, formula: StatedFormula) -> Agreement:
    """Compare the atoms of a cell with formula x Z, element by element, to 1 %."""
    stated = dict(formula.amounts)
    missing_hydrogen = "H" in stated and "H" not in composition and len(stated) > 1
    if missing_hydrogen:
        del stated["H"]
    found = _found_units(composition, stated)
    accepted = [formula.units if formula.units else _nearest_units(found)]
    if formula.counts_whole_cell:
        accepted.append(1.0)
    misses = [_differences(composition, stated, units) for units in accepted]
    best = min(range(len(accepted)), key=lambda k: sum(abs(a - b) for a, b in misses[k].values()))
    if not misses[best]:
        return Agreement("agrees", accepted[best], {}, missing_hydrogen)
    if not _differences(composition, stated, found) and abs(found - accepted[best]) > TOLERANCE * found:
        return Agreement("units", found, {}, missing_hydrogen)
    return Agreement("differs", found, misses[best], missing_hydrogen)


def _differences(composition: Amounts, stated: Amounts, units: float) -> dict[str, tuple[float, float]]:
    pairs = {
        symbol: (composition.get(symbol, 0.0), stated.get(symbol, 0.0) * units)
        for symbol in sorted({*composition, *stated})
    }
    return {s: (got, wanted) for s, (got, wanted) in pairs.items() if abs(got - wanted) > TOLERANCE * wanted}


def _found_units(composition: Amounts, stated: Amounts) -> float:
    """Formula units in the cell by the median element; hydrogen, often incomplete, has no vote."""
    ratios = {symbol: composition[symbol] / stated[symbol] for symbol in stated if symbol in composition}
    return median([ratio for symbol, ratio in ratios.items() if symbol != "H"] or ratios.values() or [1.0])


def _nearest_units(found: float) -> float:
    """Formula units are whole numbers, or half a unit where a molecule sits on a symmetry element."""
    return max(round(found * 2) / 2, 0.5)


def _is_whole(amount: float) -> bool:
    return abs(amount - round(amount)) < 1e-3 and round(amount) > 0
