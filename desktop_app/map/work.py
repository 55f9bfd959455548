"""What a map needs that takes its time: worked out once somebody asks, kept until it is out of date."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import CoreError
from desktop_app.map.embedding_map import PointKind
from desktop_app.map.later import work_out
from desktop_app.map.layout import flattening
from desktop_app.plots.colourings import Colouring
from desktop_app.runs.run_poller import RunView
from desktop_app.session import Session
from desktop_app.tasks import LatestTask

Key = tuple[Path, PointKind]


class FlatPlaces(QObject):
    """Places of points by t-SNE; `ready` when more are there, `stopped` when there will be none."""

    ready = Signal()
    stopped = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[Key, NDArray[np.float64]] = {}
        self._at_work: set[Key] = set()

    def get(self, run: RunView, kind: PointKind) -> NDArray[np.float64] | None:
        """Places (N, 2) of the points of a run; None while they are being worked out."""
        key = (run.folder.path, kind)
        if key not in self._known and key not in self._at_work:
            self._at_work.add(key)
            task = self._session.start_activity(
                f"t-SNE map of {run.name}", flattening(run.folder, kind), stoppable=True
            )
            task.succeeded.connect(lambda places: self._on_done(key, places))
            task.failed.connect(lambda error: self._on_done(key, None))
        return self._known.get(key)

    def forget(self) -> None:
        """Another project is open."""
        self._known.clear()

    def _on_done(self, key: Key, places: NDArray[np.float64] | None) -> None:
        self._at_work.discard(key)
        if places is None:
            self.stopped.emit()
        else:
            self._known[key] = places
            self.ready.emit()


class LaterColourings(QObject):
    """Colourings of a map; `ready` when the one asked for last is there, `failed` when it cannot be."""

    ready = Signal()
    failed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[tuple[Key, str], Colouring] = {}
        self._asked: tuple[Key, str] | None = None
        self._working = LatestTask(session.tasks)

    def get(self, run: RunView, kind: PointKind, name: str) -> Colouring | None:
        """A colouring by its name; None while it is being worked out."""
        key, folder = ((run.folder.path, kind), name), run.folder
        if key not in self._known and key != self._asked:
            self._asked = key
            self._working.start(
                self._session.ask(lambda project: work_out(project, folder, kind, name)),
                lambda colouring: self._on_done(key, colouring),
                self._on_failed,
            )
        return self._known.get(key)

    def forget(self) -> None:
        """The library has changed, or another one is open."""
        self._working.abandon()
        self._asked = None
        self._known.clear()

    def _on_done(self, key: tuple[Key, str], colouring: Colouring) -> None:
        self._known[key], self._asked = colouring, None
        self.ready.emit()

    def _on_failed(self, error: CoreError) -> None:
        self._asked = None
        self._session.notes.error(error)
        self.failed.emit()
