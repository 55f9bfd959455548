"""Work that would hold up the window, done in threads: progress, cancel, result, error.

The work is a function of a :class:`TaskControl`; it runs in a pool thread and must not touch
widgets. All signals of a :class:`Task` arrive in the window's thread.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QThreadPool, Signal, Slot

from core.errors import CoreError
from core.store.project import Project

Result = TypeVar("Result")

_PROGRESS_INTERVAL_SECONDS = 0.1
_THREADS = 3

logger = logging.getLogger(__name__)


class TaskControl:
    """The work's side: report how far it is, ask whether to go on."""

    def __init__(self, report: Callable[[int, int, str], None]) -> None:
        self._report = report
        self._cancelled = Event()
        self._last = 0.0

    def progress(self, done: int, total: int, detail: str = "") -> None:
        """Report that `done` of `total` steps are finished; too frequent reports are dropped.

        `detail` says more in words, such as the speed.
        """
        now = time.monotonic()
        if done >= total or now - self._last >= _PROGRESS_INTERVAL_SECONDS:
            self._last = now
            self._report(done, total, detail)

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to end early."""
        self._cancelled.set()


class Task(QObject):
    """The window's side of one piece of work."""

    progressed = Signal(int, int)
    succeeded = Signal(object)
    failed = Signal(object)
    finished = Signal()
    _reported = Signal(int, int, str)
    _ended = Signal(object, object)

    def __init__(self, work: Callable[[TaskControl], Any], parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._control = TaskControl(self._reported.emit)
        self._abandoned = False
        self.detail = ""  # what the work said last besides how far it is
        self._reported.connect(self._on_reported)
        self._ended.connect(self._on_ended)

    def cancel(self) -> None:
        """Ask the work to end early; it may still succeed with what it has."""
        self._control.cancel()

    def abandon(self) -> None:
        """Cancel, and say nothing more whatever comes of it."""
        self._abandoned = True
        self.cancel()

    def run(self) -> None:
        """Do the work; called in a pool thread."""
        try:
            result = self._work(self._control)
        except CoreError as error:
            self._ended.emit(None, error)
        except Exception as error:  # a thread must not die silently: the window says what happened
            logger.exception("A background task failed.")
            self._ended.emit(None, _unexpected(error))
        else:
            self._ended.emit(result, None)

    @Slot(int, int, str)
    def _on_reported(self, done: int, total: int, detail: str) -> None:
        if not self._abandoned:
            self.detail = detail
            self.progressed.emit(done, total)

    @Slot(object, object)
    def _on_ended(self, result: object, error: CoreError | None) -> None:
        if not self._abandoned:
            if error is None:
                self.succeeded.emit(result)
            else:
                self.failed.emit(error)
        self.finished.emit()


class TaskRunner(QObject):
    """Runs tasks in a small pool and ends them all when the window closes."""

    task_finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_THREADS)
        self._live: set[Task] = set()

    def start(self, work: Callable[[TaskControl], Any]) -> Task:
        """Queue a piece of work; connect to the task's signals before returning to the event loop."""
        task = Task(work, self)
        self._live.add(task)
        task.finished.connect(self._on_finished)
        self._pool.start(task.run)
        return task

    def shut_down(self) -> None:
        """Abandon what is queued or under way and wait until the threads are idle."""
        for task in self._live:
            task.abandon()
        self._pool.clear()
        self._pool.waitForDone()

    @Slot()
    def _on_finished(self) -> None:
        task = self.sender()
        if isinstance(task, Task):
            self._live.discard(task)
            task.deleteLater()
            self.task_finished.emit()


class LatestTask:
    """Keeps only the newest of several requests: an older answer that comes late is thrown away."""

    def __init__(self, runner: TaskRunner) -> None:
        self._runner = runner
        self._current: Task | None = None

    def start(
        self,
        work: Callable[[TaskControl], Any],
        succeeded: Callable[[Any], None],
        failed: Callable[[CoreError], None],
    ) -> None:
        """Replace the previous request by this one."""
        self.abandon()
        task = self._runner.start(work)
        task.succeeded.connect(succeeded)
        task.failed.connect(failed)
        task.finished.connect(lambda: self._forget(task))
        self._current = task

    def abandon(self) -> None:
        """Throw the answer of the present request away."""
        if self._current is not None:
            self._current.abandon()
            self._current = None

    def _forget(self, task: Task) -> None:
        if self._current is task:
            self._current = None


def in_project(folder: Path, work: Callable[[Project], Result]) -> Callable[[TaskControl], Result]:
    """Make work of a question to a project: the thread opens the project for itself."""

    def run(control: TaskControl) -> Result:
        with Project.open(folder) as project:
            return work(project)

    return run


def _unexpected(error: Exception) -> CoreError:
    words = CoreError(
        f"Something went wrong that the program did not foresee: {error}",
        "The log (Help > Open log folder) has the details.",
    )
    words.__cause__ = error
    return words
