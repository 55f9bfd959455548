"""Dividing structures into training, validation and test, with related ones on one side."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import GROUPINGS
from core.errors import TooFewStructures, UnknownChoice

FEWEST_TO_TRAIN = 2


@dataclass(frozen=True)
class Split:
    """Indices of the structures on each side, in increasing order."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


def group_names(rows: Sequence[Mapping[str, Any]], group_by: str) -> list[str]:
    """For each row of structures.jsonl the name of the group that a split must not divide.

    Duplicates, exact ones and near ones that are known, are always of one group. "formula" also joins
    equal formulas, a column of metadata equal entries (a row without one stands for itself), "random"
    nothing else. Raises UnknownChoice for a column that no row has.
    """
    duplicates = [str(row["content_hash"]) for row in rows]
    if group_by == "random":
        return duplicates
    if group_by == "formula":
        return _linked(duplicates, [row["formula"] for row in rows])
    entries = [row.get("metadata", {}).get(group_by) for row in rows]
    if not any(entries):
        known = {title for row in rows for title in row.get("metadata", {})}
        raise UnknownChoice("column to group by", group_by, known.union(GROUPINGS))
    return _linked(duplicates, entries)


def _linked(names: Sequence[str], entries: Sequence[str | None]) -> list[str]:
    """One name for all rows that share a name or an entry, be it through others; None is shared by none."""
    own = [(k,) if entry is None else entry for k, entry in enumerate(entries)]
    parts = [_numbered(names), _numbered(own)]
    lowest = np.arange(len(names))
    while True:
        before = lowest
        for part in parts:
            least = np.full(len(names), len(names))
            np.minimum.at(least, part, lowest)
            lowest = least[part]
        if np.array_equal(lowest, before):
            return [names[k] for k in lowest.tolist()]


def _numbered(entries: Sequence[Hashable]) -> NDArray[np.int64]:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(entry, len(numbers)) for entry in entries], dtype=np.int64)


def split_by_group(
    groups: Sequence[str], *, validation_fraction: float, test_fraction: float, seed: int
) -> Split:
    """Split structures so that those with equal `groups` entries stay together.

    Groups are drawn in random order until each share is reached, test first; one so large that the share
    is met better without it is passed over. A share above zero gets at least one structure, also where
    rounding would give none. Raises TooFewStructures when fewer than two structures are left to train on.
    """
    fractions = {"validation_fraction": validation_fraction, "test_fraction": test_fraction}
    return split_folds(groups, **fractions, num_folds=1, seed=seed)[0]


def split_folds(
    groups: Sequence[str], *, validation_fraction: float, test_fraction: float, num_folds: int, seed: int
) -> list[Split]:
    """Split structures several times: the test is the same, validations have nothing in common.

    The first is the split that `split_by_group` makes, but for a validation share that would not leave
    enough for the others: it is at most an equal part of what is not tested on. Raises TooFewStructures.
    """
    generator = np.random.default_rng(seed)
    names = sorted(set(groups))
    members: dict[str, list[int]] = {name: [] for name in names}
    for index, name in enumerate(groups):
        members[name].append(index)
    order = [members[names[k]] for k in generator.permutation(len(names))]
    test, order = _take(order, test_fraction, len(groups))
    rest = {index for group in order for index in group}
    share = min(validation_fraction, (1.0 - test_fraction) / num_folds)
    splits = []
    for _ in range(num_folds):
        validation, order = _take(order, share, len(groups))
        splits.append(_checked(test, validation, sorted(rest.difference(validation)), len(groups)))
    return splits


def deal_groups(groups: Sequence[str], num_folds: int, seed: int) -> NDArray[np.int64]:
    """Fold of each row: groups are dealt out, the largest first, each to the fold that is smallest so far."""
    names, place, sizes = np.unique(np.array(groups), return_inverse=True, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    filled = np.zeros(num_folds, dtype=np.int64)
    fold_of_group = np.zeros(len(names), dtype=np.int64)
    for group in order:
        fold = int(filled.argmin())
        fold_of_group[group] = fold
        filled[fold] += sizes[group]
    return fold_of_group[place]


def _checked(test: list[int], validation: list[int], train: list[int], total: int) -> Split:
    if len(train) < FEWEST_TO_TRAIN:
        raise TooFewStructures(
            f"Of {total} structures only {len(train)} are left to train on.",
            "Lower the validation and test shares, keep less together (group_by), or add structures.",
        )
    return Split(np.array(train), np.array(validation, dtype=np.int64), np.array(test, dtype=np.int64))


def _take(order: list[list[int]], fraction: float, total: int) -> tuple[list[int], list[list[int]]]:
    wanted = max(1, round(fraction * total)) if fraction > 0 else 0
    taken: list[int] = []
    left: list[list[int]] = []
    for group in order:
        if len(group) < 2 * (wanted - len(taken)):
            taken += group
        else:
            left.append(group)
    if wanted and left and not taken:
        taken = left.pop(0)
    return sorted(taken), left
