"""The job that applies a trained model to structures."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from core.evaluation.class_sets import write_classes
from core.evaluation.intervals import trust_figures
from core.evaluation.predictions import Predicted, predicted_by, write_predictions
from core.inspection.arrays import write_attention, write_embeddings
from core.inspection.encode import Encoded
from core.training.model_file import Model, load_model
from core.training.preparation import PreparedStructures
from core.training.targets import read_targets
from core.worker.context import JobContext
from core.worker.seen_remarks import remarks_on_predictions

Predict = Callable[[PreparedStructures, list[Encoded]], Predicted]


def predict(context: JobContext) -> dict[str, Any]:
    """Write embeddings and attention of every structure and, for a model of properties, predictions."""
    model = load_model(context.run.start_model_file)
    return predict_with(
        context,
        model,
        lambda prepared, encoded: predicted_by(model, context.crystals(prepared), encoded),
    )


def predict_with(context: JobContext, model: Model, predict: Predict) -> dict[str, Any]:
    """The same, where `predict` says what is to be made of encoded structures."""
    run = context.run
    prepared = context.prepare(model.card.typed_encoder_settings(), model.encoder.unknown_elements)
    prepared, encoded = context.encode(model, prepared, "predicting")
    ids = [row["id"] for row in prepared.rows]
    write_embeddings(run.embeddings_file, ids, prepared.graphs, encoded)
    write_attention(run.attention_file, ids, prepared.graphs, encoded, model.encoder.attention_heads)
    properties, trust = model.card.properties, {}
    if properties:
        trust = trust_figures(properties, model.intervals, model.measured_ranges)
        name = "" if context.spec.start_from is None else context.spec.start_from.name
        names = sorted({prop.label_name for prop in properties})
        for remark in remarks_on_predictions(name, model.seen, prepared.rows, names):
            context.emit(remark)
        predicted = predict(prepared, encoded)
        targets = read_targets(prepared.rows, properties)
        splits = ["new"] * len(prepared.rows)
        write_predictions(run.predictions_file, prepared.rows, properties, targets, predicted, splits)
        class_sets, values = model.card.class_sets, predicted.values
        write_classes(run.classes_file, prepared.rows, properties, class_sets, targets, values, splits)
    return {
        "trust": trust,
        "metrics": {"num_structures": len(prepared.rows)},
        "skipped": [asdict(skipped) for skipped in prepared.skipped],
    }
