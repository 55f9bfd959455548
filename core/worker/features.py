"""The job that learns measured properties on fixed features: composition, structure, a frozen embedding."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer

from core.config import FeaturesSettings
from core.errors import SettingError
from core.evaluation.domain import Reasons
from core.evaluation.features.embedding import embedding_features
from core.evaluation.features.structural import STRUCTURAL_FEATURES
from core.evaluation.fixed_features import Examples, FittedFeatures, learn_properties
from core.evaluation.held_out import HeldOut
from core.evaluation.intervals import calibrate, interval_ends, measured_ranges, trust_figures, with_coverage
from core.evaluation.metrics import error_figures
from core.evaluation.predictions import Predicted, write_predictions
from core.evaluation.report import property_report
from core.evaluation.study.feature_table import FeatureTable
from core.events import Message
from core.training.domain import fit_domain
from core.training.model_file import load_model
from core.training.preparation import Skipped
from core.training.splits import Split, group_names, split_by_group
from core.training.targets import Targets, read_targets
from core.worker.context import JobContext
from core.worker.study_structures import rows_without_structures

Rows = list[dict[str, Any]]
# Figures of a structure whose unusual values are told, by the feature that they are.
FIGURES = {"density": "density", "coordination": "effective coordination, mean"}


@dataclass(frozen=True)
class _Described:
    """Rows that all chosen features can be had of, these side by side, (C, F), and figures by name, (C,)."""

    rows: Rows
    features: NDArray[np.float64]
    figures: dict[str, NDArray[np.float64]]
    skipped: list[Skipped]


@dataclass(frozen=True)
class _Material:
    """Structures with their labels as they were measured and are to be learned, and what is held out."""

    described: _Described
    targets: Targets
    learned: Targets
    train: NDArray[np.int64]
    test: NDArray[np.int64]


def learn_on_features(context: JobContext) -> dict[str, Any]:
    """Learn, predict every structure, and compare with baselines; the learner itself is not kept.

    Raises SettingError when no features are left to learn on, and as `learn_properties` does.
    """
    settings: FeaturesSettings = context.settings
    material = _material(context)
    described = material.described
    context.emit(Message("info", f"Learning on {described.features.shape[1]} features."))
    groups = group_names([described.rows[k] for k in material.train], settings.held_out.group_by)
    fitted = learn_properties(
        settings.learning.learner,
        Examples.of(described.features, material.learned),
        material.train,
        groups,
        num_folds=settings.held_out.folds,
        seed=context.spec.seed,
    )
    reasons = _reasons_outside(material)
    return {
        **_write_results(context, material, fitted, reasons),
        "num_structures": len(described.rows),
        "num_features": described.features.shape[1],
        "out_of_domain": [
            {"id": row["id"], "name": row["name"], "reasons": list(texts)}
            for row, texts in zip(described.rows, reasons, strict=True)
            if texts
        ],
        "skipped": [asdict(one) for one in described.skipped],
    }


def _reasons_outside(material: _Material) -> Reasons:
    """Why structures are unlike those learned from; features stand for an embedding."""
    described, train = material.described, material.train
    known = (
        SimpleImputer(keep_empty_features=True).fit(described.features[train]).transform(described.features)
    )
    compositions = [row["composition"] for row in described.rows]
    figures = {name: values[train] for name, values in described.figures.items()}
    domain = fit_domain([compositions[k] for k in train], known[train], figures)
    reasons = domain.reasons(compositions, known, described.figures)
    for index in train:
        reasons[index] = ()
    return reasons


def _material(context: JobContext) -> _Material:
    settings: FeaturesSettings = context.settings
    described = _describe(context)
    rows = described.rows
    targets = read_targets(rows, context.spec.properties)
    learned = targets.without_bounds() if settings.learning.bounds == "skip" else targets
    labelled = np.flatnonzero(learned.labelled)
    part = split_by_group(
        group_names([rows[k] for k in labelled], settings.held_out.group_by),
        validation_fraction=0.0,
        test_fraction=settings.held_out.test_fraction,
        seed=context.spec.seed,
    )
    return _Material(described, targets, learned, labelled[part.train], labelled[part.test])


def _describe(context: JobContext) -> _Described:
    settings: FeaturesSettings = context.settings
    blocks: list[NDArray[np.float64]] = []
    figures: dict[str, NDArray[np.float64]] = {}
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
        places = {name: STRUCTURAL_FEATURES.index(column) for name, column in FIGURES.items()}
        figures = {name: table.structure[:, place] for name, place in places.items()}
    if not blocks:
        raise SettingError("No features were chosen.", "Choose composition, structure, or a starting model.")
    return _Described(rows, np.hstack(blocks), figures, skipped)


def _write_results(
    context: JobContext, material: _Material, fitted: FittedFeatures, reasons: Reasons
) -> dict[str, Any]:
    rows, properties, targets = material.described.rows, context.spec.properties, material.targets
    nothing = np.array([], dtype=np.int64)
    # Errors on held-out folds stand where those of validation structures do for a network.
    no_spread = np.full_like(fitted.held_out, np.nan)
    intervals = calibrate(targets, properties, HeldOut(material.train, fitted.held_out, no_spread))
    ends = interval_ends(intervals, fitted.held_out, no_spread, [-np.inf] * len(properties))
    intervals = with_coverage(intervals, targets, *ends, material.test)
    predicted = Predicted(fitted.held_out, *ends, no_spread, reasons)
    splits = ["new"] * len(rows)
    for name, indices in (("validation", material.train), ("test", material.test)):
        for index in indices:
            splits[index] = name
    path = context.run.predictions_file
    write_predictions(path, rows, properties, targets, predicted, splits)
    context.emit(Message("info", "Comparing with the mean and with a random forest on the composition."))
    split = Split(material.train, nothing, material.test)
    report = property_report(rows, properties, targets, fitted.predicted, split, seed=context.spec.seed)
    for k, prop in enumerate(properties):
        train = material.train
        figures = error_figures(fitted.held_out[train, k], targets.values[train, k], targets.bounds[train, k])
        report[prop.name]["validation"] = {} if figures is None else asdict(figures)
    return {"metrics": report, "trust": trust_figures(properties, intervals, measured_ranges(targets))}
