"""What particles can be coloured by: their species, and whatever an analysis knows of each."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.jobs.results.particle_order import ParticleOrder
from desktop_app.crystal.elements import element_look, is_element
from desktop_app.look.colours import rgb
from desktop_app.plots.colourings import OTHERS, Colouring, category_colors, in_categories
from desktop_app.trajectory.opened import ShownFrame

SPECIES: Final = "species"
_UNITS: Final = {"local density": "particles per cubed contact"}
_MOST_GROUPS = 6  # that colours can tell apart


class ParticleColours:
    """Colours of the particles of all frames that were analysed, on one scale for all of them."""

    def __init__(self, order: ParticleOrder | None) -> None:
        self.order = order
        self._known: dict[str, tuple[Colouring, NDArray[np.uint8]]] = {}

    @property
    def titles(self) -> list[str]:
        """What there is to colour by."""
        if self.order is None:
            return [SPECIES]
        return [*self.order.groups, *self.order.names]

    def all(self, title: str) -> tuple[Colouring, NDArray[np.uint8]]:
        """What all P particles are coloured by, and their colours (P, 3)."""
        if title not in self._known:
            assert self.order is not None
            colouring = _colouring(self.order, title)
            self._known[title] = colouring, colors_of(colouring)
        return self._known[title]

    def of_frame(self, title: str, frame: ShownFrame) -> tuple[Colouring, NDArray[np.uint8]]:
        """The same for the particles of a frame; by species where the frame was not analysed."""
        row = None if self.order is None else self.order.row_of(frame.number)
        if row is None or self.order is None:
            colouring = species_of(frame)
            return colouring, colors_of(colouring)
        colouring, colors = self.all(title)
        own = self.order.particles(row)
        return replace(colouring, values=colouring.values[own]), colors[own]


def species_of(frame: ShownFrame) -> Colouring:
    """The species of a frame as its file has them."""
    names = frame.particles.species_names
    return in_categories(SPECIES, [names[k] for k in frame.particles.species])


def colors_of(colouring: Colouring) -> NDArray[np.uint8]:
    """Red, green and blue (N, 3); elements have the colours that crystallographers know."""
    if not _is_of_elements(colouring):
        return colouring.colors()
    table = np.array([rgb(color) for color in legend_colors(colouring)])
    colors: NDArray[np.uint8] = table[colouring.values.astype(np.intp)].astype(np.uint8)
    return colors


def legend_colors(colouring: Colouring) -> list[str]:
    """Colours #rrggbb of the categories."""
    if _is_of_elements(colouring):
        return [element_look(name).color for name in colouring.categories]
    return category_colors(colouring.categories)


def _is_of_elements(colouring: Colouring) -> bool:
    return colouring.title == SPECIES and all(is_element(name) for name in colouring.categories)


def _colouring(order: ParticleOrder, title: str) -> Colouring:
    if title in order.names:
        return Colouring(title, order.column(title).astype(np.float64), _UNITS.get(title, ""))
    names, members = order.groups[title], order.group(title).astype(np.float64)
    if len(names) > _MOST_GROUPS and not all(is_element(name) for name in names):
        names, members = (*names[:_MOST_GROUPS], OTHERS), np.minimum(members, _MOST_GROUPS)
    return Colouring(title, members, categories=names)
