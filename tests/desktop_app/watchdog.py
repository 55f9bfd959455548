"""How long the window's thread is away from its event loop, watched from inside.

A pause is counted three times: by the clock, as the user feels it; by the processor time that the thread
itself spent in it; and by what the program is to blame for, which is the clock less the time for which the
system let the thread stand in line for a processor. Waiting for another thread of the window counts there,
for a core that another program holds does not.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

_TURN_MILLISECONDS = 5  # a timer of 0 would itself keep the processor busy
_SCHEDULING = Path("/proc/thread-self/schedstat")  # nanoseconds at work and in line for a processor


@dataclass
class Pauses:
    """Pauses in seconds."""

    by_clock: list[float] = field(default_factory=list)
    by_processor: list[float] = field(default_factory=list)
    in_line: list[float] = field(default_factory=list)

    @property
    def by_program(self) -> NDArray[np.float64]:
        """The pauses that the program is to blame for."""
        return np.array(self.by_clock) - np.array(self.in_line)

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
        ways = {"processor": self.by_processor, "program": self.by_program, "clock": self.by_clock}
        parts = [f"{name} {_figures(np.array(pauses))}" for name, pauses in ways.items()]
        return f"{len(self.by_clock)} turns; {'; '.join(parts)}"


def _figures(pauses: NDArray[np.float64]) -> str:
    if not len(pauses):
        return "none"
    return f"longest {1000 * pauses.max():.0f} ms, 99 % below {1000 * np.quantile(pauses, 0.99):.0f} ms"


class Watchdog(QObject):
    """Measures each turn of the event loop until it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses = Pauses()
        self._turned, self._spent, self._stood = time.perf_counter(), time.thread_time(), in_line()
        self._timer = QTimer(self, interval=_TURN_MILLISECONDS)
        self._timer.timeout.connect(self._on_turn)
        self._timer.start()

    def stop(self) -> Pauses:
        """End the watch."""
        self._on_turn()
        self._timer.stop()
        return self.pauses

    def _on_turn(self) -> None:
        now, spent, stood = time.perf_counter(), time.thread_time(), in_line()
        self.pauses.by_clock.append(now - self._turned)
        self.pauses.by_processor.append(spent - self._spent)
        self.pauses.in_line.append(stood - self._stood)
        self._turned, self._spent, self._stood = now, spent, stood


def in_line() -> float:
    """Seconds for which this thread has waited for a processor; 0 where the system does not tell."""
    try:
        return int(_SCHEDULING.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


@contextmanager
def watched() -> Iterator[Pauses]:
    """Watch the event loop as long as the block runs."""
    watchdog = Watchdog()
    try:
        yield watchdog.pauses
    finally:
        watchdog.stop()
