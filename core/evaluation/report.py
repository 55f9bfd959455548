"""The figures of a fine-tuning: its errors on both held-out splits, beside both baselines."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.baselines import forest_baseline, mean_baseline
from core.evaluation.classification import class_figures
from core.evaluation.features.composition import composition_features
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

    predicted: (C, K) on the learned scale, of classes the probability. Errors are mean absolute errors on
    that scale; classes have accuracy, area under the ROC curve and log loss instead, all columns together.
    """
    features = composition_features([row["composition"] for row in rows])
    is_shared = bool(np.isin(split.validation, split.train).any())
    report: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(prop.label_name for prop in properties):
        columns = [k for k, prop in enumerate(properties) if prop.label_name == name]
        values = [targets.values[:, k] for k in columns]
        candidates = {
            "": predicted[:, columns],
            "_mean_baseline": np.stack([mean_baseline(v[split.train], len(rows)) for v in values], axis=1),
            "_forest_baseline": np.stack(
                [forest_baseline(features, split.train, v, seed=seed) for v in values], axis=1
            ),
        }
        # What networks of an ensemble hold out in turn, baselines have learned from.
        on_validation = {"": predicted[:, columns]} if is_shared else candidates
        prop = properties[columns[0]]
        figures_on = _class_figures_on if prop.kind == "class" else _errors_on
        report[name] = {
            "unit": prop.learned_unit,
            "num_train": int(np.isfinite(values[0][split.train]).sum()),
            "validation": figures_on(on_validation, targets, split.validation, columns),
            "test": figures_on(candidates, targets, split.test, columns),
        }
    return report


def _class_figures_on(
    candidates: Mapping[str, NDArray[np.float64]],
    targets: Targets,
    indices: NDArray[np.int64],
    columns: Sequence[int],
) -> dict[str, Any]:
    """Of the baselines the mean is the share of each class, the forest the mean vote of its trees."""
    figures: dict[str, Any] = {}
    for suffix, values in candidates.items():
        found = class_figures(values[indices], targets.values[indices][:, columns])
        if found is None:
            continue
        figures |= {f"accuracy{suffix}": found.accuracy, f"auc{suffix}": found.auc}
        figures |= {f"log_loss{suffix}": found.log_loss, "num_labels": found.num_labels}
    return figures


def _errors_on(
    candidates: Mapping[str, NDArray[np.float64]],
    targets: Targets,
    indices: NDArray[np.int64],
    columns: Sequence[int],
) -> dict[str, Any]:
    (k,) = columns
    figures: dict[str, Any] = {}
    for suffix, values in candidates.items():
        errors = error_figures(values[indices, 0], targets.values[indices, k], targets.bounds[indices, k])
        if errors is None:
            continue
        figures[f"mae{suffix}"] = errors.mae
        figures[f"mae_measured{suffix}"] = errors.mae_measured
        figures["num_labels"] = errors.num_labels
        figures["num_bounds"] = errors.num_bounds
    return figures
