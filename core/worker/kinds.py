"""The kinds of jobs by name: each takes a context and gives the content of result.json, None when stopped."""

from collections.abc import Callable
from typing import Any

from core.worker.context import JobContext
from core.worker.finetune import finetune
from core.worker.predict import predict
from core.worker.pretrain import pretrain


def _study(context: JobContext) -> dict[str, Any] | None:
    from core.worker.study import study  # needs scikit-learn and matplotlib, which the others do without

    return study(context)


JOB_KINDS: dict[str, Callable[[JobContext], dict[str, Any] | None]] = {
    "pretrain": pretrain,
    "finetune": finetune,
    "predict": predict,
    "study": _study,
}
