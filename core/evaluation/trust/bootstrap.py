"""How far a mean over repeated trainings and test crystals can be trusted: bootstrap intervals, seeded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

DRAWS = 2000
_DRAWS_AT_ONCE = 100  # so that weights of ten thousand crystals stay below a few megabytes


@dataclass(frozen=True)
class Block:
    """Figures of R repeats on the same M test crystals: errors, or paired differences of two methods.

    values: (R, M). groups: (M,), crystals with equal entries are related and are drawn together.
    """

    values: NDArray[np.float64]
    groups: NDArray[np.int64]


@dataclass(frozen=True)
class Interval:
    """A mean with the bounds between which it lies with the stated confidence."""

    mean: float
    lower: float
    upper: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the sign of the mean can be relied on."""
        return self.lower > 0.0 or self.upper < 0.0


def bootstrap_mean(
    blocks: Sequence[Block], *, seed: int, draws: int = DRAWS, level: float = 0.95
) -> Interval:
    """Mean over repeats of the mean over crystals, with a percentile interval.

    Repeats (other labels, other initial weights) and groups of test crystals are drawn with replacement
    independently of each other, crystals of one block with the same weights for all its repeats: the
    pigeonhole bootstrap of Owen (2007, doi 10.1214/07-AOAS122), which does not take figures on the same
    crystals for independent. The percentiles are spread for the small number n of repeats, as with
    Student's t: alpha / 2 becomes Phi(sqrt(n / (n - 1)) t_{n-1, alpha/2}) (Hesterberg 2015, doi
    10.1080/00031305.2015.1089789, section 4.5). A single repeat says nothing about other trainings: then
    the interval is for the choice of crystals alone.
    """
    generator = np.random.default_rng(seed)
    repeats = sum(len(block.values) for block in blocks)
    counts = _draw_counts(repeats, draws, generator).astype(np.float64)
    means = np.hstack([_drawn_means(block, draws, generator) for block in blocks])
    drawn = (counts * means).sum(axis=1) / repeats
    tail = spread_tail((1 - level) / 2, repeats)
    lower, upper = np.quantile(drawn, [tail, 1 - tail])
    mean = np.concatenate([block.values.mean(axis=1) for block in blocks]).mean()
    return Interval(float(mean), float(lower), float(upper))


def spread_tail(tail: float, repeats: int) -> float:
    """Share of draws to cut off on each side so that `tail` is missed, when there are few repeats."""
    if repeats < 2:
        return tail
    return float(norm.cdf(np.sqrt(repeats / (repeats - 1)) * t.ppf(tail, repeats - 1)))


def _drawn_means(block: Block, draws: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Mean of each repeat over drawn groups of crystals, (draws, R)."""
    _, group = np.unique(block.groups, return_inverse=True)
    num_groups = int(group.max()) + 1
    parts = []
    for start in range(0, draws, _DRAWS_AT_ONCE):
        size = min(_DRAWS_AT_ONCE, draws - start)
        weights = _draw_counts(num_groups, size, generator)[:, group].astype(np.float64)
        parts.append(weights @ block.values.T / weights.sum(axis=1, keepdims=True))
    return np.concatenate(parts)


def _draw_counts(count: int, draws: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """How often each of `count` things is taken in each draw of as many with replacement, (draws, count)."""
    taken = generator.integers(count, size=(draws, count)) + count * np.arange(draws)[:, None]
    return np.bincount(taken.ravel(), minlength=draws * count).reshape(draws, count)
