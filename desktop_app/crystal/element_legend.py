"""Which colour is which element, and whether some sites are shared or partly vacant."""

from desktop_app.crystal.scene import Scene, Share
from desktop_app.plots.legend import Legend


class ElementLegend(Legend):
    """The elements of a crystal; a white disc for vacancies."""

    def show_scene(self, scene: Scene | None) -> None:
        """List the elements of a structure."""
        shares = [share for site in scene.shares for share in site] if scene else []
        self.show_entries("Elements", list(dict.fromkeys((_name(share), share.color) for share in shares)))


def _name(share: Share) -> str:
    return share.symbol or "vacant"
