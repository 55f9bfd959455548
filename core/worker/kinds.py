"""The kinds of jobs by name: each takes a context and gives the content of result.json, None when stopped."""

from collections.abc import Callable
from typing import Any

from core.training.model.model_file import holds_learner
from core.worker.context import JobContext
from core.worker.finetuning.finetune import finetune
from core.worker.occlude import occlude_structures
from core.worker.predict import predict
from core.worker.pretrain import pretrain


def _predict(context: JobContext) -> dict[str, Any] | None:
    if holds_learner(context.run.start_model_file):
        from core.worker.predict_learned import predict_learned  # needs scikit-learn

        return predict_learned(context)
    return predict(context)


def _study(context: JobContext) -> dict[str, Any] | None:
    from core.worker.studies.study import (
        study,  # needs scikit-learn and matplotlib, which the others do without
    )

    return study(context)


def _features(context: JobContext) -> dict[str, Any]:
    from core.worker.features import learn_on_features

    return learn_on_features(context)


def _trajectory(context: JobContext) -> dict[str, Any]:
    from core.worker.trajectory import analyse_trajectory  # needs what the others do without, as clouds do

    return analyse_trajectory(context)


def _clouds(context: JobContext) -> dict[str, Any] | None:
    from core.worker.clouds import learn_clouds

    return learn_clouds(context)


JOB_KINDS: dict[str, Callable[[JobContext], dict[str, Any] | None]] = {
    "pretrain": pretrain,
    "finetune": finetune,
    "predict": _predict,
    "occlude": occlude_structures,
    "features": _features,
    "study": _study,
    "trajectory": _trajectory,
    "clouds": _clouds,
}
