"""The job that applies a trained model to structures."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from core.evaluation.predictions import Predicted, predicted_by
from core.inspection.arrays import write_attention, write_embeddings
from core.inspection.encode import Encoded
from core.training.model.model_file import Model, load_model
from core.training.preparation import PreparedStructures
from core.worker.context import JobContext
from core.worker.predicted_files import write_new_predictions

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
    trust = {}
    if model.card.properties:
        trust = write_new_predictions(context, model, prepared.rows, predict(prepared, encoded))
    return {
        "trust": trust,
        "metrics": {"num_structures": len(prepared.rows)},
        "skipped": [asdict(skipped) for skipped in prepared.skipped],
    }
