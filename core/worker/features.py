"""The job that learns measured properties on fixed features: composition, structure, a frozen embedding."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import FeaturesSettings
from core.errors import SettingError
from core.evaluation.features.embedding import embedding_features
from core.evaluation.fixed_features import FittedFeatures, learn_properties
from core.evaluation.intervals import interval_half_widths
from core.evaluation.metrics import error_figures
from core.evaluation.predictions import write_predictions
from core.evaluation.report import property_report
from core.evaluation.study.feature_table import FeatureTable
from core.events import Message
from core.training.model_file import load_model
from core.training.preparation import Skipped
from core.training.splits import Split, group_names, split_by_group
from core.training.targets import Targets, read_targets
from core.worker.context import JobContext
from core.worker.study_structures import rows_without_structures

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class _Material:
    """Rows with their features, (C, F), labels as they are to be learned, and what is held out."""

    rows: Rows
    features: NDArray[np.float64]
    targets: Targets
    learned: Targets
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    skipped: list[Skipped]


def learn_on_features(context: JobContext) -> dict[str, Any]:
    """Learn, predict every structure, and compare with baselines; the learner itself is not kept.

    Raises SettingError when no features are left to learn on, and as `learn_properties` does.
    """
    settings: FeaturesSettings = context.settings
    material = _material(context)
    context.emit(Message("info", f"Learning on {material.features.shape[1]} features."))
    groups = group_names([material.rows[k] for k in material.train], settings.held_out.group_by)
    fitted = learn_properties(
        settings.learning.learner,
        material.features,
        material.learned,
        material.train,
        groups,
        num_folds=settings.held_out.folds,
        seed=context.spec.seed,
    )
    metrics = _write_results(context, material, fitted)
    return {
        "metrics": metrics,
        "num_structures": len(material.rows),
        "num_features": material.features.shape[1],
        "skipped": [asdict(one) for one in material.skipped],
    }


def _material(context: JobContext) -> _Material:
    settings: FeaturesSettings = context.settings
    rows, features, skipped = _features(context)
    targets = read_targets(rows, context.spec.properties)
    learned = targets.without_bounds() if settings.learning.bounds == "skip" else targets
    labelled = np.flatnonzero(learned.labelled)
    part = split_by_group(
        group_names([rows[k] for k in labelled], settings.held_out.group_by),
        validation_fraction=0.0,
        test_fraction=settings.held_out.test_fraction,
        seed=context.spec.seed,
    )
    return _Material(rows, features, targets, learned, labelled[part.train], labelled[part.test], skipped)


def _features(context: JobContext) -> tuple[Rows, NDArray[np.float64], list[Skipped]]:
    """Rows that all chosen features can be had of, and these side by side."""
    settings: FeaturesSettings = context.settings
    blocks: list[NDArray[np.float64]] = []
    skipped: list[Skipped] = []
    if settings.learning.embedding and context.spec.start_from is not None:
        model = load_model(context.run.start_model_file)
        prepared = context.prepare(model.card.typed_encoder_settings(), model.encoder.unknown_elements)
        prepared, encoded = context.encode(model, prepared, "embedding")
        rows, skipped = prepared.rows, prepared.skipped
        blocks.append(embedding_features(prepared.graphs, encoded))
    else:
        rows = rows_without_structures(context.run)
    path, on_progress = context.run.path / "features.npz", context.progress("describing structures")
    table = FeatureTable(rows, context.run.structures, path, on_progress)
    if settings.learning.composition:
        blocks.append(table.composition)
    if settings.learning.structure:
        blocks.append(table.structure)
    if not blocks:
        raise SettingError("No features were chosen.", "Choose composition, structure, or a starting model.")
    return rows, np.hstack(blocks), skipped


def _write_results(context: JobContext, material: _Material, fitted: FittedFeatures) -> dict[str, Any]:
    rows, properties, targets = material.rows, context.spec.properties, material.targets
    nothing = np.array([], dtype=np.int64)
    # Errors on held-out folds stand where those of validation structures do for a network.
    widths = interval_half_widths(targets, fitted.held_out, Split(nothing, material.train, nothing))
    splits = ["new"] * len(rows)
    for name, indices in (("validation", material.train), ("test", material.test)):
        for index in indices:
            splits[index] = name
    path = context.run.predictions_file
    write_predictions(path, rows, properties, targets, fitted.held_out, widths, splits)
    context.emit(Message("info", "Comparing with the mean and with a random forest on the composition."))
    split = Split(material.train, nothing, material.test)
    report = property_report(
        rows, properties, targets, fitted.predicted, split, widths, seed=context.spec.seed
    )
    for k, prop in enumerate(properties):
        train = material.train
        figures = error_figures(fitted.held_out[train, k], targets.values[train, k], targets.bounds[train, k])
        report[prop.name]["validation"] = {} if figures is None else asdict(figures)
    return report
