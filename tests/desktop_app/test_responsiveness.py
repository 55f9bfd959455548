"""The window answers while it works: the longest pause of its thread, watched from inside."""

import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from core.jobs.process import mark_process
from core.structures.cif_writer import to_cif
from desktop_app.window import MainWindow

# Pauses are a few dozen milliseconds on an idle machine; this leaves room for a loaded one, and none
# for work that belongs in a thread: reading the files alone takes longer.
LONGEST_PAUSE_SECONDS = 1.0
_TURN_MILLISECONDS = 5  # a timer of 0 would itself keep the processor busy


class Watchdog(QObject):
    """Measures how long the event loop is away between two turns."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=_TURN_MILLISECONDS)
        self._timer.timeout.connect(self._on_turn)
        self._timer.start()

    def _on_turn(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now

    def stop(self) -> None:
        self._timer.stop()


def test_the_window_answers_while_it_imports_and_follows_a_run(
    qtbot: QtBot,
    window: MainWindow,
    small_project: Path,
    rock_salt,
    unstarted,
    write_epochs,
    tmp_path: Path,
    wait,
):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(400):
        (folder / f"salt-{number:03d}.cif").write_text(to_cif(rock_salt, "salt"), encoding="utf-8")
    run = unstarted(small_project)
    mark_process(run.pid_file)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.crystal.view is not None and window.crystal.view.is_live, timeout=wait)
    watchdog = Watchdog()
    with qtbot.waitSignal(window.session.library_changed, timeout=wait):
        window.imports.import_paths([folder])
        write_epochs(run, 500, of=5000)
    qtbot.waitUntil(lambda: window.structures.table.model.rowCount() == 400, timeout=wait)
    watchdog.stop()
    assert watchdog.longest < LONGEST_PAUSE_SECONDS
    assert len(window.runs.plot.curves["training"].getData()[0]) == 500
