"""The processes of a job besides the first: they work as it does, and neither report nor write.

What ends one of them ends all, so that none waits for another that is gone.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import CoreError, SettingError
from core.graphs import process_group
from core.graphs.process_group import Delivered, OthersFailed, OthersOutOfMemory, OthersStopped, Trouble
from core.jobs import rank
from core.jobs.run_folder import RunFolder
from core.training.model.model_file import holds_learner
from core.worker.context import JobContext, StopRequested
from core.worker.kinds import JOB_KINDS

logger = logging.getLogger(__name__)

SHARED_KINDS = ("pretrain", "finetune", "predict")


def follow(run: RunFolder) -> None:
    """Do the share of this process of a job; raises what ends it before it is done."""
    try:
        with with_others():
            context = JobContext(run, lambda event: None)
            check_can_be_shared(context.spec.kind, run)
            JOB_KINDS[context.spec.kind](context)
    except (Delivered, StopRequested) as end:
        logger.info("Process %d has done its share: %s", rank.rank(), type(end).__name__)


def check_can_be_shared(kind: str, run: RunFolder) -> None:
    """Raise SettingError for a job that is for one process, where there are several."""
    if process_group.count() == 1:
        return
    if kind not in SHARED_KINDS or (kind == "predict" and holds_learner(run.start_model_file)):
        raise SettingError(
            f"A job of the kind '{kind}' runs in one process, and {process_group.count()} were started"
            f"{' for a model on fixed features' if kind in SHARED_KINDS else ''}.",
            "Start it without torchrun.",
        )


@contextmanager
def with_others() -> Iterator[None]:
    """Work as one of the processes of a job, and tell the others what ends this one.

    Raises StopRequested and OthersFailed where it is another that ends.
    """
    with process_group.joined():
        try:
            yield
        except (Delivered, OthersFailed, OthersOutOfMemory):
            raise
        except OthersStopped:
            raise StopRequested from None
        except StopRequested:
            process_group.agree(Trouble.STOPPED)
            raise
        except CoreError as error:
            process_group.agree(Trouble.FAILED, error.message, error.hint)
            raise
        except Exception as error:
            sentence = (
                f"Process {rank.rank()} ended with an unexpected error: {type(error).__name__}: {error}"
            )
            process_group.agree(Trouble.FAILED, sentence, "Please report it with what the job has written.")
            raise
