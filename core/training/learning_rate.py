"""How the learning rate rises and falls over a run."""

import math

from core.config import TrainingSettings

WARM_UP = 0.05  # share of the run in which it rises


def rate_factor(done: float, settings: TrainingSettings) -> float:
    """What the learning rate is multiplied by when the share `done` of the run is over, 0 to 1.

    Constant, or rising linearly over the warm-up and falling to zero as half a cosine from there on.
    """
    if settings.schedule == "constant":
        return 1.0
    falling = 0.5 * (1 + math.cos(math.pi * max(0.0, done - WARM_UP) / (1 - WARM_UP)))
    return min(done / WARM_UP + 1e-3, falling)
