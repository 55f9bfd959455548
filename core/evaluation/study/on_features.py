"""How an arm learns on fixed features."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.evaluation.learners.learners import learn
from core.evaluation.study.bench import Bench
from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.study.lesson import Lesson
from core.evaluation.study.workplace import Workplace
from core.jobs.study_arms import Arm, Block


def learn_on_features(
    arm: Arm, lesson: Lesson, bench: Bench, tested: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Let the learner of an arm learn a lesson and predict structures, by index, on the learned scale."""
    if bench.place.settings.objective.bounds == "skip":
        lesson = lesson.without_bounds()
    blocks = [bench.block(block, arm.source, lesson.fold) for block in arm.blocks]
    features = np.hstack(blocks)
    taught, values, errors = features[lesson.train], lesson.values, lesson.errors
    if lesson.entries is not None and "composition" in arm.blocks:
        widths = {name: block.shape[1] for name, block in zip(arm.blocks, blocks, strict=True)}
        taught = np.vstack([taught, _entry_features(bench.features, widths, lesson.entries.train)])
        values = np.concatenate([values, lesson.entries.values])
        errors = np.concatenate([errors, lesson.entries.errors])
    is_weighted = bench.place.settings.objective.measurement_errors == "weights"
    predict = learn(arm.learner, taught, values, errors=errors if is_weighted else None, seed=lesson.seed)
    predicted = predict(features[tested])
    return np.maximum(predicted, 0.0) if _is_not_negative(bench.place) else predicted


def _entry_features(
    table: FeatureTable, widths: Mapping[Block, int], entries: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Features of entries in the order of the blocks; of an embedding, which they do not have, NaN."""
    unknown = {name: np.full((len(entries), width), np.nan) for name, width in widths.items()}
    return np.hstack([table.entries[n][entries] if n in table.entries else unknown[n] for n in widths])


def _is_not_negative(place: Workplace) -> bool:
    """Whether values below zero, of a property that is not learned as its logarithm, are not predicted."""
    return place.settings.objective.output == "non_negative" and place.properties[0].transform == "none"
