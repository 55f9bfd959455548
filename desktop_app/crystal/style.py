"""The ways in which a crystal can be drawn."""

from enum import StrEnum


class Style(StrEnum):
    """Names are those that the 3-D page knows."""

    STICKS = "sticks"
    FILLED = "filled"
    POLYHEDRA = "polyhedra"

    @property
    def words(self) -> str:
        """What the window calls it."""
        return {"sticks": "Ball and stick", "filled": "Space-filling", "polyhedra": "Polyhedra"}[self.value]
