"""The job that learns measured properties, from scratch or from a pretrained model."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.config import FinetuneSettings, Settings
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.errors import RunError
from core.evaluation.predictions import Predicted, Told, predicted_by, told_by_networks
from core.evaluation.trust.class_sets import calibrate_sets
from core.evaluation.trust.domain import Crystals, domain_of
from core.evaluation.trust.held_out import HeldOut, held_out_predictions
from core.evaluation.trust.intervals import calibrate, measured_ranges, with_coverage
from core.events import Message
from core.inspection.arrays import write_attention, write_embeddings
from core.inspection.encode import Encoded, encode
from core.jobs import rank
from core.training.ensemble import join_members, join_outcomes
from core.training.finetuning import FinetuneTask, fit_normalisers
from core.training.loop.train import Outcome
from core.training.model.model_card import ModelCard, NormaliserCard
from core.training.model.model_file import Model, load_model, new_head
from core.training.model.seen import Seen
from core.training.transfer import plan_transfer, renew_deeper_layers
from core.worker.context import JobContext, elements_of, result_of_training
from core.worker.finetuning.material import Material, check_labels, prepare_material
from core.worker.predicted_files import class_sets_of, trust_of, write_predicted
from core.worker.seen_remarks import tell_of_held_out

Features = tuple[NDArray[np.float64], ...]  # (C, F) of each block


def finetune(context: JobContext) -> dict[str, Any] | None:
    """Train, write the model, predict every structure, compare with baselines; None when stopped."""
    start = _load_start(context)
    if start is not None and start.card.typed_encoder_settings() != context.settings.encoder:
        text = "The network is that of the starting model; this job's settings of the network do not apply."
        context.emit(Message("info", text))
    if start is not None and context.spec.start_from is not None:
        plan = plan_transfer(start.encoder, context.settings.transfer, has_start=True)
        context.emit(Message("info", plan.sentence(context.spec.start_from.name)))
    check_labels(context)
    material = prepare_material(context, start)
    features = _features(context, material)
    if start is not None:
        held_out = material.rows([*material.split.validation, *material.split.test])
        tell_of_held_out(context, start.seen, held_out)
    trained: list[tuple[Model, Outcome]] = []
    for number in range(context.num_members):
        trained.append(_trained(context, material, number))
        if trained[-1][1].stopped:
            break
    model = join_members([one for one, _ in trained])
    outcome = join_outcomes([outcome for _, outcome in trained])
    context.save_model(model)
    if outcome.stopped:
        return None
    results = _write_results(context, model, material, features)
    return {**results, **result_of_training(material.prepared, outcome)}


def _trained(context: JobContext, material: Material, number: int) -> tuple[Model, Outcome]:
    """Train a network, unless an earlier start of the job has done so."""
    member = context.member(number)
    if member.is_finished:
        model, outcome = member.finished()
        context.device.place(model.encoder)
        return model, outcome
    if context.num_members > 1:
        context.emit(Message("info", f"Training network {number + 1} of {context.num_members}."))
    start = _load_start(context)
    model = _new_model(
        context, start and start.member_to_start(number, context.num_members), material, number
    )
    settings: FinetuneSettings = context.settings
    task = FinetuneTask(
        model, material.learned, context.spec.properties, settings.objective, settings.transfer
    )
    context.device.place(task.network)
    outcome = context.train(task, material.prepared, material.member_splits[number], member)
    if not outcome.stopped:
        member.finish(model, outcome)
    return model, outcome


def _load_start(context: JobContext) -> Model | None:
    """The starting model; trained on in place, so that each network loads its own."""
    return load_model(context.run.start_model_file) if context.spec.start_from else None


def _new_model(context: JobContext, start: Model | None, material: Material, number: int) -> Model:
    """Take the encoder of the starting model, or a fresh one; the head, being of a property, is fresh."""
    settings: FinetuneSettings = context.settings
    seed, split = context.member(number).seed, material.member_splits[number]
    torch.manual_seed(seed)
    name, encoder_settings, encoder = _encoder(context, start, material.prepared.num_features)
    plan = plan_transfer(encoder, settings.transfer, has_start=start is not None)
    normalisers = fit_normalisers(material.learned, split.train, context.spec.properties)
    lineage = context.lineage(
        started_from="scratch" if context.spec.start_from is None else context.spec.start_from.name,
        loaded=plan.loaded,
        frozen=plan.frozen,
        reinitialised=plan.new,
    )
    card = ModelCard(
        encoder=name,
        encoder_settings=encoder_settings.model_dump(),
        num_features=material.prepared.num_features,
        head_width=settings.objective.head_width,
        output=settings.objective.output,
        properties=context.spec.properties,
        normalisers=tuple(NormaliserCard(mean=n.mean, std=n.std) for n in normalisers),
        elements=elements_of(material.rows(split.train)),
        num_train=len(split.train),
        lineage=lineage.model_copy(update={"seed": seed}),
    )
    seen = _seen(context, start, material)
    return Model(card, encoder, new_head(card, encoder), seen)


def _seen(context: JobContext, start: Model | None, material: Material) -> Seen | None:
    """What the model will have learned from; not known where that of the starting model is not."""
    if start is not None and start.seen is None:
        return None
    rows = material.rows(np.union1d(material.split.train, material.split.validation))
    own = Seen.of_rows(rows, {prop.label_name for prop in context.spec.properties})
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


def _features(context: JobContext, material: Material) -> Features | None:
    """What a learner beside the networks learns from, of all structures; None without one.

    Of several processes the first alone blends.
    """
    if not (context.settings.training.blend and rank.is_first()):
        return None
    try:
        from core.worker.finetuning.blend import features_of  # needs scikit-learn, pymatgen and spglib

        return features_of(context, material.prepared.rows)
    except ModuleNotFoundError as error:
        raise RunError(
            f"A blend needs '{error.name}', which is not installed here.",
            "Run it where all of Siteloupe is installed, or switch 'Blend with boosting' off.",
        ) from error


def _write_results(
    context: JobContext, model: Model, material: Material, features: Features | None
) -> dict[str, Any]:
    run, prepared = context.run, material.prepared
    device, on_progress = context.device.torch_device, context.progress("predicting")
    encoded = encode(model, prepared.graphs, device, on_progress, context.when_full(prepared))
    ids = [row["id"] for row in prepared.rows]
    write_embeddings(run.embeddings_file, ids, prepared.graphs, encoded)
    write_attention(run.attention_file, ids, prepared.graphs, encoded, model.encoder.attention_heads)
    told, held_out = told_by_networks(encoded), held_out_predictions(encoded, material.member_splits)
    blend = None
    if features is not None:
        from core.worker.finetuning.blend import blend_with_learner

        blend = blend_with_learner(context, material, features, model, told, held_out)
        told, held_out = blend.told, blend.held_out
    model, predicted = _with_trust(model, material, context.crystals(prepared), encoded, told, held_out)
    if blend is None:
        context.save_model(model)
    else:
        blend.save(run.model_file, model)
    write_predicted(context, model, prepared.rows, material.targets, predicted, material.split_names)
    blended = {} if blend is None else {"blend": blend.figures}
    metrics = _report(context, material, predicted.values)
    trust, sets = trust_of(model), class_sets_of(model)
    return {"metrics": metrics, "trust": trust, "class_sets": sets, **blended}


def _with_trust(
    model: Model,
    material: Material,
    crystals: Crystals,
    encoded: list[Encoded],
    told: Told,
    held_out: HeldOut,
) -> tuple[Model, Predicted]:
    """Find out how far the model can be trusted, let it say so, and say so of each structure."""
    targets, split = material.targets, material.split
    domain = domain_of(crystals.take(split.train), [encoded[k] for k in split.train])
    intervals = calibrate(targets, model.card.properties, held_out)
    ranges = measured_ranges(targets)
    model = model.with_trust(intervals, ranges, domain)
    predicted = predicted_by(model, crystals, encoded, held_out, told)
    intervals = with_coverage(intervals, targets, predicted.lower, predicted.upper, split.test)
    sets = calibrate_sets(model.card.properties, targets, held_out, predicted.values, split.test)
    model = model.with_class_sets(sets)
    return model.with_trust(intervals, ranges, domain), predicted


def _report(context: JobContext, material: Material, predicted: NDArray[np.float64]) -> dict[str, Any]:
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
        seed=context.spec.seed,
    )
