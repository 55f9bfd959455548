"""The life of a worker process: mark the folder, do the job, leave results or a plain error.

Nothing heavy is imported before the process has marked itself in the folder.
"""

import logging
import sys
import time
import traceback
from pathlib import Path

from core.errors import CoreError
from core.events import Failed, Finished, Started, Stopped
from core.jobs.atomic import write_json
from core.jobs.event_log import EventLog
from core.jobs.process import mark_process, peak_memory_mb
from core.jobs.run_folder import RunFolder

logger = logging.getLogger(__name__)

EXIT_OK, EXIT_FAILED = 0, 1
LESS_MEMORY = "Lower 'Pairs per batch' or 'Supercell size'."


def run_worker(folder: Path) -> int:
    """Do the job of a run folder; gives the exit status. Errors end in error.json and worker.log."""
    run = RunFolder(folder)
    mark_process(run.pid_file)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    with EventLog(run.events_file) as log:
        try:
            _work(run, log)
            return EXIT_OK
        except CoreError as error:
            _fail(run, log, error.message, error.hint)
        except MemoryError:
            _fail(run, log, "The memory of this machine is used up.", LESS_MEMORY)
        except (
            Exception
        ) as error:  # the last resort of the process: whatever it was, the user gets a sentence
            logger.error("%s", traceback.format_exc())
            if "out of memory" in str(error):
                _fail(run, log, "The memory of the device is used up.", LESS_MEMORY)
            else:
                sentence = f"The job ended with an unexpected error: {type(error).__name__}: {error}"
                _fail(run, log, sentence, "Please report it with worker.log from the run folder.")
        return EXIT_FAILED


def _work(run: RunFolder, log: EventLog) -> None:
    from core.worker.context import JobContext  # imports torch, which takes seconds
    from core.worker.kinds import JOB_KINDS

    started = time.monotonic()
    context = JobContext(run, log.append)
    log.append(Started(context.device.words, context.epochs_done(), context.num_epochs))
    result = JOB_KINDS[context.spec.kind](context)
    seconds = round(time.monotonic() - started, 3)
    if result is None:
        log.append(Stopped(context.epochs_done()))
        return
    write_json(run.result_file, {**result, "seconds": seconds, "peak_memory_mb": peak_memory_mb()})
    log.append(Finished(seconds))


def _fail(run: RunFolder, log: EventLog, message: str, hint: str) -> None:
    logger.error("%s %s", message, hint)
    write_json(run.error_file, {"message": message, "hint": hint})
    log.append(Failed(message, hint))
