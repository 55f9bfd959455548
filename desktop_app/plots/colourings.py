"""What the points of a map can be coloured by: a number on a scale, or a few categories."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np
import pyqtgraph
from numpy.typing import NDArray

from desktop_app.look.colours import CATEGORIES, NO_VALUE, rgb, value_range
from desktop_app.look.plain_text import with_unit

OTHERS = "others"


@dataclass(frozen=True)
class Colouring:
    """One value per point (N,), NaN where there is none.

    `categories` is empty for numbers in `unit`; else the values are places in it, most frequent first, and
    points beyond the palette are gathered as the last one, called :data:`OTHERS`.
    """

    title: str
    values: NDArray[np.float64]
    unit: str = ""
    categories: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The title with the unit."""
        return with_unit(self.title, self.unit)

    def repeated(self, counts: NDArray[np.integer]) -> "Colouring":
        """The same for points that come `counts` (N,) times each."""
        return replace(self, values=self.values.repeat(counts))

    def text_of(self, point: int) -> str:
        """What the point has, in words."""
        value = self.values[point]
        if np.isnan(value):
            return f"{self.title}: none"
        if self.categories:
            return f"{self.title}: {self.categories[int(value)]}"
        return f"{self.title}: {value:.4g} {self.unit}".rstrip()

    def colors(self) -> NDArray[np.uint8]:
        """Red, green and blue (N, 3) of the points; grey for what has no value."""
        if self.categories:
            table = np.array([rgb(color) for color in (*category_colors(self.categories), NO_VALUE)])
            places = np.where(np.isnan(self.values), len(self.categories), self.values).astype(np.intp)
            return table[places].astype(np.uint8)
        low, high = value_range(self.values)
        fractions = np.nan_to_num((self.values - low) / (high - low)).clip(0, 1)
        colors: NDArray[np.uint8] = pyqtgraph.colormap.get("viridis").map(fractions, mode="byte")[:, :3]
        colors[np.isnan(self.values)] = rgb(NO_VALUE)
        return colors


def in_categories(title: str, names: Sequence[str | None]) -> Colouring:
    """Sort points (N,) into the categories named; None for a point that has none."""
    # Its loops are those of C: for loops of Python in a thread the window would wait.
    counts = Counter(names)
    del counts[None]
    common = [name for name, _ in counts.most_common(len(CATEGORIES)) if name is not None]
    place_of: dict[str | None, float] = {name: float(place) for place, name in enumerate(common)}
    place_of[None] = np.nan
    places = map(place_of.get, names, repeat(float(len(common))))
    values = np.fromiter(places, dtype=np.float64, count=len(names))
    others = (OTHERS,) if len(counts) > len(common) else ()
    return Colouring(title, values, categories=(*common, *others))


def category_colors(categories: Sequence[str]) -> list[str]:
    """Colours #rrggbb of categories, in their order; what is gathered at the end is grey."""
    return [*CATEGORIES, NO_VALUE][: len(categories)]


def faded(colors: NDArray[np.uint8], ground: str, kept: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Let points that are not `kept` (N,) sink into the ground."""
    pale = (0.2 * colors + 0.8 * np.array(rgb(ground))).astype(np.uint8)
    result: NDArray[np.uint8] = np.where(kept[:, None], colors, pale)
    return result
