"""An arm that averages a fine-tuned network and a learner on fixed features, weighed within its labels.

The learner is gradient boosting on composition and structure: it knows nothing of the network, so that the
two err differently. Embeddings beside them made it worse for formation energies.

The structures of the budget are dealt into K parts, related ones together. For each part k the network f_k
and the learner g_k learn from the other parts and predict part k; so every structure i of the budget gets
predictions f(i) and g(i) of methods that have not seen its label. The weight is

    w = argmin over v in {0, 0.01, ..., 1} of the mean over i of e_i(v f(i) + (1 - v) g(i)),

e_i being the absolute error, zero on the allowed side of a bound; the mean is convex in v. A structure of the
test is predicted as

    w (f_1 + ... + f_K) / K + (1 - w) g,

g having learned from the whole budget: K trainings give both the weight and an ensemble of networks. That is
stacking with weights that are not negative and add up to one (Breiman 1996, Stacked regressions, section 2,
doi 10.1007/BF00117832), by absolute in place of squared error, with a committee of the networks that the
division made (Krogh and Vedelsby 1995, Neural network ensembles, cross validation, and active learning).
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewStructures
from core.evaluation.metrics import bounded_errors
from core.evaluation.study.array_file import load_array, save_array
from core.evaluation.study.bench import Bench
from core.evaluation.study.finetuning import finetune
from core.evaluation.study.folds import deal_groups
from core.evaluation.study.lesson import Lesson
from core.evaluation.study.on_features import learn_on_features
from core.jobs.study_arms import Arm

NUM_PARTS: Final = 3
WEIGHTS: Final = np.linspace(0.0, 1.0, 101)


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
        taught = replace(lesson.without(held_out), seed=lesson.seed * NUM_PARTS + k)
        asked = lesson.train[held_out]
        learner[held_out] = learn_on_features(arm, taught, bench, asked)
        predicted = _by_network(arm, taught, bench, np.concatenate([asked, lesson.fold.test]), folder, k)
        network[held_out] = predicted[: len(asked)]
        on_test.append(predicted[len(asked) :])
    weight = best_weight(network, learner, lesson.values, lesson.bounds)
    of_learner = learn_on_features(arm, lesson, bench, lesson.fold.test)
    return np.asarray(weight * np.mean(on_test, axis=0) + (1.0 - weight) * of_learner)


def best_weight(
    network: NDArray[np.float64],
    learner: NDArray[np.float64],
    values: NDArray[np.float64],
    bounds: NDArray[np.int64],
) -> float:
    """Share of the network in the blend with the lowest mean absolute error; all arrays are (n,).

    Of weights that are equally good the one nearest to one half, so that two equal methods count alike.
    """
    mixed = [weight * network + (1.0 - weight) * learner for weight in WEIGHTS]
    errors = np.array([bounded_errors(each, values, bounds).mean() for each in mixed])
    best = WEIGHTS[errors <= errors.min() + 1e-12 * np.abs(values).max(initial=1.0)]
    return float(best[np.abs(best - 0.5).argmin()])


def _parts(lesson: Lesson) -> NDArray[np.int64]:
    """The part of each label of the lesson, (n,)."""
    count = min(NUM_PARTS, len(np.unique(lesson.related)))
    if count < 2:
        raise TooFewStructures(
            "All labels to learn from are of related structures: a blend cannot be weighed.",
            "Raise the label budget, or keep less together.",
        )
    return deal_groups([str(group) for group in lesson.related], count, lesson.seed)


def _by_network(
    arm: Arm, taught: Lesson, bench: Bench, asked: NDArray[np.int64], folder: Path, part: int
) -> NDArray[np.float64]:
    path = folder / f"part-{part}.npy"
    if not path.exists():
        predicted = finetune(arm, taught, bench, asked, folder / f"part-{part}")
        save_array(path, predicted)
    return load_array(path)
