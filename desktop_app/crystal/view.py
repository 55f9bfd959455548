"""The 3-D view: py3Dmol's viewer in a web page that is loaded once and then told what to show."""

import base64
import json
from collections.abc import Sequence
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.crystal.measurement import Measurement
from desktop_app.crystal.orientation import look_along, look_at_corner
from desktop_app.crystal.scene import Scene
from desktop_app.crystal.still_crystal import StillCrystal
from desktop_app.crystal.web_page import VIEWER_URL, OfflineProfile
from desktop_app.look.colours import BLUE, GREEN, SKY, VERMILION


class ViewerBridge(QObject):
    """What Qt and the page say to each other; text travels as JSON, never as HTML or script."""

    commanded = Signal(str)
    page_ready = Signal(str)
    drawn = Signal(int)
    atom_clicked = Signal(int)
    picture_taken = Signal(str)

    @Slot(str)
    def ready(self, problem: str) -> None:
        """The page is there; `problem` says why it cannot draw, or is empty."""
        self.page_ready.emit(problem)

    @Slot(int)
    def shown(self, num_atoms: int) -> None:
        """The page has drawn so many atoms."""
        self.drawn.emit(num_atoms)

    @Slot(int)
    def clicked(self, atom: int) -> None:
        """The user clicked on this atom of the scene."""
        self.atom_clicked.emit(atom)

    @Slot(str)
    def pictured(self, address: str) -> None:
        """What the page shows, as a data address of a PNG."""
        self.picture_taken.emit(address)


class CrystalView(QWidget):
    """Shows a scene and its colours; a still picture with the reason where there is no WebGL."""

    site_clicked = Signal(int)
    atom_clicked = Signal(int)
    pictured = Signal(QImage)
    shown = Signal(int)
    unavailable = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, with_web: bool = True) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._colors: list[str] | None = None
        self._highlight: int | None = None
        self._inks = _inks(QColor("#ffffff"), QColor("#404040"))
        self._names = False
        self._measurement: Measurement | None = None
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

    @property
    def problem(self) -> str:
        """Why there is only a still picture; empty where the page draws, or is being started."""
        return self._still.reason

    def show_scene(self, scene: Scene | None, *, keep_direction: bool = False) -> None:
        """Show a structure in element colours, seen from the corner or as before; None clears the view."""
        self._scene, self._colors, self._highlight, self._measurement = scene, None, None, None
        self._still.show_scene(scene)
        if scene is None or keep_direction:
            self._tell(show=scene)
        else:
            self._tell(show=scene, look=look_at_corner(scene.lattice))

    def name_atoms(self, wanted: bool) -> None:
        """Write its name on each atom; each takes the page about as long as a picture of its own."""
        if wanted != self._names:
            self._names = wanted
            self._tell(names=wanted)

    def show_measurement(self, measurement: Measurement | None) -> None:
        """Draw lines between the atoms of the scene that were picked, with lengths and angles."""
        if measurement != self._measurement:
            self._measurement = measurement
            self._tell(measured=self._measured())

    def take_picture(self) -> None:
        """Ask for a picture with at least two pixels for one of the screen; `pictured` brings it."""
        if self._live:
            self._tell(picture=True)
        else:
            self.pictured.emit(self._still.picture())

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
        """Follow the theme: colour of the background, of the cell, and of words on the background."""
        self._inks = _inks(background, ink)
        self._still.set_inks(background, ink)
        if self._web is not None:  # before the page draws, it would be white for a moment
            self._page.setBackgroundColor(background)
        self._tell(inks=self._inks)

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
        self._bridge.atom_clicked.connect(self._on_clicked)
        self._bridge.picture_taken.connect(self._on_picture)
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
        self._tell(inks=self._inks, names=self._names)
        if self._scene is not None:
            self._tell(
                show=self._scene,
                look=look_at_corner(self._scene.lattice),
                colors=self._colors,
                highlight=self._highlight,
                measured=self._measured(),
            )

    def _on_clicked(self, atom: int) -> None:
        """A click that comes too late is on no atom of the scene."""
        if self._scene is not None and 0 <= atom < len(self._scene.atom_site):
            self.atom_clicked.emit(atom)
            self.site_clicked.emit(int(self._scene.atom_site[atom]))

    def _on_picture(self, address: str) -> None:
        picture = QImage.fromData(base64.b64decode(address.partition(",")[2]))
        self.pictured.emit(picture.convertToFormat(QImage.Format.Format_ARGB32))

    def _on_crash(self) -> None:
        self._give_up("The process that draws in 3-D has ended.")

    def _give_up(self, reason: str) -> None:
        """Keep the still picture, and say why."""
        self._live = False
        self._still.explain(reason)
        self._stack.setCurrentWidget(self._still)
        self.unavailable.emit(reason)

    def _measured(self) -> dict[str, Any] | None:
        measurement = self._measurement
        return None if measurement is None else {"atoms": measurement.atoms, "texts": measurement.texts}

    def _tell(self, **change: Any) -> None:
        """Send what has changed to the page, in one message."""
        if self._live:
            parts = (
                f'"{name}": {value.page_json if isinstance(value, Scene) else json.dumps(value)}'
                for name, value in change.items()
            )
            self._bridge.commanded.emit(f"{{{', '.join(parts)}}}")


def _inks(background: QColor, ink: QColor) -> dict[str, Any]:
    """Colours of the page that follow the theme: also those of the axes a, b and c, told apart by all."""
    is_dark = background.lightnessF() < 0.5
    return {
        "background": background.name(),
        "ink": ink.name(),
        "text": "#ffffff" if is_dark else "#000000",
        "axes": [VERMILION, GREEN, SKY if is_dark else BLUE],
    }
