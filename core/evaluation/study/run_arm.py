"""How each kind of arm learns: the mean, a learner on fixed features, a network, or a blend of the two."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.evaluation.baselines import mean_baseline
from core.evaluation.study.bench import Bench
from core.evaluation.study.blend import blend
from core.evaluation.study.finetuning import finetune
from core.evaluation.study.lesson import Lesson
from core.evaluation.study.on_features import learn_on_features
from core.jobs.study_arms import Arm


def run_arm(arm: Arm, lesson: Lesson, bench: Bench, folder: Path) -> NDArray[np.float64]:
    """Learn from a lesson and predict the test of its fold, on the learned scale, (num_test,).

    Raises Interrupted when stopped, and whatever the learning raises.
    """
    test = lesson.fold.test
    if arm.is_blend:
        return blend(arm, lesson, bench, folder)
    if arm.learner:
        return learn_on_features(arm, lesson, bench, test)
    if arm.source is None:
        return mean_baseline(lesson.values, len(test))
    return finetune(arm, lesson, bench, test, folder)
