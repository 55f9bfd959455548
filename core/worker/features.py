"""The job that learns measured properties on fixed features: composition, structure, a frozen embedding."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import FeaturesSettings
from core.errors import SettingError
from core.evaluation.learners.fixed_features import Examples, FittedFeatures, learn_properties
from core.evaluation.learners.learned_file import save_learned
from core.evaluation.learners.learned_model import LearnedCard, LearnedModel
from core.evaluation.learners.learned_predictions import told_by
from core.evaluation.predictions import Predicted
from core.evaluation.report import property_report
from core.evaluation.trust.class_sets import calibrate_sets, class_shares
from core.evaluation.trust.held_out import HeldOut
from core.evaluation.trust.intervals import calibrate, measured_ranges, with_coverage
from core.events import Message
from core.jobs.class_columns import class_groups, class_names
from core.jobs.study_arms import Block
from core.training.finetuning import fit_normalisers
from core.training.model.model_file import Model, load_model
from core.training.model.seen import Seen
from core.training.splits import Split, group_names, split_by_group
from core.training.targets import Targets, read_targets
from core.worker.context import JobContext, elements_of
from core.worker.description import Description, describe
from core.worker.predicted_files import class_sets_of, trust_of, write_predicted
from core.worker.seen_remarks import tell_of_held_out


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
    if material.network is not None:
        held_out = material.rows(np.union1d(material.train, material.test))
        tell_of_held_out(context, material.network.seen, held_out)
    num_features = sum(described.widths)
    context.emit(Message("info", f"Learning on {num_features} features."))
    fitted = learn_properties(
        settings.learning.learner,
        Examples.of(described.features, material.learned),
        material.train,
        group_names(material.rows(material.train), settings.held_out.group_by),
        num_folds=settings.held_out.folds,
        seed=context.spec.seed,
        classes=class_groups(context.spec.properties),
    )
    model, predicted = _with_trust(_model(context, material, fitted), material, fitted)
    save_learned(context.run.model_file, model)
    return {
        "metrics": _write_results(context, model, material, predicted),
        "trust": trust_of(model),
        "class_sets": class_sets_of(model),
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
    fit_normalisers(learned, train, context.spec.properties)  # raises where there is nothing to learn
    _remark_on_rare_classes(context, learned, train)
    return _Material(blocks, network, described, targets, learned, train, test)


def _remark_on_rare_classes(context: JobContext, learned: Targets, train: NDArray[np.int64]) -> None:
    """Name classes of one example or none: no fold that learns from it can be judged by it."""
    properties = context.spec.properties
    for group in class_groups(properties):
        name = properties[group[0]].label_name
        counts = np.nansum(class_shares(learned.values[train][:, group]), axis=0)
        for word, count in zip(class_names(properties, group), counts, strict=True):
            if count < 2:
                text = f"The class '{word}' of '{name}' has {count:.0f} structures to learn from"
                context.emit(Message("warning", f"{text}: it will hardly be told."))


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
    names = {prop.label_name for prop in properties}
    seen = Seen.of_rows(rows, names).joined(network.seen if network else None)
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
    sets = calibrate_sets(properties, targets, held_out, predicted.values, material.test)
    taught = set(material.train.tolist())
    reasons = [() if k in taught else texts for k, texts in enumerate(predicted.reasons or ())]
    return model.with_trust(intervals, ranges, sets), replace(predicted, reasons=reasons)


def _write_results(
    context: JobContext, model: LearnedModel, material: _Material, predicted: Predicted
) -> dict[str, Any]:
    """Write what is predicted; give errors on held-out folds, as validation, and on the test."""
    rows, properties, targets = material.described.rows, context.spec.properties, material.targets
    train, splits = material.train, ["new"] * len(rows)
    for name, indices in (("validation", train), ("test", material.test)):
        for index in indices:
            splits[index] = name
    write_predicted(context, model, rows, targets, predicted, splits)
    context.emit(Message("info", "Comparing with the mean and with a random forest on the composition."))
    split = Split(train, train, material.test)
    return property_report(rows, properties, targets, predicted.values, split, seed=context.spec.seed)
