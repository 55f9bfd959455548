"""How each kind of arm learns: the mean, a learner on fixed features, or a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.evaluation.baselines import mean_baseline
from core.evaluation.features.embedding import embedding_features
from core.evaluation.learners import learn
from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.study.finetuning import finetune
from core.evaluation.study.folds import Fold
from core.evaluation.study.lesson import Lesson
from core.evaluation.study.pretraining import Pretraining
from core.evaluation.study.workplace import Workplace
from core.inspection.encode import encode
from core.jobs.atomic import write_atomically
from core.jobs.study_arms import Arm, Block, Source


@dataclass(frozen=True)
class Bench:
    """What arms work with; none of it knows a label of the property that is studied."""

    place: Workplace
    features: FeatureTable
    pretraining: Pretraining

    def block(self, block: Block, source: Source | None, fold: Fold) -> NDArray[np.float64]:
        """One kind of fixed features of all labelled structures, (L, F)."""
        if block == "composition":
            return self.features.composition
        if block == "structure":
            return self.features.structure
        if source is None:
            raise ValueError("an embedding needs an encoder")
        return self._embeddings(source, fold)

    def _embeddings(self, source: Source, fold: Fold) -> NDArray[np.float64]:
        """Frozen embeddings by the encoder of a source, kept on disk for the other cells of the fold."""
        path = self.pretraining.folder(source, fold) / "embeddings.npy"
        if not path.exists():
            place = self.place
            model = self.pretraining.start(source, fold, place.seed)
            graphs = place.graphs_of(model.card.typed_encoder_settings())
            chosen = [graphs[k] for k in place.labelled]
            features = embedding_features(chosen, encode(model, chosen, place.device.torch_device))
            path.parent.mkdir(parents=True, exist_ok=True)

            def write(partial: Path) -> None:
                with open(partial, "wb") as file:
                    np.save(file, features, allow_pickle=False)

            write_atomically(path, write)
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float64)


def run_arm(arm: Arm, lesson: Lesson, bench: Bench, folder: Path) -> NDArray[np.float64]:
    """Learn from a lesson and predict the test of its fold, on the learned scale, (num_test,).

    Raises Interrupted when stopped, and whatever the learning raises.
    """
    if arm.learner:
        return _learned(arm, lesson, bench)
    if arm.source is None:
        return mean_baseline(lesson.values, len(lesson.fold.test))
    start = bench.pretraining.start(arm.source, lesson.fold, lesson.seed)
    from_scratch = arm.source.kind == "random"
    return finetune(bench.place, start, lesson, folder, from_scratch=from_scratch, fixed=arm.fixed)


def _learned(arm: Arm, lesson: Lesson, bench: Bench) -> NDArray[np.float64]:
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
    predicted = predict(features[lesson.fold.test])
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
