"""What the map asks for that opens a window of its own."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.jobs.run_folder import RunFolder
from desktop_app.dialogs.alike import AlikeDialog
from desktop_app.dialogs.map_list import MapListDialog
from desktop_app.map.embedding_map import EmbeddingMap, PointKind
from desktop_app.plots.colourings import Colouring
from desktop_app.session import Session


class MapCommands(QObject):
    """Opens the lists of the map; the window stays usable beside them."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def compare(self, run: RunFolder, kind: PointKind) -> None:
        """Show what is like the selected crystal or site."""
        AlikeDialog(self._session, run, kind, self._window).show()

    def list_points(self, found: EmbeddingMap, colouring: Colouring) -> None:
        """Show the points of a map by what they are coloured by."""
        MapListDialog(self._session, found, colouring, self._window).show()
