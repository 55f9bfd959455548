"""How long a run would take on this machine: a worker tries a few of its structures for some seconds.

Unlike a run it ends with the window: it is a child of this process, and is killed as soon as another question
is asked.
"""

import math

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

from core.jobs.courtesy import give_way
from core.jobs.launcher import PATIENT_THREADS, worker_command
from core.store.project import Project
from core.store.requests.probe import Probe, create_probe
from desktop_app.runs.request import RunRequest, plan_run
from desktop_app.session import Session
from desktop_app.tasks import LatestTask

_DELAY_MILLISECONDS = 700  # after the last change of a form that is being filled in
_FAREWELL_MILLISECONDS = 1000
_UNITS = (("minute", 60, 90), ("hour", 3600, 36), ("day", 86400, math.inf))  # most of each


class Prober(QObject):
    """Answers the question asked last; `told` gives words, and what they rest on, or nothing."""

    told = Signal(str, str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._request: RunRequest | None = None
        self._planning = LatestTask(session.tasks)
        self._probe: Probe | None = None  # that is measured
        self._process: QProcess | None = None
        self._waits = False  # until no run is at work
        self._delay = QTimer(self, singleShot=True, interval=_DELAY_MILLISECONDS)
        self._delay.timeout.connect(self._plan)
        session.jobs.runs_changed.connect(self._on_runs)

    @property
    def is_measuring(self) -> bool:
        """Whether a worker is at it."""
        return self._process is not None

    def ask(self, request: RunRequest) -> None:
        """Find out, a moment after the last question, how long this would take."""
        if request == self._request:
            return
        self.cancel()
        self._request = request
        self._delay.start()

    def cancel(self) -> None:
        """Ask nothing any more; what is known is forgotten here, but kept in the project."""
        self._request, self._waits = None, False
        self._delay.stop()
        self._planning.abandon()
        self._end_process()
        self.told.emit("", "")

    def close(self) -> None:
        """Ask nothing any more, and see the worker off."""
        process = self._process
        self.cancel()
        if process is not None:
            process.waitForFinished(_FAREWELL_MILLISECONDS)

    def _plan(self) -> None:
        request, project = self._request, self._session.project
        if request is None or project is None:
            return

        def find(project: Project) -> Probe:
            return create_probe(project, plan_run(request, project))

        # What stands in the way of the run is said when it is started; here it only leaves the time open.
        self._planning.start(self._session.ask(find), self._on_planned, lambda error: None)

    def _on_planned(self, probe: Probe) -> None:
        if probe.speed() is not None:
            self._tell(probe)
        elif self._session.jobs.active():
            self._wait()
        else:
            self.told.emit("Measuring how long it will take…", "A few structures are tried for some seconds.")
            self._probe, self._process = probe, self._start(probe)

    def _on_runs(self) -> None:
        """A run must not be slowed down by a trial, and would make its figures wrong."""
        is_busy = bool(self._session.jobs.active())
        if is_busy and self.is_measuring:
            self._end_process()
            self._wait()
        elif not is_busy and self._waits:
            self._waits = False
            self._delay.start()

    def _wait(self) -> None:
        self._waits = True
        self.told.emit("", "")

    def _start(self, probe: Probe) -> QProcess:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        for name, value in PATIENT_THREADS.items():
            if not environment.contains(name):
                environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.setStandardOutputFile(str(probe.run.log_file))
        process.setStandardErrorFile(str(probe.run.log_file), QProcess.OpenModeFlag.Append)
        process.finished.connect(process.deleteLater)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_failed)
        process.started.connect(lambda: give_way(process.processId()))  # as the run will
        program, *arguments = worker_command(probe.run)
        process.start(program, arguments)
        return process

    @Slot()
    def _on_finished(self) -> None:
        probe, self._process = self._probe, None
        if probe is not None:
            self._tell(probe)
            self._session.tasks.start(lambda control: probe.tidy())

    @Slot(QProcess.ProcessError)
    def _on_failed(self, error: QProcess.ProcessError) -> None:
        """A program that cannot be started never finishes."""
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._process.deleteLater()
            self._process = None
            self.told.emit("", "")

    def _tell(self, probe: Probe) -> None:
        speed, work = probe.speed(), probe.work
        if speed is None:
            self.told.emit("", "")
            return
        words = f"{rough_duration(speed.seconds(work))} on this machine"
        words += ", longer while other programs keep it busy" if speed.busy else ""
        basis = (
            f"Measured on {speed.num_tried:,} of {work.num_structures:,} structures, for {work.epochs:,} "
            f"epochs with {work.num_train:,} structures each. Device: {speed.device}."
        )
        self.told.emit(words, basis)

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.finished.disconnect(self._on_finished)
            process.errorOccurred.disconnect(self._on_failed)
            process.kill()


def rough_duration(seconds: float) -> str:
    """A duration as one would say it: less than a minute, about 4 minutes, about 3 hours, about 2 days.

    What is not measured, such as baselines and the last steps, would make seconds too few.
    """
    if seconds < 60:
        return "less than a minute"
    unit, length, _ = next(entry for entry in _UNITS if seconds < entry[2] * entry[1])
    rounded = round(seconds / length)
    return f"about {rounded:,} {unit}{'' if rounded == 1 else 's'}"
