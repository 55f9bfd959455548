"""How long the window stands still while it has much to do: the longest pauses of its thread.

    nice python -m tests.benchmarks.bench_window [NUMBER]

Builds the window, opens a project of NUMBER (20,000) structures, then imports as many CIF files while a
worker trains and the map of all structures is panned. Prints the longest pauses: by the processor time of
the window's thread, by what the program is to blame for, and by the clock; and beside it those of an event
loop that has nothing to do, at the same time on the same machine. Also memory, and the time to start.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
from PySide6.QtCore import QTimer

from core.structures.cif.writer import to_cif
from desktop_app.window import MainWindow
from tests.benchmarks.window_stage import (
    Stage,
    idle_loop_beside,
    make_project,
    rock_salt,
    stage,
    start_training,
    wait,
    wait_until,
)
from tests.desktop_app.watchdog import Pauses, watched

PANS_PER_SECOND = 60
SETTLE = 3.0  # seconds
_WAYS = ("processor", "program", "clock")
_START = """
import sys, time
from desktop_app.upkeep.plain_imports import load_qt
load_qt()
from PySide6.QtCore import QTimer
from desktop_app import main, window

class Shown(window.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        QTimer.singleShot(0, self.tell)

    def tell(self):
        clock, processor = time.time() - float(sys.argv[1]), time.process_time()
        from tests.desktop_app.watchdog import in_line
        print(processor, clock - in_line(), clock)
        self.close()

window.MainWindow = Shown
main.run_window(argv=["siteloupe"])
"""


def write_cifs(folder: Path, count: int) -> None:
    """So many rock salts, each with a cell of its own."""
    folder.mkdir()
    for number in range(count):
        cif = to_cif(rock_salt(5 + 1e-4 * number), f"salt-{number}")
        (folder / f"salt-{number:05d}.cif").write_text(cif, encoding="utf-8")


def pan(window: MainWindow) -> QTimer:
    """Move the map to and fro, as often as a screen is drawn."""
    steps = iter(range(10**9))

    def move() -> None:
        window.map.plot.box.translateBy(x=0.02 if next(steps) % 100 < 50 else -0.02)

    timer = QTimer(window, interval=1000 // PANS_PER_SECOND)
    timer.timeout.connect(move)
    timer.start()
    return timer


def show(title: str, pauses: Pauses) -> None:
    memory = psutil.Process().memory_info().rss / 1024**2
    print(f"{title}: {pauses.summary()}; {memory:.0f} MB", flush=True)


def open_project(on: Stage, folder: Path, count: int) -> None:
    with watched() as pauses:
        on.window.projects.open_folder(folder)
        wait_until(lambda: on.window.structures.model.num_rows == count)
        wait_until(lambda: on.window.crystal.view is not None and on.window.crystal.view.is_live)
        wait(SETTLE)
    show("opening the project", pauses)


def show_map(on: Stage, run: str, count: int) -> None:
    on.session.select_run(run)
    with watched() as pauses:
        on.window.actions_table["show_map"].trigger()
        wait_until(lambda: len(on.window.map.plot.cloud.places) == count)
        wait(SETTLE / 10)
    show("showing the map", pauses)


def work_all_at_once(on: Stage, cifs: Path) -> None:
    """Import, train and pan; the import begins when the worker has learned for an epoch."""
    session = on.session
    run = start_training(session)
    on.window.actions_table["show_map"].trigger()
    panning = pan(on.window)
    with idle_loop_beside() as idle, watched() as pauses:
        began = time.monotonic()
        on.window.imports.import_paths([cifs])
        wait_until(lambda: "read into 'cifs'" in "".join(note.text for note in session.notes.history))
        seconds = time.monotonic() - began
        wait(SETTLE)  # the panels read the library again
    panning.stop()
    epochs = session.jobs.runs[run.name].history.epochs_done
    show(f"importing for {seconds:.0f} s, training for {epochs} epochs and panning", pauses)
    print(f"an idle loop beside it: {idle[0]}")


def times_to_start(repeats: int = 3) -> dict[str, list[float]]:
    """Seconds until a window is shown, files being in memory, in the three ways of the watchdog.

    The clock is read here: the time at which the system says that a process began may be wrong by a second.
    """
    told = []
    for _ in range(repeats):
        command = [sys.executable, "-c", _START, str(time.time())]
        told.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    ways = zip(*told, strict=True)
    return {way: list(map(float, times)) for way, times in zip(_WAYS, ways, strict=True)}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with stage() as on:
        mapped = make_project(on.place / "project", count)
        write_cifs(on.place / "cifs", count)
        print(f"{count:,} structures, load {os.getloadavg()[0]:.1f}, niceness {os.nice(0)}", flush=True)
        start = " s; ".join(f"{way} {min(seconds):.2f}" for way, seconds in times_to_start().items())
        print(f"from start to first window: {start} s")
        print(f"building the window: {1000 * on.started:.0f} ms of processor time")
        print(f"starting the web engine after that: {1000 * on.engine_started:.0f} ms by the clock")
        open_project(on, on.place / "project", count)
        show_map(on, mapped.name, count)
        work_all_at_once(on, on.place / "cifs")


if __name__ == "__main__":
    main()
