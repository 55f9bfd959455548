"""An import in a process of its own: the window that waits for it shares its Python with nobody.

What came of a file is unpacked and written in Python, and Python does one thing at a time in a process.
"""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from core.errors import CoreError, ProjectError
from core.jobs.courtesy import give_way
from core.store.importing.files import ImportSummary, import_files
from core.store.importing.pool import choose_workers
from core.store.importing.preparation import Disorder
from core.store.process_pool import end_with_parent
from core.store.progress import Progress
from core.store.project import Project
from core.structures.readers.read import find_files

_PATIENCE_SECONDS = 0.1  # between two looks at whether it is still wanted, and between two reports
_FAREWELL_SECONDS = 10.0  # a process that has said its last word takes its locks away before it ends


def import_apart(
    folder: Path,
    paths: Sequence[Path],
    collection: str,
    *,
    disorder: Disorder = "keep",
    on_rate: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ImportSummary:
    """Import as `import_files` does into the project in `folder`; little work is done at once, here.

    Raises CoreError as `import_files` does, and ProjectError when the process dies, of which the project
    keeps what was read before.
    """
    if choose_workers(find_files(paths)) == 1:
        with Project.open(folder) as project:
            return import_files(
                project, paths, collection, disorder=disorder, on_rate=on_rate, cancelled=cancelled
            )
    context = multiprocessing.get_context("spawn")  # a forked copy of a process with threads may hang
    ours, theirs = context.Pipe()
    child = context.Process(target=_work, args=(theirs, folder, paths, collection, disorder))
    child.start()
    theirs.close()  # so that the end of the child is the end of the pipe
    try:
        return _follow(ours, on_rate, cancelled)
    except EOFError:
        hint = "What was read before is in the project. It may need more memory than there is."
        raise ProjectError("The process that read the files ended without a word.", hint) from None
    finally:
        child.join(_FAREWELL_SECONDS)
        child.terminate()
        child.join()
        ours.close()


def _follow(
    child: Connection, on_rate: Callable[[Progress], None], cancelled: Callable[[], bool]
) -> ImportSummary:
    """Pass progress on until the summary is there; a child that is told to stop still gives one."""
    is_told = False
    while True:
        if cancelled() and not is_told:
            is_told = True
            child.send(None)
        if not child.poll(_PATIENCE_SECONDS):
            continue
        news = child.recv()
        if isinstance(news, ImportSummary):
            return news
        if isinstance(news, Progress):
            on_rate(news)
        else:
            raise CoreError(*news)


def _work(
    parent: Connection, folder: Path, paths: Sequence[Path], collection: str, disorder: Disorder
) -> None:
    """What the process does."""
    end_with_parent()
    give_way()
    told = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= _PATIENCE_SECONDS:
            told = time.monotonic()
            parent.send(progress)

    try:
        with Project.open(folder) as project:
            summary = import_files(
                project, paths, collection, disorder=disorder, on_rate=tell, cancelled=parent.poll
            )
        parent.send(summary)
    except CoreError as error:  # its words: not every kind of error can be put together again from its parts
        parent.send((error.message, error.hint))
