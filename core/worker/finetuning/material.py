"""What a fine-tuning works with: structures, labels, and what each of its networks holds out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.config import FinetuneSettings
from core.evaluation.learners.blending import deal_parts
from core.events import Message
from core.jobs.property_choices import check_can_be_blended
from core.training.ensemble import join_splits
from core.training.finetuning import check_not_negative, fit_normalisers
from core.training.model.model_file import Model
from core.training.preparation import PreparedStructures
from core.training.splits import Split, group_names, split_by_group
from core.training.targets import Targets, read_targets
from core.worker.context import JobContext


@dataclass(frozen=True)
class Material:
    """Structures with their labels; `learned` are the targets as the setting on bounds wants them.

    member_splits: for each network. split: of all together, see `join_splits`.
    """

    prepared: PreparedStructures
    targets: Targets
    learned: Targets
    member_splits: list[Split]

    @property
    def split(self) -> Split:
        """What any network learns from, what any holds out, and the test."""
        return join_splits(self.member_splits)

    @property
    def split_names(self) -> list[str]:
        """For each structure train, validation (what any network holds out), test or new."""
        names, split = ["new"] * len(self.prepared.rows), self.split
        for name in ("train", "validation", "test"):
            for index in getattr(split, name):
                names[index] = name
        return names

    def rows(self, indices: Sequence[int] | np.ndarray) -> list[dict[str, Any]]:
        """The rows of some structures."""
        return [self.prepared.rows[k] for k in indices]


def prepare_material(context: JobContext, start: Model | None) -> Material:
    """Build the graphs that the starting model, or the network of the settings, takes; divide the labels."""
    settings: FinetuneSettings = context.settings
    if start is None:
        prepared = context.prepare(settings.encoder)
    else:
        prepared = context.prepare(start.card.typed_encoder_settings(), start.encoder.unknown_elements)
    return Material(prepared, *_labels(context, prepared.rows))


def check_labels(context: JobContext) -> None:
    """Divide and normalise the labels once before the work, for what is wrong with them to show at once."""
    properties = context.spec.properties
    if context.settings.training.blend:
        check_can_be_blended(properties)
    targets, learned, splits = _labels(context, list(context.run.structures()))
    for split in splits:
        fit_normalisers(learned, split.train, properties)
    if context.settings.objective.output == "non_negative":
        check_not_negative(learned, properties)
    for k, prop in enumerate(properties):
        for name in ("validation", "test"):
            indices = getattr(join_splits(splits), name)
            if len(indices) and not np.isfinite(targets.values[indices, k]).any():
                text = f"No structure of the {name} split has a value of '{prop.name}'."
                context.emit(Message("warning", f"{text} How well it is predicted there stays unknown."))


def _labels(context: JobContext, rows: Sequence[dict[str, Any]]) -> tuple[Targets, Targets, list[Split]]:
    """Return the targets of the rows, those as the setting on bounds wants them, and how rows are divided."""
    settings: FinetuneSettings = context.settings
    targets = read_targets(rows, context.spec.properties)
    learned = {
        "censored": targets,
        "skip": targets.without_bounds(),
        "exact": targets.as_measured(),
    }[settings.objective.bounds]
    labelled = np.flatnonzero(learned.labelled)
    chosen, training = [rows[k] for k in labelled.tolist()], settings.training
    if training.blend:
        parts = _parts_of_a_blend(context, chosen)
    else:
        parts = context.splits(chosen, test_fraction=training.test_fraction, group_by=training.group_by)
    splits = [Split(*(labelled[side] for side in (part.train, part.validation, part.test))) for part in parts]
    return targets, learned, splits


def _parts_of_a_blend(context: JobContext, rows: Sequence[dict[str, Any]]) -> list[Split]:
    """One split for each network, all with the same test: what they hold out are parts of all the rest."""
    settings: FinetuneSettings = context.settings
    groups = group_names(rows, settings.training.group_by)
    whole = split_by_group(
        groups,
        validation_fraction=0.0,
        test_fraction=settings.training.test_fraction,
        seed=context.spec.seed,
    )
    left, count = whole.train, context.num_members
    part_of = deal_parts([groups[k] for k in left], count, context.spec.seed)
    return [Split(left[part_of != k], left[part_of == k], whole.test) for k in range(count)]
