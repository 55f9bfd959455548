"""What is known of a material without its structure: formula, space group and cell, as people write them."""

import re

import gemmi

from core.structures.elements import ATOMIC_MASS, ISOTOPES


def read_composition(formula: str) -> dict[str, float] | None:
    """Amounts by element symbol of a formula such as Li0.9V(PO4)F; None for what is none."""
    from pymatgen.core import Composition  # imported late: it takes a second

    try:
        amounts = Composition(formula).get_el_amt_dict()
    except (ValueError, TypeError):
        return None
    known: dict[str, float] = {}
    for symbol, amount in amounts.items():
        symbol = ISOTOPES.get(symbol, symbol)
        if symbol not in ATOMIC_MASS or not amount > 0.0:
            return None
        known[symbol] = known.get(symbol, 0.0) + float(amount)
    return known or None


def read_space_group(text: str) -> int | None:
    """Number of a space group given by number or Hermann-Mauguin symbol; None for what is none."""
    text = text.strip()
    if re.fullmatch(r"\d+(\.0+)?", text):
        number = int(float(text))
        return number if 1 <= number <= 230 else None
    group = gemmi.find_spacegroup_by_name(text.replace("_", "")) if text else None
    return None if group is None else int(group.number)


def read_cell(text: str) -> tuple[float, ...] | None:
    """Lengths (angstrom) and angles (degrees) of six numbers with blanks between; None unless there are."""
    try:
        numbers = tuple(float(part) for part in text.split())
    except ValueError:
        return None
    return numbers if len(numbers) == 6 and min(numbers) > 0.0 else None
