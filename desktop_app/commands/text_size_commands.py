"""Larger and smaller words, now and at the next start."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.actions import Actions
from desktop_app.look.text_size import SIZES, USUAL, apply_text_size, next_size
from desktop_app.upkeep.settings import AppSettings


class TextSizeCommands(QObject):
    """Made before the panels are, so that these are laid out for the size that was chosen."""

    def __init__(self, actions: Actions, settings: AppSettings, window: QWidget) -> None:
        super().__init__(window)
        self._actions, self._settings = actions, settings
        actions["text_larger"].triggered.connect(lambda: self._choose(next_size(settings.text_percent, 1)))
        actions["text_smaller"].triggered.connect(lambda: self._choose(next_size(settings.text_percent, -1)))
        actions["text_usual"].triggered.connect(lambda: self._choose(USUAL))
        self._apply()

    def _choose(self, percent: int) -> None:
        self._settings.text_percent = percent
        self._apply()

    def _apply(self) -> None:
        percent = self._settings.text_percent
        apply_text_size(percent)
        self._actions["text_larger"].setEnabled(percent != SIZES[-1])
        self._actions["text_smaller"].setEnabled(percent != SIZES[0])
        self._actions["text_usual"].setEnabled(percent != USUAL)
