"""The search for objects that hold each other: Python's own, but in the window's thread, and short.

Left alone Python searches in whichever thread makes many objects, and no other goes on meanwhile: all 140,000
objects of a window take it 50 ms and more. A thread that found a widget would also destroy it there, which Qt
allows to the window's thread alone.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MILLISECONDS = 1000


class CycleCollector(QObject):
    """Searches once a second, as far as Python's thresholds ask for, among what was made after it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # the window and the modules stay until the end
        self._timer = QTimer(self, interval=_INTERVAL_MILLISECONDS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def stop(self) -> None:
        """Leave the search to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _look(self) -> None:
        limits = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(limits) if count > limit]
        if due:
            gc.collect(due[-1])
