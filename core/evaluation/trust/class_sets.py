"""Sets of classes that hold the true one with a stated probability, and the table of them.

A class c belongs to the set of a structure where 1 - p_c is at most a threshold: the conformal quantile of
1 - p of the true class over held-out labels (Sadinle, Lei and Wasserman 2019, doi
10.1080/01621459.2017.1395341). The most probable class is always in the set, which can only raise coverage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.trust.held_out import HeldOut
from core.evaluation.trust.intervals import conformal_half_width
from core.jobs.class_columns import class_groups, class_names
from core.jobs.csv_file import write_csv
from core.jobs.spec import PropertySpec
from core.training.model.model_card import ClassSetCard
from core.training.targets import Targets

COLUMNS = ("structure_id", "name", "property", "measured", "predicted", "probability", "set", "split")
BETWEEN = " | "

Floats = NDArray[np.float64]


def class_shares(columns: Floats) -> Floats:
    """Shares (N, k) of all classes from the columns (N, g) of a property; a single one is of class 1."""
    if columns.shape[1] == 1:
        return np.hstack([1.0 - columns, columns])
    total = columns.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(columns, total, out=columns.copy(), where=total > 0)
    return shares


def calibrate_sets(
    properties: Sequence[PropertySpec],
    targets: Targets,
    held_out: HeldOut,
    values: Floats,
    test: NDArray[np.int64],
) -> dict[str, ClassSetCard]:
    """Find the threshold of each property that is learned as classes, by its name.

    values: (C, K), the probabilities by which the sets are judged on the test split. A property with too few
    held-out labels has none.
    """
    cards = {}
    for group in class_groups(properties):
        wrong = np.clip(1.0 - _of_label(held_out.values, targets, held_out.indices, group), 0.0, 1.0)
        threshold = conformal_half_width(wrong)
        if threshold is None:
            continue
        chosen = _known(targets, test, group)
        sets = classes_in_set(class_shares(values[chosen][:, group]), threshold)
        true = class_shares(targets.values[chosen][:, group]).astype(bool)
        cards[properties[group[0]].label_name] = ClassSetCard(
            threshold=threshold,
            num_calibrated=len(wrong),
            coverage=float((sets & true).any(axis=1).mean()) if len(chosen) else None,
            mean_size=float(sets.sum(axis=1).mean()) if len(chosen) else None,
            num_tested=len(chosen),
        )
    return cards


def classes_in_set(shares: Floats, threshold: float | None) -> NDArray[np.bool_]:
    """Which classes are in the set of each structure, (N, k); all of them without a threshold."""
    if threshold is None:
        return np.ones(shares.shape, dtype=bool)
    is_likely = 1.0 - shares <= threshold + 1e-12  # of what rounding did to the one that set the threshold
    return np.asarray(is_likely | (np.arange(shares.shape[1]) == shares.argmax(axis=1)[:, None]))


@dataclass(frozen=True, eq=False)
class ToldClasses:
    """What is told of one property that is learned as classes.

    columns: its places among those that are predicted. names: of its k classes. shares, sets: (N, k), the
    probabilities, and which classes are in the set.
    """

    name: str
    columns: list[int]
    names: list[str]
    shares: Floats
    sets: NDArray[np.bool_]

    def of(self, index: int) -> tuple[str, float, str]:
        """The most probable class of a structure, its probability, and the classes of its set."""
        best = int(self.shares[index].argmax())
        in_set = BETWEEN.join(n for n, is_in in zip(self.names, self.sets[index], strict=True) if is_in)
        return self.names[best], float(self.shares[index, best]), in_set


def told_classes(
    properties: Sequence[PropertySpec], cards: Mapping[str, ClassSetCard], values: Floats
) -> list[ToldClasses]:
    """Put what is predicted, (N, K), together for each property that is learned as classes."""
    told = []
    for group in class_groups(properties):
        name, shares = properties[group[0]].label_name, class_shares(values[:, group])
        sets = classes_in_set(shares, cards[name].threshold if name in cards else None)
        told.append(ToldClasses(name, group, class_names(properties, group), shares, sets))
    return told


def write_classes(
    path: Path,
    rows: Sequence[Mapping[str, Any]],
    properties: Sequence[PropertySpec],
    cards: Mapping[str, ClassSetCard],
    targets: Targets,
    values: Floats,
    splits: Sequence[str],
) -> None:
    """Write one line per structure and property that is learned as classes; no file where there is none.

    The most probable class with its probability, and the classes of the set.
    """
    lines = []
    for told in told_classes(properties, cards, values):
        true = class_shares(targets.values[:, told.columns])
        for i, row in enumerate(rows):
            is_known = bool(np.isfinite(true[i]).all())
            measured = told.names[int(true[i].argmax())] if is_known else ""
            split = splits[i] if is_known else "new"
            lines.append([row["id"], row["name"], told.name, measured, *told.of(i), split])
    if lines:
        write_csv(path, COLUMNS, lines)


def _known(targets: Targets, indices: NDArray[np.int64], group: Sequence[int]) -> NDArray[np.int64]:
    """Those of the structures that have a label of the property."""
    return np.asarray(indices[np.isfinite(targets.values[indices][:, group]).all(axis=1)], dtype=np.int64)


def _of_label(values: Floats, targets: Targets, indices: NDArray[np.int64], group: Sequence[int]) -> Floats:
    """Probability of the true class of those structures that have a label."""
    chosen = _known(targets, indices, group)
    shares, true = (class_shares(table[chosen][:, group]) for table in (values, targets.values))
    return np.asarray((shares * true).sum(axis=1))
