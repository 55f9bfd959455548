"""One number per site of the structure on the screen, to be shown as colours of its atoms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.look.colours import NO_VALUE, color_values, value_range
from desktop_app.plots.colourings import category_colors


@dataclass(frozen=True, eq=False)
class SiteValues:
    """`values` (num_sites,) of the imported cell, NaN where there is none; `explanation` is one sentence.

    With `categories` the values are places in it, not quantities. `limits` are the ends of their scale, where
    those do not follow from the values.
    """

    title: str
    unit: str
    values: NDArray[np.float64]
    explanation: str = ""
    categories: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest and the highest value that have a colour."""
        return self.limits or value_range(self.values)

    def colors(self) -> list[str]:
        """The colour #rrggbb of each site."""
        if not self.categories:
            return color_values(self.values, self.scale)
        palette = category_colors(self.categories)
        return [NO_VALUE if np.isnan(value) else palette[int(value)] for value in self.values]

    def entries(self) -> list[tuple[str, str]]:
        """Name and colour of each category that occurs."""
        there = np.unique(self.values[np.isfinite(self.values)]).astype(int)
        palette = category_colors(self.categories)
        return [(self.categories[place], palette[place]) for place in there.tolist()]
