"""The job that applies a learner on fixed features to structures."""

from dataclasses import asdict
from typing import Any

from core.evaluation.blended_file import holds_blend
from core.evaluation.class_sets import write_classes
from core.evaluation.intervals import trust_figures
from core.evaluation.learned_file import load_learned
from core.evaluation.learned_predictions import told_by
from core.evaluation.predictions import write_predictions
from core.events import Message
from core.training.targets import read_targets
from core.worker.context import JobContext
from core.worker.description import describe
from core.worker.predict_blended import predict_blended
from core.worker.seen_remarks import remarks_on_predictions


def predict_learned(context: JobContext) -> dict[str, Any]:
    """Write predictions of every structure, and embeddings and attention where there is a network.

    Raises ModelError where the learner, learned again, is not what it was.
    """
    run = context.run
    if holds_blend(run.start_model_file):
        return predict_blended(context)
    model = load_learned(run.start_model_file)
    described = describe(context, model.card.blocks, model.network)
    context.emit(Message("info", f"Learning again from {model.card.num_train} structures."))
    predicted = told_by(model, described.compositions, described.features)
    properties = model.card.properties
    name = "" if context.spec.start_from is None else context.spec.start_from.name
    names = sorted({prop.label_name for prop in properties})
    for remark in remarks_on_predictions(name, model.seen, described.rows, names):
        context.emit(remark)
    targets = read_targets(described.rows, properties)
    splits = ["new"] * len(described.rows)
    write_predictions(run.predictions_file, described.rows, properties, targets, predicted, splits)
    class_sets, values = model.card.class_sets, predicted.values
    write_classes(run.classes_file, described.rows, properties, class_sets, targets, values, splits)
    return {
        "trust": trust_figures(properties, model.intervals, model.measured_ranges),
        "metrics": {"num_structures": len(described.rows)},
        "skipped": [asdict(skipped) for skipped in described.skipped],
    }
