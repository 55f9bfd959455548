"""The job that learns measured properties, from scratch or from a pretrained model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.config import FinetuneSettings, Settings
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.evaluation.intervals import interval_half_widths
from core.evaluation.predictions import write_predictions
from core.events import Message
from core.inspection.arrays import write_attention, write_embeddings
from core.inspection.encode import encode
from core.training.finetuning import FinetuneTask, check_not_negative, fit_normalisers
from core.training.model_file import Model, ModelCard, NormaliserCard, load_model, new_head, save_model
from core.training.preparation import PreparedStructures
from core.training.seen import Seen
from core.training.splits import Split
from core.training.targets import Targets, read_targets
from core.training.transfer import plan_transfer, renew_deeper_layers
from core.worker.context import JobContext, elements_of, result_of_training
from core.worker.seen_remarks import remarks_on_held_out


@dataclass(frozen=True)
class _Material:
    """What a fine-tuning works with; `learned` are the targets as the setting on bounds wants them."""

    prepared: PreparedStructures
    targets: Targets
    learned: Targets
    split: Split
    splits: list[str]  # per structure: train, validation, test or new


def finetune(context: JobContext) -> dict[str, Any] | None:
    """Train, write the model, predict every structure, compare with baselines; None when stopped."""
    start = load_model(context.run.start_model_file) if context.spec.start_from else None
    if start is not None and start.card.typed_encoder_settings() != context.settings.encoder:
        text = "The network is that of the starting model; this job's settings of the network do not apply."
        context.emit(Message("info", text))
    if start is not None and context.spec.start_from is not None:
        plan = plan_transfer(start.encoder, context.settings.transfer, has_start=True)
        context.emit(Message("info", plan.sentence(context.spec.start_from.name)))
    _check_labels(context)
    material = _material(context, start)
    _remark_on_seen(context, start, material)
    model = _new_model(context, start, material)
    settings: FinetuneSettings = context.settings
    task = FinetuneTask(
        model, material.learned, context.spec.properties, settings.objective, settings.transfer
    )
    context.device.place(task.network)
    outcome = context.train(task, material.prepared, material.split)
    context.save_model(model)
    if outcome.stopped:
        return None
    metrics = _write_results(context, model, material)
    return {"metrics": metrics, **result_of_training(material.prepared, outcome)}


def _material(context: JobContext, start: Model | None) -> _Material:
    settings: FinetuneSettings = context.settings
    if start is None:
        prepared = context.prepare(settings.encoder)
    else:
        prepared = context.prepare(start.card.typed_encoder_settings(), start.encoder.unknown_elements)
    targets, learned, split = _labels(context, prepared.rows)
    splits = ["new"] * len(prepared.rows)
    for name in ("train", "validation", "test"):
        for index in getattr(split, name):
            splits[index] = name
    return _Material(prepared, targets, learned, split, splits)


def _labels(context: JobContext, rows: Sequence[dict[str, Any]]) -> tuple[Targets, Targets, Split]:
    """Return the targets of the rows, those as the setting on bounds wants them, and how rows are divided."""
    settings: FinetuneSettings = context.settings
    targets = read_targets(rows, context.spec.properties)
    learned = {
        "censored": targets,
        "skip": targets.without_bounds(),
        "exact": targets.as_measured(),
    }[settings.objective.bounds]
    labelled = np.flatnonzero(learned.labelled)
    part = context.split(
        [rows[k] for k in labelled.tolist()],
        test_fraction=settings.training.test_fraction,
        group_by=settings.training.group_by,
    )
    return targets, learned, Split(labelled[part.train], labelled[part.validation], labelled[part.test])


def _check_labels(context: JobContext) -> None:
    """Divide and normalise the labels once before the work, for what is wrong with them to show at once."""
    properties = context.spec.properties
    targets, learned, split = _labels(context, list(context.run.structures()))
    fit_normalisers(learned, split.train, properties)
    if context.settings.objective.output == "non_negative":
        check_not_negative(learned, properties)
    for k, prop in enumerate(properties):
        for name in ("validation", "test"):
            indices = getattr(split, name)
            if len(indices) and not np.isfinite(targets.values[indices, k]).any():
                text = f"No structure of the {name} split has a value of '{prop.name}'."
                context.emit(Message("warning", f"{text} How well it is predicted there stays unknown."))


def _new_model(context: JobContext, start: Model | None, material: _Material) -> Model:
    """Take the encoder of the starting model, or a fresh one; the head, being of a property, is fresh."""
    settings: FinetuneSettings = context.settings
    torch.manual_seed(context.spec.seed)
    name, encoder_settings, encoder = _encoder(context, start, material.prepared.num_features)
    plan = plan_transfer(encoder, settings.transfer, has_start=start is not None)
    normalisers = fit_normalisers(material.learned, material.split.train, context.spec.properties)
    card = ModelCard(
        encoder=name,
        encoder_settings=encoder_settings.model_dump(),
        num_features=material.prepared.num_features,
        head_width=settings.objective.head_width,
        output=settings.objective.output,
        properties=context.spec.properties,
        normalisers=tuple(NormaliserCard(mean=n.mean, std=n.std) for n in normalisers),
        elements=elements_of([material.prepared.rows[k] for k in material.split.train]),
        num_train=len(material.split.train),
        lineage=context.lineage(
            started_from="scratch" if context.spec.start_from is None else context.spec.start_from.name,
            loaded=plan.loaded,
            frozen=plan.frozen,
            reinitialised=plan.new,
        ),
    )
    seen = _seen(context, start, material)
    return Model(card, encoder, new_head(card, encoder), seen)


def _remark_on_seen(context: JobContext, start: Model | None, material: _Material) -> None:
    """Say where the starting model has met the structures that the figures will come from."""
    if start is None or context.spec.start_from is None:
        return
    held_out = [material.prepared.rows[k] for k in [*material.split.validation, *material.split.test]]
    names = [prop.name for prop in context.spec.properties]
    for remark in remarks_on_held_out(context.spec.start_from.name, start.seen, held_out, names):
        context.emit(remark)


def _seen(context: JobContext, start: Model | None, material: _Material) -> Seen | None:
    """What the model will have learned from; not known where that of the starting model is not."""
    if start is not None and start.seen is None:
        return None
    chosen = [*material.split.train, *material.split.validation]
    rows = [material.prepared.rows[k] for k in chosen]
    own = Seen.of_rows(rows, [prop.name for prop in context.spec.properties])
    return own.joined(start.seen if start is not None else None)


def _encoder(context: JobContext, start: Model | None, num_features: int) -> tuple[str, Settings, Encoder]:
    """Return name, settings and layers of the encoder to train, those to be made anew with fresh weights."""
    settings: FinetuneSettings = context.settings
    if start is None:
        name, chosen = context.spec.encoder, settings.encoder
        return name, chosen, create_encoder(name, chosen, num_features)
    name, of_start = start.card.encoder, start.card.typed_encoder_settings()
    if settings.transfer.deeper == "new":
        fresh = create_encoder(name, of_start, start.card.num_features)
        renew_deeper_layers(start.encoder, fresh, settings.transfer)
    return name, of_start, start.encoder


def _write_results(context: JobContext, model: Model, material: _Material) -> dict[str, Any]:
    run, prepared = context.run, material.prepared
    device, on_progress = context.device.torch_device, context.progress("predicting")
    encoded = encode(model, prepared.graphs, device, on_progress, context.when_full(prepared))
    ids = [row["id"] for row in prepared.rows]
    write_embeddings(run.embeddings_file, ids, prepared.graphs, encoded)
    write_attention(run.attention_file, ids, prepared.graphs, encoded, model.encoder.attention_heads)
    predicted = np.stack([one.predicted for one in encoded])
    widths = interval_half_widths(material.targets, predicted, material.split)
    widths = [None if p.kind == "class" else w for p, w in zip(context.spec.properties, widths, strict=True)]
    save_model(run.model_file, model.with_intervals(widths))
    arguments = (material.targets, predicted, widths, material.splits)
    write_predictions(run.predictions_file, prepared.rows, context.spec.properties, *arguments)
    return _report(context, material, predicted, widths)


def _report(
    context: JobContext,
    material: _Material,
    predicted: NDArray[np.float64],
    widths: list[float | None],
) -> dict[str, Any]:
    try:
        from core.evaluation.report import property_report  # needs scikit-learn and pymatgen
    except ModuleNotFoundError as error:
        text = f"The figures beside baselines are left out, since '{error.name}' is not installed here."
        context.emit(Message("warning", text))
        return {}
    context.emit(Message("info", "Comparing with the mean and with a random forest on the composition."))
    return property_report(
        material.prepared.rows,
        context.spec.properties,
        material.targets,
        predicted,
        material.split,
        widths,
        seed=context.spec.seed,
    )
