"""Whether anything stays behind of what was opened and closed: objects, timers, threads, processes, files.

Everything is done twice before it is counted, because some parts are made when they are first needed, then
twice more: afterwards there must be no more than before.
"""

import gc
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.exceptions import TimeoutError as NotInTime
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder, Status
from desktop_app.look.theme import Theme
from desktop_app.window import MainWindow
from tests.desktop_app.trajectory.trajectory_projects import write_trajectory

TIMES = 2  # after it was done twice
PATIENCE = 10_000  # milliseconds for tasks and processes to end that are about to
DIALOGS = (
    "show_statistics",
    "show_duplicates",
    "show_compositions",
    "show_palette",
    "show_shortcuts",
)


def count_all(app: QApplication) -> Counter[str]:
    """Count what there is, by kind. Threads of Qt's pools are not: they come and go by themselves."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        app.processEvents()
    gc.collect()
    known = [one for one in gc.get_objects() if isinstance(one, QObject) and shiboken6.isValid(one)]
    roots = [app, *app.topLevelWidgets(), *(one for one in known if one.parent() is None)]
    objects = {_place(one): one for root in roots for one in (root, *root.findChildren(QObject))}
    process = psutil.Process()
    return Counter(type(one).__name__ for one in objects.values()) + Counter(
        {
            "active timer": sum(isinstance(one, QTimer) and one.isActive() for one in objects.values()),
            "thread": threading.active_count(),
            "process": len(process.children(recursive=True)),
            "open file": process.num_handles() if sys.platform == "win32" else process.num_fds(),
        }
    )


def _place(thing: QObject) -> int:
    """Where an object lies, whichever of its Python halves is asked."""
    return int(shiboken6.getCppPointer(thing)[0])


@pytest.fixture
def left_by(qtbot: QtBot, qapp: QApplication) -> Callable[..., Counter[str]]:
    """Does something again and again; gives what there is more of afterwards."""

    def repeat(act: Callable[[], object], patience: int = PATIENCE) -> Counter[str]:
        for _ in range(2):
            act()
        before = count_all(qapp)
        for _ in range(TIMES):
            act()
        with suppress(NotInTime):
            qtbot.waitUntil(lambda: not count_all(qapp) - before, timeout=patience)
        return count_all(qapp) - before

    return repeat


class Sitting:
    """What somebody does between opening a project and closing it; `take` does all of it."""

    def __init__(self, qtbot: QtBot, window: MainWindow, wait: int) -> None:
        self.window, self.session, self.table = window, window.session, window.actions_table
        self.until = partial(qtbot.waitUntil, timeout=wait)

    def take(self, project: Path, trajectory: Path, make_run: Callable[[Path], RunFolder]) -> None:
        self.open_project(project)
        self.look_at_every_panel()
        self.choose_structures_and_sites()
        self.table["take_tour"].trigger()
        while self.window.tour.card.isVisible():
            self.window.tour.card.next.click()
        for theme in (Theme.DARK, Theme.LIGHT):
            self.window.choose_theme(theme)
        for name in DIALOGS:
            self.open_and_close_dialog(name)
        self.open_trajectory(trajectory)
        self.let_run_begin_and_end(make_run(project))
        self.table["close_project"].trigger()

    def open_project(self, folder: Path) -> None:
        self.window.projects.open_folder(folder)
        self.until(lambda: self.session.structure is not None and bool(self.session.jobs.runs))

    def look_at_every_panel(self) -> None:
        for name in self.window.docks:
            self.table[f"show_{name}"].trigger()
            QApplication.processEvents()

    def choose_structures_and_sites(self) -> None:
        for number in self.window.structures.model.structure_ids[:3]:
            self.session.select_structure(number)
            self.until(lambda: self.session.structure is not None)
            self.session.select_site(0)

    def open_and_close_dialog(self, name: str) -> None:
        self.table[name].trigger()
        QApplication.processEvents()
        opened = [
            one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()
        ]
        assert opened, f"{name} opens no dialog"
        for dialog in opened:
            dialog.close()

    def open_trajectory(self, path: Path) -> None:
        self.window.trajectories.open(path)
        self.until(lambda: self.window.trajectory.opened is not None)

    def let_run_begin_and_end(self, run: RunFolder) -> None:
        self.session.start_run(run)
        self.until(lambda: run.name in self.session.jobs.runs)
        self.until(lambda: self.session.jobs.runs[run.name].status is Status.INTERRUPTED)


def test_nothing_is_left_of_what_was_opened_in_the_window(
    qtbot: QtBot,
    window: MainWindow,
    small_project: Path,
    finetuned: Callable[[Path], RunFolder],
    unstarted: Callable[[Path], RunFolder],
    left_by: Callable[..., Counter[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait: int,
):
    monkeypatch.setattr("core.jobs.launcher.worker_command", lambda run: [sys.executable, "-S", "-c", ""])
    finetuned(small_project)
    melt = write_trajectory(tmp_path / "melt.gsd")
    window.session.safe_mode = True  # of the web engine tell test_window.py and bench_growth_of_window.py
    sitting = Sitting(qtbot, window, wait)
    assert dict(left_by(partial(sitting.take, small_project, melt, unstarted))) == {}


def keep_object(ends: ExitStack) -> None:
    ends.callback(QObject().deleteLater)


def keep_timer(ends: ExitStack) -> None:
    timer = QTimer(interval=1000)
    timer.start()
    ends.callback(timer.stop)


def keep_thread(ends: ExitStack) -> None:
    end = threading.Event()
    threading.Thread(target=end.wait).start()
    ends.callback(end.set)


def keep_file(ends: ExitStack) -> None:
    file = Path(__file__).open(encoding="utf-8")  # noqa: SIM115 (it is to be left open)
    ends.callback(file.close)


def keep_process(ends: ExitStack) -> None:
    command = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
    ends.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE))


@pytest.mark.parametrize(
    ("keep", "kind"),
    [
        (keep_object, "QObject"),
        (keep_timer, "active timer"),
        (keep_thread, "thread"),
        (keep_file, "open file"),
        (keep_process, "process"),
    ],
)
def test_what_is_kept_is_found(
    left_by: Callable[..., Counter[str]], keep: Callable[[ExitStack], None], kind: str
):
    with ExitStack() as ends:
        assert left_by(partial(keep, ends), patience=1)[kind] == TIMES
