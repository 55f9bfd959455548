"""The job that applies a learner on fixed features to structures."""

from dataclasses import asdict
from typing import Any

from core.evaluation.learners.blended_file import holds_blend
from core.evaluation.learners.learned_file import load_learned
from core.evaluation.learners.learned_predictions import told_by
from core.events import Message
from core.worker.context import JobContext
from core.worker.description import describe
from core.worker.predict_blended import predict_blended
from core.worker.predicted_files import write_new_predictions


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
    return {
        "trust": write_new_predictions(context, model, described.rows, predicted),
        "metrics": {"num_structures": len(described.rows)},
        "skipped": [asdict(skipped) for skipped in described.skipped],
    }
