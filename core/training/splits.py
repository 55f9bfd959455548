"""Dividing structures into training, validation and test, with related ones on one side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewStructures

FEWEST_TO_TRAIN = 2


@dataclass(frozen=True)
class Split:
    """Indices of the structures on each side, in increasing order."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def split_by_group(
    groups: Sequence[str], *, validation_fraction: float, test_fraction: float, seed: int
) -> Split:
    """Split structures so that those with equal `groups` entries stay together.

    Groups are drawn in random order until each share is reached, test first. A share above zero gets at
    least one structure, also where rounding would give none. Raises TooFewStructures when fewer than
    two structures are left to train on.
    """
    generator = np.random.default_rng(seed)
    names = sorted(set(groups))
    members: dict[str, list[int]] = {name: [] for name in names}
    for index, name in enumerate(groups):
        members[name].append(index)
    order = [members[names[k]] for k in generator.permutation(len(names))]
    test, order = _take(order, test_fraction, len(groups))
    validation, order = _take(order, validation_fraction, len(groups))
    train = sorted(index for group in order for index in group)
    if len(train) < FEWEST_TO_TRAIN:
        raise TooFewStructures(
            f"Of {len(groups)} structures only {len(train)} are left to train on.",
            "Lower the validation and test shares, or add structures.",
        )
    return Split(np.array(train), np.array(validation, dtype=np.int64), np.array(test, dtype=np.int64))


def _take(order: list[list[int]], fraction: float, total: int) -> tuple[list[int], list[list[int]]]:
    wanted = max(1, round(fraction * total)) if fraction > 0 else 0
    taken: list[int] = []
    used = 0
    for group in order:
        if len(taken) >= wanted:
            break
        taken += group
        used += 1
    return sorted(taken), order[used:]
