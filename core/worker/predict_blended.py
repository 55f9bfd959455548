"""The job that applies a blend of networks and a learner to structures."""

from typing import Any

import numpy as np

from core.evaluation.learners.blended_file import load_blended
from core.evaluation.predictions import Predicted, predicted_by
from core.events import Message
from core.inspection.encode import Encoded
from core.training.preparation import PreparedStructures
from core.worker.context import JobContext
from core.worker.finetuning.blend import features_of
from core.worker.predict import predict_with


def predict_blended(context: JobContext) -> dict[str, Any]:
    """Write predictions of every structure; embeddings and attention are those of the first network.

    Raises ModelError where the learner, learned again, is not what it was.
    """
    model = load_blended(context.run.start_model_file)

    def predict(prepared: PreparedStructures, encoded: list[Encoded]) -> Predicted:
        features = np.hstack(features_of(context, prepared.rows))
        context.emit(Message("info", f"Learning again from {model.learned.card.num_train} structures."))
        told = model.told(encoded, features)
        return predicted_by(model.networks, context.crystals(prepared), encoded, told=told)

    return predict_with(context, model.networks, predict)
