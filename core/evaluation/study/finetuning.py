"""Fine-tuning an encoder on the labels of one lesson."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.config import TrainingSettings, TransferSettings
from core.encoders import create_encoder
from core.evaluation.study.bench import Bench
from core.evaluation.study.lesson import Lesson
from core.evaluation.study.workplace import Workplace
from core.inspection.encode import encode
from core.jobs.study_arms import Arm, Fixed
from core.training.finetuning import FinetuneTask, check_not_negative, fit_normalisers
from core.training.model.model_card import ModelCard, NormaliserCard
from core.training.model.model_file import Model, new_head
from core.training.splits import Split, split_by_group
from core.training.targets import Targets
from core.training.transfer import renew_deeper_layers


def finetune(
    arm: Arm, lesson: Lesson, bench: Bench, tested: NDArray[np.int64], folder: Path
) -> NDArray[np.float64]:
    """Let the network of an arm learn a lesson and predict structures, by index, on the learned scale.

    Validation structures are taken from within the budget, and the normaliser is fitted to the rest.
    `folder` keeps the checkpoint until the training is done. Raises Interrupted, and as a training does.
    """
    if arm.source is None:
        raise ValueError("a network to fine-tune has a source")
    start = bench.pretraining.start(arm.source, lesson.fold, lesson.seed)
    from_scratch = arm.source.kind == "random"
    place, settings = bench.place, bench.place.settings
    training = settings.scratch_training if from_scratch else settings.training
    if not from_scratch:
        training = _limited(training, settings.study.shown_at_most, len(lesson.train))
    lesson = _with_bounds_as_set(lesson, settings.objective.bounds)
    targets, split = _targets(place, lesson), _split(place, lesson, training.validation_fraction)
    graphs = place.graphs_of(start.card.typed_encoder_settings())
    torch.manual_seed(lesson.seed)
    transfer = TransferSettings() if from_scratch else transfer_of(settings.transfer, arm.fixed)
    if transfer.deeper == "new":
        card = start.card
        fresh = create_encoder(card.encoder, card.typed_encoder_settings(), card.num_features)
        renew_deeper_layers(start.encoder, fresh, transfer)
    model = _with_head(place, start, targets, split.train)
    properties = place.properties[:1]
    task = FinetuneTask(model, targets, properties, place.objective_for(properties), transfer)
    place.device.place(task.network)
    place.train(task, graphs, split, training, seed=lesson.seed, folder=folder)
    shutil.rmtree(folder, ignore_errors=True)
    encoded = encode(model, [graphs[k] for k in place.labelled[tested]], place.device.torch_device)
    return np.array([float(one.predicted[0]) for one in encoded])


def transfer_of(settings: TransferSettings, fixed: Fixed | None) -> TransferSettings:
    """The settings of a study with the layers of an arm kept fixed, where the arm names some."""
    if fixed is None:
        return settings
    if fixed == "all":
        return settings.model_copy(update={"freeze": "encoder"})
    if fixed == 0:
        return settings.model_copy(update={"freeze": "none"})
    return settings.model_copy(update={"freeze": "layers", "frozen_layers": fixed})


def _with_bounds_as_set(lesson: Lesson, bounds: str) -> Lesson:
    if bounds == "skip":
        return lesson.without_bounds()
    return replace(lesson, bounds=np.zeros_like(lesson.bounds)) if bounds == "exact" else lesson


def _limited(training: TrainingSettings, shown_at_most: int, num_train: int) -> TrainingSettings:
    """As many epochs as asked for, but no more than the limit on what is shown allows."""
    if shown_at_most == 0:
        return training
    return training.model_copy(update={"epochs": max(1, min(training.epochs, shown_at_most // num_train))})


def _targets(place: Workplace, lesson: Lesson) -> Targets:
    """Labels of all rows, of which only those of the lesson are there."""
    values = np.full((len(place.rows), 1), np.nan)
    errors, bounds = np.full_like(values, np.nan), np.zeros((len(place.rows), 1), dtype=np.int64)
    rows = place.labelled[lesson.train]
    values[rows, 0], bounds[rows, 0], errors[rows, 0] = lesson.values, lesson.bounds, lesson.errors
    return Targets(values, bounds, errors)


def _split(place: Workplace, lesson: Lesson, validation_fraction: float) -> Split:
    part = split_by_group(
        lesson.groups, validation_fraction=validation_fraction, test_fraction=0.0, seed=lesson.seed
    )
    rows = place.labelled[lesson.train]
    return Split(rows[part.train], rows[part.validation], rows[part.test])


def _with_head(place: Workplace, start: Model, targets: Targets, train: NDArray[np.int64]) -> Model:
    properties, objective = place.properties[:1], place.settings.objective
    if objective.output == "non_negative":
        check_not_negative(targets, properties)
    normalisers = fit_normalisers(targets, train, properties)
    card = ModelCard(
        encoder=start.card.encoder,
        encoder_settings=start.card.encoder_settings,
        num_features=start.card.num_features,
        head_width=objective.head_width,
        output=objective.output,
        properties=properties,
        normalisers=tuple(NormaliserCard(mean=n.mean, std=n.std) for n in normalisers),
        num_train=len(train),
        lineage=place.lineage(),
    )
    return Model(card, start.encoder, new_head(card, start.encoder))
