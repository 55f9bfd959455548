"""The 3-D view: py3Dmol's viewer in a web page that is loaded once and then told what to show."""

import json
from collections.abc import Sequence
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.crystal.orientation import look_along, look_at_corner
from desktop_app.crystal.scene import Scene
from desktop_app.widgets.still_crystal import StillCrystal
from desktop_app.widgets.web_page import VIEWER_URL, OfflineProfile


class ViewerBridge(QObject):
    """What Qt and the page say to each other; text travels as JSON, never as HTML or script."""

    commanded = Signal(str)
    page_ready = Signal(str)
    drawn = Signal(int)
    atom_clicked = Signal(int)

    @Slot(str)
    def ready(self, problem: str) -> None:
        """The page is there; `problem` says why it cannot draw, or is empty."""
        self.page_ready.emit(problem)

    @Slot(int)
    def shown(self, num_atoms: int) -> None:
        """The page has drawn so many atoms."""
        self.drawn.emit(num_atoms)

    @Slot(int)
    def clicked(self, site: int) -> None:
        """The user clicked on an atom of this site."""
        self.atom_clicked.emit(site)


class CrystalView(QWidget):
    """Shows a scene and its colours; a still picture with the reason where there is no WebGL."""

    site_clicked = Signal(int)
    shown = Signal(int)
    unavailable = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, with_web: bool = True) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._colors: list[str] | None = None
        self._highlight: int | None = None
        self._inks = ("#ffffff", "#404040")
        self._live = False
        self._web: QWebEngineView | None = None
        self._still = StillCrystal()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._still)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        if with_web:
            self._open_page()
        else:
            self._give_up("The 3-D view is off in safe mode.")

    @property
    def is_live(self) -> bool:
        """Whether the 3-D page draws (otherwise the still picture does)."""
        return self._live

    def show_scene(self, scene: Scene | None) -> None:
        """Show a structure in element colours, seen from the corner; None clears the view."""
        self._scene, self._colors, self._highlight = scene, None, None
        self._still.show_scene(scene)
        if scene is None:
            self._tell(show=None)
        else:
            self._tell(show=scene, look=look_at_corner(scene.lattice))

    def color_sites(self, colors: Sequence[str] | None) -> None:
        """Colour each site (#rrggbb per site); None goes back to element colours."""
        wanted = None if colors is None else list(colors)
        if wanted != self._colors:
            self._colors = wanted
            self._still.color_sites(wanted)
            self._tell(colors=wanted)

    def highlight_site(self, site: int | None) -> None:
        """Put a halo around a site, on each atom that shows it."""
        if site != self._highlight:
            self._highlight = site
            self._still.highlight_site(site)
            self._tell(highlight=site)

    def look(self, direction: str) -> None:
        """Look along `a`, `b` or `c`, or from the `corner` as at first."""
        if self._scene is not None:
            lattice = self._scene.lattice
            self._tell(
                look=look_at_corner(lattice) if direction == "corner" else look_along(lattice, direction)
            )

    def set_inks(self, background: QColor, ink: QColor) -> None:
        """Follow the theme: colour of the background, and of the cell and its letters."""
        self._inks = (background.name(), ink.name())
        self._still.set_inks(background, ink)
        self._tell(inks=self._inks_json())

    def close_page(self) -> None:
        """Take the web engine down in the order it needs; may be called twice."""
        self._live = False
        if self._web is None:
            return
        page, profile, view = self._page, self._profile, self._web
        self._web = None
        page.setWebChannel(None)  # type: ignore[arg-type]  # None detaches, as the documentation says
        for part in (view, page, profile):
            shiboken6.delete(part)

    def _open_page(self) -> None:
        self._profile = OfflineProfile(self)
        self._page = QWebEnginePage(self._profile, self)
        self._bridge = ViewerBridge(self)
        channel = QWebChannel(self._page)
        channel.registerObject("bridge", self._bridge)
        self._page.setWebChannel(channel)
        self._web = QWebEngineView(self)
        self._web.setPage(self._page)
        self._web.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._web.setAcceptDrops(False)  # files are dropped on the window
        self._stack.addWidget(self._web)
        self._bridge.page_ready.connect(self._on_ready)
        self._bridge.drawn.connect(self.shown)
        self._bridge.atom_clicked.connect(self.site_clicked)
        self._page.renderProcessTerminated.connect(self._on_crash)
        self._page.loadFinished.connect(self._on_loaded)
        self._page.load(VIEWER_URL)

    def _on_loaded(self, succeeded: bool) -> None:
        if not succeeded:
            self._give_up("The page of the 3-D view could not be loaded.")

    def _on_ready(self, problem: str) -> None:
        if problem or self._web is None:
            self._give_up(problem)
            return
        self._live = True
        self._stack.setCurrentWidget(self._web)
        self._tell(inks=self._inks_json())
        if self._scene is not None:
            self._tell(
                show=self._scene,
                look=look_at_corner(self._scene.lattice),
                colors=self._colors,
                highlight=self._highlight,
            )

    def _on_crash(self) -> None:
        self._give_up("The process that draws in 3-D has ended.")

    def _give_up(self, reason: str) -> None:
        """Keep the still picture, and say why."""
        self._live = False
        self._still.explain(reason)
        self._stack.setCurrentWidget(self._still)
        self.unavailable.emit(reason)

    def _inks_json(self) -> dict[str, str]:
        return {"background": self._inks[0], "ink": self._inks[1]}

    def _tell(self, **change: Any) -> None:
        """Send what has changed to the page, in one message."""
        if self._live:
            parts = (
                f'"{name}": {value.page_json if isinstance(value, Scene) else json.dumps(value)}'
                for name, value in change.items()
            )
            self._bridge.commanded.emit(f"{{{', '.join(parts)}}}")
