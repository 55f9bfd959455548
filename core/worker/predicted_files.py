"""predictions.csv and classes.csv, which every job that predicts leaves behind."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.evaluation.predictions import Predicted, write_predictions
from core.evaluation.trust.class_sets import write_classes
from core.evaluation.trust.intervals import trust_figures
from core.training.targets import Targets, read_targets
from core.worker.context import JobContext
from core.worker.seen_remarks import remarks_on_predictions

if TYPE_CHECKING:  # needs scikit-learn, which a bare compute node does without
    from core.evaluation.learners.blended_model import Predictor

Rows = Sequence[Mapping[str, Any]]


def write_predicted(
    context: JobContext,
    model: "Predictor",
    rows: Rows,
    targets: Targets,
    predicted: Predicted,
    splits: Sequence[str],
) -> None:
    """Write what a model makes of all rows, and the sets of classes where it has learned some.

    splits: for each row train, validation, test or new.
    """
    run, card = context.run, model.card
    write_predictions(run.predictions_file, rows, card.properties, targets, predicted, splits)
    write_classes(run.classes_file, rows, card.properties, card.class_sets, targets, predicted.values, splits)


def write_new_predictions(
    context: JobContext, model: "Predictor", rows: Rows, predicted: Predicted
) -> dict[str, Any]:
    """Write what the starting model makes of rows that this job does not learn from, remarks told first.

    Gives `trust` of result.json, see `trust_of`.
    """
    properties = model.card.properties
    name = "" if context.spec.start_from is None else context.spec.start_from.name
    labels = sorted({prop.label_name for prop in properties})
    for remark in remarks_on_predictions(name, model.seen, rows, labels):
        context.emit(remark)
    targets = read_targets(rows, properties)
    write_predicted(context, model, rows, targets, predicted, ["new"] * len(rows))
    return trust_of(model)


def trust_of(model: "Predictor") -> dict[str, Any]:
    """How far predictions can be trusted, by property, as result.json has it under `trust`."""
    return trust_figures(model.card.properties, model.intervals, model.measured_ranges)


def class_sets_of(model: "Predictor") -> dict[str, Any]:
    """What sets of classes are worth, by property, as result.json has it under `class_sets`."""
    return {name: card.model_dump() for name, card in model.card.class_sets.items()}
