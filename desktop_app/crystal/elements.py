"""What crystallographers expect an element to look like: Jmol's colours, sizes from covalent radii.

Colours: the table of Jmol (jmol.sourceforge.net/jscolors). Radii: Cordero et al., Dalton Trans. 2008, 2832.
"""

import json
from dataclasses import dataclass
from functools import cache

from desktop_app.look.resources import resource_path

VACANCY_COLOR = "#ffffff"


@dataclass(frozen=True)
class ElementLook:
    """`color` as #rrggbb, covalent `radius` in angstrom, and whether the element is a metal."""

    color: str
    radius: float
    metal: bool


_UNKNOWN = ElementLook(color="#ff1493", radius=1.5, metal=False)
_ISOTOPES = {"D": "H", "T": "H"}


def element_look(symbol: str) -> ElementLook:
    """Give the look of an element; deuterium looks like hydrogen, an unknown symbol is deep pink."""
    return _looks().get(_ISOTOPES.get(symbol, symbol), _UNKNOWN)


def is_element(symbol: str) -> bool:
    """Whether the symbol is one of an element; isotopes of hydrogen have their own."""
    return _ISOTOPES.get(symbol, symbol) in _looks()


@cache
def _looks() -> dict[str, ElementLook]:
    rows = json.loads(resource_path("elements.json").read_text(encoding="utf-8"))
    return {symbol: ElementLook(**row) for symbol, row in rows.items()}
