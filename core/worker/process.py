"""The life of a worker process: mark the folder, do the job, leave results or a plain error.

Nothing heavy is imported before the process has marked itself in the folder.
"""

import logging
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

from core.errors import CoreError, RunError
from core.events import Failed, Finished, Message, Started, Stopped
from core.jobs import rank
from core.jobs.atomic import remove_leftovers, write_json
from core.jobs.event_log import EventLog
from core.jobs.process_mark import mark_process, peak_memory_mb
from core.jobs.run_folder import RunFolder
from core.jobs.run_lock import only_worker
from core.jobs.speed import is_probe

logger = logging.getLogger(__name__)

EXIT_OK, EXIT_FAILED = 0, 1


def run_worker(folder: Path) -> int:
    """Do the job of a run folder; gives the exit status. Errors end in error.json and worker.log.

    Of several processes, started by torchrun, the first reports and writes.
    """
    run = RunFolder(folder)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    try:
        if not run.job_file.exists():  # whatever this folder is, nothing is written into it
            raise RunError(f"'{run.path}' is not a run: it has no job.json.", "Choose a folder under runs/.")
        run.require_own_files()
        if not rank.is_first():
            return _follow(run)
        with only_worker(run.path):
            mark_process(run.pid_file)
            if rank.world_size() > 1:  # started by torchrun, which asks no launcher to clear the way
                run.stop_file.unlink(missing_ok=True)
                run.error_file.unlink(missing_ok=True)
            remove_leftovers(run.path, spared=run.pid_file.name)  # which the launcher is writing just now
            with EventLog(run.events_file) as log:
                return _work_safely(run, log)
    except (CoreError, OSError) as error:  # where the disk is full, the folder cannot hold even that news
        logger.error("%s", error)
        return EXIT_FAILED


def _follow(run: RunFolder) -> int:
    """Work beside the first process, which is told what goes wrong here and leaves the sentence."""
    from core.worker.following import follow  # imports torch

    try:
        follow(run)
        return EXIT_OK
    except Exception:
        logger.error("%s", traceback.format_exc())
        return EXIT_FAILED


def _work_safely(run: RunFolder, log: EventLog) -> int:
    try:
        _work(run, log)
        return EXIT_OK
    except CoreError as error:
        _fail(run, log, error)
    except Exception as error:  # the last resort of the process: whatever it was, the user gets a sentence
        logger.error("%s", traceback.format_exc())
        _fail(run, log, _in_words(error))
    return EXIT_FAILED


def _work(run: RunFolder, log: EventLog) -> None:
    from core.graphs import process_group  # imports torch, which takes seconds
    from core.worker.context import JobContext, StopRequested
    from core.worker.following import check_can_be_shared, with_others
    from core.worker.kinds import JOB_KINDS

    if is_probe(run):
        from core.worker.probe import measure

        write_json(run.result_file, measure(run))
        return
    started = time.monotonic()
    result = None
    with suppress(StopRequested), with_others():
        context = JobContext(run, log.append)
        check_can_be_shared(context.spec.kind, run)
        others = f", {process_group.count()} processes" if process_group.count() > 1 else ""
        log.append(Started(context.device.words + others, context.epochs_done(), context.num_epochs))
        if context.device.warning:
            log.append(Message("warning", context.device.warning))
        result = JOB_KINDS[context.spec.kind](context)
    seconds = round(time.monotonic() - started, 3)
    if result is None:
        log.append(Stopped(context.epochs_done()))
        return
    write_json(run.result_file, {**result, "seconds": seconds, "peak_memory_mb": peak_memory_mb()})
    log.append(Finished(seconds))


def _in_words(error: Exception) -> CoreError:
    from core.training.loop.memory import is_out_of_memory

    if is_out_of_memory(error):
        return CoreError("The memory is used up.", "Lower 'Pairs per batch' or 'Supercell size'.")
    return CoreError(
        f"The job ended with an unexpected error: {type(error).__name__}: {error}",
        "Please report it with worker.log from the run folder.",
    )


def _fail(run: RunFolder, log: EventLog, error: CoreError) -> None:
    logger.error("%s", error)
    write_json(run.error_file, {"message": error.message, "hint": error.hint})
    log.append(Failed(error.message, error.hint))
