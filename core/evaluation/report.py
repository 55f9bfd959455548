"""The figures of a fine-tuning: its errors on both held-out splits, beside both baselines."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.baselines import composition_features, forest_baseline, mean_baseline
from core.evaluation.classification import class_figures
from core.evaluation.metrics import error_figures
from core.jobs.spec import PropertySpec
from core.training.splits import Split
from core.training.targets import Targets


def property_report(
    rows: Sequence[Mapping[str, Any]],
    properties: Sequence[PropertySpec],
    targets: Targets,
    predicted: NDArray[np.float64],
    split: Split,
    *,
    seed: int,
) -> dict[str, dict[str, Any]]:
    """For each property its unit, counts, and errors of the network, the mean and the forest by split.

    predicted: (C, K) on the learned scale, of classes the probability of 1. Errors are mean absolute errors
    on that scale; classes have accuracy, area under the ROC curve and log loss instead.
    """
    features = composition_features([row["composition"] for row in rows])
    is_shared = bool(np.isin(split.validation, split.train).any())
    report: dict[str, dict[str, Any]] = {}
    for k, prop in enumerate(properties):
        values = targets.values[:, k]
        candidates = {
            "": predicted[:, k],
            "_mean_baseline": mean_baseline(values[split.train], len(rows)),
            "_forest_baseline": forest_baseline(features, split.train, values, seed=seed),
        }
        # What networks of an ensemble hold out in turn, baselines have learned from.
        on_validation = {"": predicted[:, k]} if is_shared else candidates
        figures_on = _class_figures_on if prop.kind == "class" else _errors_on
        report[prop.name] = {
            "unit": prop.learned_unit,
            "num_train": int(np.isfinite(values[split.train]).sum()),
            "validation": figures_on(on_validation, targets, split.validation, k),
            "test": figures_on(candidates, targets, split.test, k),
        }
    return report


def _class_figures_on(
    candidates: Mapping[str, NDArray[np.float64]], targets: Targets, indices: NDArray[np.int64], k: int
) -> dict[str, Any]:
    """Of the baselines the mean is the share of class 1, the forest the mean vote of its trees."""
    figures: dict[str, Any] = {}
    for suffix, values in candidates.items():
        found = class_figures(values[indices], targets.values[indices, k])
        if found is None:
            continue
        figures |= {f"accuracy{suffix}": found.accuracy, f"auc{suffix}": found.auc}
        figures |= {f"log_loss{suffix}": found.log_loss, "num_labels": found.num_labels}
    return figures


def _errors_on(
    candidates: Mapping[str, NDArray[np.float64]], targets: Targets, indices: NDArray[np.int64], k: int
) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for suffix, values in candidates.items():
        errors = error_figures(values[indices], targets.values[indices, k], targets.bounds[indices, k])
        if errors is None:
            continue
        figures[f"mae{suffix}"] = errors.mae
        figures[f"mae_measured{suffix}"] = errors.mae_measured
        figures["num_labels"] = errors.num_labels
        figures["num_bounds"] = errors.num_bounds
    return figures
