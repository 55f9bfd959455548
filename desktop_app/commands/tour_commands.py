"""Leads through the window, stop by stop; without a project, through the sample project."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer
from PySide6.QtWidgets import QWidget

from desktop_app.actions import Actions
from desktop_app.guide.tour import TOUR
from desktop_app.guide.tour_card import TourCard, TourFrame, place_beside
from desktop_app.session import Session


class TourCommands(QObject):
    """`window` has an attribute for each target of the tour."""

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._actions, self._window = session, actions, window
        self._stop: int | None = None
        self._wanted = False  # once a project is open
        self.card, self.frame = TourCard(window), TourFrame(window)
        self._settle = QTimer(self, singleShot=True, interval=0)  # panels are laid out after they are shown
        self._settle.timeout.connect(self._place)
        for widget in (self.card, self.frame):
            widget.hide()
        self.card.went_on.connect(lambda: self._go(1))
        self.card.went_back.connect(lambda: self._go(-1))
        self.card.left.connect(self.leave)
        actions["take_tour"].triggered.connect(self.begin)
        session.project_changed.connect(self._on_project)
        window.installEventFilter(self)

    def begin(self) -> None:
        """Go to the first stop, in the sample project where none is open."""
        if self._session.project is None:
            self._wanted = True
            self._actions["open_sample"].trigger()
        else:
            self._show(0)

    def leave(self) -> None:
        """End the tour."""
        self._stop, self._wanted = None, False
        self.card.hide()
        self.frame.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside the target when the window changes."""
        if self._stop is not None and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._settle.start()
        return super().eventFilter(watched, event)

    def _on_project(self) -> None:
        wanted = self._wanted
        self.leave()
        if wanted and self._session.project is not None:
            self._show(0)

    def _go(self, stops: int) -> None:
        if self._stop is not None:
            self._show(self._stop + stops)

    def _show(self, number: int) -> None:
        if not 0 <= number < len(TOUR):
            self.leave()
            return
        self._stop, stop = number, TOUR[number]
        self._actions[stop.command].trigger()
        self.card.show()
        self.card.say(stop.title, stop.words, number + 1, len(TOUR))
        self.frame.show()
        self._settle.start()

    def _place(self) -> None:
        if self._stop is None:
            return
        target: QWidget = getattr(self._window, TOUR[self._stop].target)
        rect = QRect(target.mapTo(self._window, QPoint(0, 0)), target.size())
        self.frame.setGeometry(rect)
        self.card.move(place_beside(rect, self.card.size(), self._window.rect()))
        self.frame.raise_()
        self.card.raise_()
