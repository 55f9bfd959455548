"""How far a long piece of work is, how fast it goes and how long it will still take."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps, `seconds` after the start; `num_structures` were read or worked on."""

    done: int
    total: int
    num_structures: int
    seconds: float

    @property
    def rate(self) -> float:
        """Structures per second since the start."""
        return self.num_structures / self.seconds if self.seconds > 0.0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimated time to the end; None until the first step is done."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


@dataclass
class Stopwatch:
    """Makes `Progress` of work that has `total` steps."""

    total: int
    start: float = field(default_factory=time.monotonic)

    def at(self, done: int, num_structures: int) -> Progress:
        """The progress now."""
        return Progress(done, self.total, num_structures, time.monotonic() - self.start)
