"""How long the window's thread is away from its event loop, watched from inside.

A pause is counted twice: by the clock, as the user feels it, and by the processor time that the thread
itself spent in it, which other programs on the machine do not lengthen.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QObject, QTimer

_TURN_MILLISECONDS = 5  # a timer of 0 would itself keep the processor busy


@dataclass
class Pauses:
    """Pauses in seconds."""

    by_clock: list[float] = field(default_factory=list)
    by_processor: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        """The longest pause by processor time."""
        return max(self.by_processor, default=0.0)

    @property
    def longest_by_clock(self) -> float:
        """The longest pause by the clock."""
        return max(self.by_clock, default=0.0)

    def share_below(self, seconds: float) -> float:
        """Share of the pauses that are shorter, by processor time."""
        return float(np.mean(np.array(self.by_processor) < seconds)) if self.by_processor else 1.0

    def summary(self) -> str:
        """The figures in one line."""
        work, clock = np.array(self.by_processor or [0.0]), np.array(self.by_clock or [0.0])
        parts = [
            f"{name} longest {1000 * of.max():.0f} ms, 99 % below {1000 * np.quantile(of, 0.99):.0f} ms"
            for name, of in (("processor:", work), ("clock:", clock))
        ]
        return f"{len(work)} turns; {'; '.join(parts)}"


class Watchdog(QObject):
    """Measures each turn of the event loop until it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses = Pauses()
        self._turned, self._spent = time.perf_counter(), time.thread_time()
        self._timer = QTimer(self, interval=_TURN_MILLISECONDS)
        self._timer.timeout.connect(self._on_turn)
        self._timer.start()

    def stop(self) -> Pauses:
        """End the watch."""
        self._on_turn()
        self._timer.stop()
        return self.pauses

    def _on_turn(self) -> None:
        now, spent = time.perf_counter(), time.thread_time()
        self.pauses.by_clock.append(now - self._turned)
        self.pauses.by_processor.append(spent - self._spent)
        self._turned, self._spent = now, spent


@contextmanager
def watched() -> Iterator[Pauses]:
    """Watch the event loop as long as the block runs."""
    watchdog = Watchdog()
    try:
        yield watchdog.pauses
    finally:
        watchdog.stop()
