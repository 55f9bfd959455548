"""Every colour of the window that is not an element's: readable by the colour-blind, in light and in dark.

Data keep their colours when the theme changes. Sequences use viridis, categories the set of
Okabe and Ito (jfly.uni-koeln.de/color), its blue a little lighter, to be seen on dark ground too; what
differs in colour differs in shape or words too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph
from numpy.typing import NDArray

BLUE, ORANGE, GREEN, VERMILION, PURPLE = "#0a7bc0", "#e69f00", "#009e73", "#d55e00", "#cc79a7"
SKY = "#56b4e9"
YELLOW = "#b8a800"  # a darker one than theirs, to be seen on white
NO_VALUE = "#9aa0a6"
CATEGORIES = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE)  # in this order everywhere
LINE_COLORS = (*CATEGORIES, YELLOW, NO_VALUE)  # of lines, none of which is one without a value
HIGHLIGHT = "#ff3fa4"  # rings around atoms and particles, as in the 3-D page


@dataclass(frozen=True)
class Inks:
    """Colours of words and lines that follow the theme; each has contrast 4.5 or more on the background."""

    window: str
    base: str
    alternate: str
    raised: str
    text: str
    faint: str
    line: str
    accent: str
    selection: str  # ground of a selected row, under `selected`
    selected: str
    error: str
    warning: str
    good: str


LIGHT = Inks(
    window="#f3f4f6",
    base="#ffffff",
    alternate="#f6f8fa",
    raised="#e9ecf0",
    text="#1b2129",
    faint="#5b6472",
    line="#c3c9d1",
    accent="#0b62b8",
    selection="#0b62b8",
    selected="#ffffff",
    error="#b3261e",
    warning="#855000",
    good="#0b6e45",
)
DARK = Inks(
    window="#1b1f24",
    base="#272c33",
    alternate="#2c323a",
    raised="#363d47",
    text="#e6e9ee",
    faint="#a3adba",
    line="#4d5663",
    accent="#5aa9f0",
    selection="#2c6aae",
    selected="#ffffff",
    error="#ff9a90",
    warning="#ffc46b",
    good="#72d6a3",
)


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue, from 0 to 255, of #rrggbb."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def value_range(values: NDArray[np.floating]) -> tuple[float, float]:
    """Lowest and highest finite value; (0, 1) when there is none, a little widened when they are equal."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def viridis(fractions: NDArray[np.floating] | Sequence[float]) -> list[str]:
    """Colours #rrggbb of fractions from 0 (dark blue) to 1 (yellow); grey for what is not a number."""
    positions = np.asarray(fractions, dtype=float)
    rgb = pyqtgraph.colormap.get("viridis").map(np.nan_to_num(positions).clip(0, 1), mode="byte")
    return [
        f"#{r:02x}{g:02x}{b:02x}" if np.isfinite(position) else NO_VALUE
        for position, (r, g, b, *_) in zip(positions, rgb, strict=True)
    ]


def color_values(values: NDArray[np.floating], scale: tuple[float, float] | None = None) -> list[str]:
    """Colour each value by its place on the scale, else between the lowest and the highest."""
    low, high = scale or value_range(values)
    return viridis((np.asarray(values, dtype=float) - low) / (high - low))
