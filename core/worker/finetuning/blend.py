"""What a fine-tuning does when it blends: a learner beside the networks, and how the two are averaged."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import FinetuneSettings
from core.evaluation.learners.blended_file import save_blended
from core.evaluation.learners.blended_model import BLOCKS, LEARNER, BlendedModel
from core.evaluation.learners.blending import best_weight, mixed
from core.evaluation.learners.fixed_features import Examples, half_way, learn_examples
from core.evaluation.learners.learned_model import LearnedCard, LearnedModel
from core.evaluation.metrics import error_figures
from core.evaluation.predictions import Told
from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.trust.held_out import HeldOut
from core.events import Message
from core.training.model.model_file import Model
from core.training.model.seen import Seen
from core.training_settings import NETWORKS_OF_A_BLEND
from core.worker.context import JobContext, elements_of
from core.worker.finetuning.material import Material

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Blend:
    """What became of the averaging.

    told: of all structures. held_out: of labelled ones, by networks and a learner that have not learned from
    them. figures: for result.json, by property the weight, and the errors of networks and learner alone.
    """

    learned: LearnedModel
    weights: tuple[float, ...]
    told: Told
    held_out: HeldOut
    figures: dict[str, Any]

    def save(self, path: Path, networks: Model) -> None:
        """Write all as one model file; raises DiskFull."""
        save_blended(path, BlendedModel(networks, self.learned, self.weights))


def features_of(context: JobContext, rows: list[dict[str, Any]]) -> tuple[Floats, ...]:
    """Composition and structure of prepared rows, each (C, F); kept in the run for a further start."""
    path, on_progress = context.run.path / "features.npz", context.progress("describing structures")
    table = FeatureTable(rows, context.run.structures, path, on_progress)
    return table.composition, table.structure


def blend_with_learner(
    context: JobContext,
    material: Material,
    features: tuple[Floats, ...],
    networks: Model,
    told: Told,
    held_out: HeldOut,
) -> Blend:
    """Let the learner learn what the networks did, and find the weight of each property.

    features: as `features_of` gives them. told, held_out: what the networks make of all structures, and of
    those that they held out in turn. Raises as `learn_examples` does.
    """
    examples = _examples(context, material, np.hstack(features))
    limits, train = networks.card.limits(), material.split.train
    on_progress = context.progress("blending with boosting")
    by_learner = _held_out_by_learner(context, material, examples, on_progress)
    taught = examples.rows(train)
    predict = learn_examples(LEARNER, taught, context.spec.seed)
    of_all = np.maximum(predict(examples.features).values, limits)
    by_learner = np.maximum(by_learner, limits)
    on_progress(len(material.member_splits) + 1, len(material.member_splits) + 1)
    weights = _weights(material, held_out.values, by_learner)
    joined = mixed(weights, held_out.values, by_learner)
    learned = LearnedModel(
        card=_card(context, material, tuple(part.shape[1] for part in features)),
        examples=taught,
        probes=predict(half_way(taught)).values,
        network=None,
        seen=Seen.of_rows(material.rows(train), [prop.name for prop in context.spec.properties]),
    )
    parts = {"networks": (held_out.values, told.values), "learner": (by_learner, of_all)}
    return Blend(
        learned=learned,
        weights=weights,
        told=mixed(weights, told.values, of_all),
        held_out=HeldOut(held_out.indices, joined.values, joined.spread),
        figures=_figures(context, material, weights, parts),
    )


def _examples(context: JobContext, material: Material, features: Floats) -> Examples:
    settings: FinetuneSettings = context.settings
    examples = Examples.of(features, material.learned)
    if settings.objective.measurement_errors == "weights":
        return examples
    return Examples(examples.features, examples.values, np.full_like(examples.values, np.nan))


def _held_out_by_learner(
    context: JobContext, material: Material, examples: Examples, on_progress: Callable[[int, int], None]
) -> Floats:
    """What the learner makes of each part when it has learned from the others, (C, K); NaN elsewhere."""
    told, splits = np.full_like(examples.values, np.nan), material.member_splits
    for k, split in enumerate(splits):
        seed = context.spec.seed * NETWORKS_OF_A_BLEND + k
        predict = learn_examples(LEARNER, examples.rows(split.train), seed)
        told[split.validation] = predict(examples.features[split.validation]).values
        on_progress(k + 1, len(splits) + 1)
    return told


def _weights(material: Material, networks: Floats, learner: Floats) -> tuple[float, ...]:
    found, targets = [], material.targets
    for k in range(targets.values.shape[1]):
        known = np.flatnonzero(np.isfinite(material.learned.values[:, k]) & np.isfinite(learner[:, k]))
        labels = targets.values[known, k], targets.bounds[known, k]
        found.append(best_weight(networks[known, k], learner[known, k], *labels))
    return tuple(found)


def _card(context: JobContext, material: Material, widths: tuple[int, ...]) -> LearnedCard:
    rows, properties = material.rows(material.split.train), context.spec.properties
    return LearnedCard(
        learner=LEARNER,
        seed=context.spec.seed,
        blocks=BLOCKS,
        widths=widths,
        properties=properties,
        intervals=(None,) * len(properties),
        measured_ranges=(None,) * len(properties),
        elements=elements_of(rows),
        num_train=len(rows),
        lineage=context.lineage(),
    )


def _figures(
    context: JobContext,
    material: Material,
    weights: tuple[float, ...],
    parts: dict[str, tuple[Floats, Floats]],
) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    targets, split = material.targets, material.split
    for k, prop in enumerate(context.spec.properties):
        share = weights[k]
        text = f"'{prop.name}' takes {share:.0%} from the networks and {1 - share:.0%} from boosting."
        context.emit(Message("info", text))
        figures[prop.name] = {"weight": share, "validation": {}, "test": {}}
        for name, (on_validation, on_test) in parts.items():
            for side, values, rows in (
                ("validation", on_validation, split.validation),
                ("test", on_test, split.test),
            ):
                errors = error_figures(values[rows, k], targets.values[rows, k], targets.bounds[rows, k])
                figures[prop.name][side][f"mae_{name}"] = None if errors is None else errors.mae
    return figures
