"""The job that learns measured properties on fixed features: composition, structure, a frozen embedding."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import FeaturesSettings
from core.errors import SettingError
from core.evaluation.fixed_features import Examples, FittedFeatures, learn_properties
from core.evaluation.held_out import HeldOut
from core.evaluation.intervals import calibrate, measured_ranges, trust_figures, with_coverage
from core.evaluation.learned_file import save_learned
from core.evaluation.learned_model import LearnedCard, LearnedModel
from core.evaluation.learned_predictions import told_by
from core.evaluation.metrics import error_figures
from core.evaluation.predictions import Predicted, write_predictions
from core.evaluation.report import property_report
from core.events import Message
from core.jobs.study_arms import Block
from core.training.model_file import Model, load_model
from core.training.seen import Seen
from core.training.splits import Split, group_names, split_by_group
from core.training.targets import Targets, read_targets
from core.worker.context import JobContext, elements_of
from core.worker.description import Description, describe
from core.worker.seen_remarks import remarks_on_held_out


@dataclass(frozen=True)
class _Material:
    """Structures with their labels as they were measured and are to be learned, and what is held out.

    network: whose embedding is among the features `blocks`, None where there is none.
    """

    blocks: tuple[Block, ...]
    network: Model | None
    described: Description
    targets: Targets
    learned: Targets
    train: NDArray[np.int64]
    test: NDArray[np.int64]

    def rows(self, indices: NDArray[np.int64]) -> list[dict[str, Any]]:
        """The rows of some structures."""
        return [self.described.rows[k] for k in indices]


def learn_on_features(context: JobContext) -> dict[str, Any]:
    """Learn, write the model, predict every structure, and compare with baselines.

    Raises SettingError when no features are left to learn on, and as `learn_properties` does.
    """
    settings: FeaturesSettings = context.settings
    material = _material(context)
    described = material.described
    _remark_on_seen(context, material)
    num_features = sum(described.widths)
    context.emit(Message("info", f"Learning on {num_features} features."))
    fitted = learn_properties(
        settings.learning.learner,
        Examples.of(described.features, material.learned),
        material.train,
        group_names(material.rows(material.train), settings.held_out.group_by),
        num_folds=settings.held_out.folds,
        seed=context.spec.seed,
    )
    model, predicted = _with_trust(_model(context, material, fitted), material, fitted)
    save_learned(context.run.model_file, model)
    return {
        "metrics": _write_results(context, material, fitted, predicted),
        "trust": trust_figures(context.spec.properties, model.intervals, model.measured_ranges),
        "num_structures": len(described.rows),
        "num_features": num_features,
        "out_of_domain": [
            {"id": row["id"], "name": row["name"], "reasons": list(texts)}
            for row, texts in zip(described.rows, predicted.reasons or (), strict=True)
            if texts
        ],
        "skipped": [asdict(one) for one in described.skipped],
    }


def _material(context: JobContext) -> _Material:
    settings: FeaturesSettings = context.settings
    chosen = settings.learning
    has_network = chosen.embedding and context.spec.start_from is not None
    wanted: dict[Block, bool] = {
        "embedding": has_network,
        "composition": chosen.composition,
        "structure": chosen.structure,
    }
    blocks = tuple(block for block, is_wanted in wanted.items() if is_wanted)
    if not blocks:
        raise SettingError("No features were chosen.", "Choose composition, structure, or a starting model.")
    network = load_model(context.run.start_model_file) if has_network else None
    described = describe(context, blocks, network)
    rows = described.rows
    targets = read_targets(rows, context.spec.properties)
    learned = targets.without_bounds() if chosen.bounds == "skip" else targets
    labelled = np.flatnonzero(learned.labelled)
    part = split_by_group(
        group_names([rows[k] for k in labelled], settings.held_out.group_by),
        validation_fraction=0.0,
        test_fraction=settings.held_out.test_fraction,
        seed=context.spec.seed,
    )
    train, test = labelled[part.train], labelled[part.test]
    return _Material(blocks, network, described, targets, learned, train, test)


def _remark_on_seen(context: JobContext, material: _Material) -> None:
    """Say where the network has met the structures that the figures will come from."""
    if material.network is None or context.spec.start_from is None:
        return
    held_out = material.rows(np.union1d(material.train, material.test))
    names = [prop.name for prop in context.spec.properties]
    for remark in remarks_on_held_out(context.spec.start_from.name, material.network.seen, held_out, names):
        context.emit(remark)


def _model(context: JobContext, material: _Material, fitted: FittedFeatures) -> LearnedModel:
    """Make what is kept, not knowing yet how far to trust it."""
    settings: FeaturesSettings = context.settings
    properties, rows = context.spec.properties, material.rows(material.train)
    unknown = (None,) * len(properties)
    network, start = material.network, context.spec.start_from
    origin = {"started_from": start.name, "loaded": ("encoder",), "frozen": ("encoder",)} if start else {}
    card = LearnedCard(
        learner=settings.learning.learner,
        seed=context.spec.seed,
        blocks=material.blocks,
        widths=material.described.widths,
        properties=properties,
        intervals=unknown,
        measured_ranges=unknown,
        elements=elements_of(rows),
        num_train=len(rows),
        lineage=context.lineage(**(origin if network else {})),
    )
    seen = Seen.of_rows(rows, [prop.name for prop in properties]).joined(network.seen if network else None)
    encoder = network.encoder_alone() if network else None
    return LearnedModel(card, fitted.taught, fitted.probes, encoder, seen)


def _with_trust(
    model: LearnedModel, material: _Material, fitted: FittedFeatures
) -> tuple[LearnedModel, Predicted]:
    """Find out how far the model can be trusted, let it say so, and say so of each structure.

    Errors on held-out folds stand where those of validation structures do for a network.
    """
    described, targets, properties = material.described, material.targets, model.card.properties
    held_out = HeldOut(material.train, fitted.held_out.values, fitted.held_out.spread)
    intervals, ranges = calibrate(targets, properties, held_out), measured_ranges(targets)
    model = model.with_trust(intervals, ranges)
    predicted = told_by(model, described.compositions, described.features, fitted.held_out)
    intervals = with_coverage(intervals, targets, predicted.lower, predicted.upper, material.test)
    taught = set(material.train.tolist())
    reasons = [() if k in taught else texts for k, texts in enumerate(predicted.reasons or ())]
    return model.with_trust(intervals, ranges), replace(predicted, reasons=reasons)


def _write_results(
    context: JobContext, material: _Material, fitted: FittedFeatures, predicted: Predicted
) -> dict[str, Any]:
    rows, properties, targets = material.described.rows, context.spec.properties, material.targets
    told, train, splits = fitted.held_out.values, material.train, ["new"] * len(rows)
    for name, indices in (("validation", train), ("test", material.test)):
        for index in indices:
            splits[index] = name
    write_predictions(context.run.predictions_file, rows, properties, targets, predicted, splits)
    context.emit(Message("info", "Comparing with the mean and with a random forest on the composition."))
    split = Split(train, np.array([], dtype=np.int64), material.test)
    predictions = fitted.predicted.values
    report = property_report(rows, properties, targets, predictions, split, seed=context.spec.seed)
    for k, prop in enumerate(properties):
        figures = error_figures(told[train, k], targets.values[train, k], targets.bounds[train, k])
        report[prop.name]["validation"] = {} if figures is None else asdict(figures)
    return report
