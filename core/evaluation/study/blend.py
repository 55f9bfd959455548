"""An arm that averages a fine-tuned network and a learner on fixed features, weighed within its labels.

What it computes is told in `core.evaluation.learners.blending`. The learner is gradient boosting on
composition and structure: it knows nothing of the network, so that the two err differently. Embeddings beside
them made it worse for formation energies.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.evaluation.learners.blending import best_weight, deal_parts, mixed
from core.evaluation.study.array_file import load_array, save_array
from core.evaluation.study.bench import Bench
from core.evaluation.study.finetuning import finetune
from core.evaluation.study.lesson import Lesson
from core.evaluation.study.on_features import learn_on_features
from core.jobs.study_arms import Arm
from core.training_settings import NETWORKS_OF_A_BLEND


def blend(arm: Arm, lesson: Lesson, bench: Bench, folder: Path) -> NDArray[np.float64]:
    """Learn from a lesson and predict the test of its fold, on the learned scale, (num_test,).

    What the network of each part predicts is kept in `folder` until the cell is done, so that a kill costs
    one part at most. Raises TooFewStructures where all labels are of related structures, and as the
    trainings do.
    """
    part_of = _parts(lesson)
    network, learner = np.empty((2, len(lesson.train)))
    on_test = []
    for k in range(int(part_of.max()) + 1):
        held_out = part_of == k
        taught = replace(lesson.without(held_out), seed=lesson.seed * NETWORKS_OF_A_BLEND + k)
        asked = lesson.train[held_out]
        learner[held_out] = learn_on_features(arm, taught, bench, asked)
        predicted = _by_network(arm, taught, bench, np.concatenate([asked, lesson.fold.test]), folder, k)
        network[held_out] = predicted[: len(asked)]
        on_test.append(predicted[len(asked) :])
    weight = best_weight(network, learner, lesson.values, lesson.bounds)
    of_learner = learn_on_features(arm, lesson, bench, lesson.fold.test)
    return mixed([weight], np.mean(on_test, axis=0), of_learner).values


def _parts(lesson: Lesson) -> NDArray[np.int64]:
    """The part of each label of the lesson, (n,); fewer than usual where few groups are related."""
    groups = [str(group) for group in lesson.related]
    return deal_parts(groups, min(NETWORKS_OF_A_BLEND, len(set(groups))), lesson.seed)


def _by_network(
    arm: Arm, taught: Lesson, bench: Bench, asked: NDArray[np.int64], folder: Path, part: int
) -> NDArray[np.float64]:
    path = folder / f"part-{part}.npy"
    if not path.exists():
        predicted = finetune(arm, taught, bench, asked, folder / f"part-{part}")
        save_array(path, predicted)
    return load_array(path)
