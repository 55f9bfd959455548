"""The job that learns from crystals without labels."""

from typing import Any

import torch

from core.config import PretrainSettings
from core.encoders import create_encoder
from core.inspection.arrays import write_attention, write_embeddings
from core.objectives.deep_infomax import DeepInfoMax
from core.training.composition import element_fractions
from core.training.model.model_card import ModelCard
from core.training.model.model_file import Model
from core.training.model.seen import Seen
from core.training.pretraining import PretrainTask
from core.worker.context import JobContext, elements_of, result_of_training


def pretrain(context: JobContext) -> dict[str, Any] | None:
    """Train encoder and objective, then write the model, embeddings and attention; None when stopped."""
    settings: PretrainSettings = context.settings
    prepared = context.prepare(settings.encoder)
    (split,) = context.splits(prepared.rows, test_fraction=0.0)
    torch.manual_seed(context.spec.seed)
    encoder = create_encoder(context.spec.encoder, settings.encoder, prepared.num_features)
    objective = context.device.place(DeepInfoMax(encoder, settings.objective, prepared.num_features))
    fractions = element_fractions(prepared.rows) if settings.objective.composition_weight else None
    outcome = context.train(PretrainTask(objective, fractions), prepared, split)
    card = ModelCard(
        encoder=context.spec.encoder,
        encoder_settings=settings.encoder.model_dump(),
        num_features=prepared.num_features,
        elements=elements_of([prepared.rows[k] for k in split.train]),
        num_train=len(split.train),
        lineage=context.lineage(),
    )
    used = [prepared.rows[k] for k in [*split.train, *split.validation]]
    model = Model(card, encoder, None, Seen.of_rows(used))
    context.save_model(model)
    if outcome.stopped:
        return None
    kept, encoded = context.encode(model, prepared, "embedding")
    ids = [row["id"] for row in kept.rows]
    write_embeddings(context.run.embeddings_file, ids, kept.graphs, encoded)
    write_attention(context.run.attention_file, ids, kept.graphs, encoded, encoder.attention_heads)
    metrics = {"validation_loss": outcome.best_validation_loss, "num_train": len(split.train)}
    return {"metrics": metrics, **result_of_training(prepared, outcome)}
