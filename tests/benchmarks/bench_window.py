"""How long the window stands still while it has much to do: the longest pauses of its thread.

    nice python -m tests.benchmarks.bench_window [NUMBER]

Builds the window, opens a project of NUMBER (20,000) structures, then imports as many CIF files while a
run is at work and the map of all structures is panned. Prints the longest pauses by processor time of the
window's thread and by the clock.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from core.config import PretrainSettings
from core.events import EpochEnded, Started
from core.jobs.event_log import EventLog
from core.jobs.process import mark_process
from core.jobs.run_folder import RunFolder
from core.store.job_files import create_pretrain_run
from core.store.project import Project
from core.structures.cif_writer import to_cif
from core.structures.structure import Structure
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.session import Session
from desktop_app.upkeep.environment import prepare_environment
from desktop_app.upkeep.settings import AppSettings
from desktop_app.widgets.web_page import register_scheme
from desktop_app.window import MainWindow
from tests.benchmarks.bench_library import fill
from tests.desktop_app.watchdog import Pauses, watched

WIDTH = 16  # of the embeddings
EVENTS_PER_SECOND, PANS_PER_SECOND = 10, 60
PATIENCE, SETTLE = 900.0, 3.0  # seconds


def wait(seconds: float) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        wait(0.02)
        if time.monotonic() > until:
            raise SystemExit("What was waited for did not come.")


def prepare(folder: Path, count: int) -> tuple[RunFolder, RunFolder]:
    """A project of so many structures, with the map of all of them and a run at which this process works."""
    with Project.create(folder) as project:
        fill(project, count)
        project.db.execute("update contents set content = ?", [json.dumps(rock_salt(5.64).to_dict())])
        project.db.conn.commit()
        mapped, working = (
            create_pretrain_run(project, collection="all", settings=PretrainSettings()) for _ in range(2)
        )
        ids = np.array([row["id"] for row in project.query("select id from structures order by id")])
    np.savez(
        mapped.embeddings_file,
        structure_ids=ids,
        crystal=np.random.default_rng(0).normal(size=(count, WIDTH)).astype(np.float32),
        site=np.zeros((count, WIDTH), dtype=np.float32),
        site_offsets=np.arange(count + 1),
        site_map=np.zeros(count, dtype=np.int32),
        map_offsets=np.arange(count + 1),
    )
    mapped.result_file.write_text(json.dumps({"metrics": {}}), encoding="utf-8")
    mark_process(working.pid_file)
    return mapped, working


def write_cifs(folder: Path, count: int) -> None:
    """So many rock salts, each with a cell of its own."""
    folder.mkdir()
    for number in range(count):
        cif = to_cif(rock_salt(5 + 1e-4 * number), f"salt-{number}")
        (folder / f"salt-{number:05d}.cif").write_text(cif, encoding="utf-8")


def rock_salt(edge: float) -> Structure:
    """NaCl, the conventional cell with an edge in angstrom."""
    corners = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    frac = np.array(corners + [((x + 0.5) % 1, y, z) for x, y, z in corners])
    return Structure(edge * np.eye(3), frac, ({"Na": 1.0},) * 4 + ({"Cl": 1.0},) * 4)


def pan(window: MainWindow) -> QTimer:
    """Move the map to and fro, as often as a screen is drawn."""
    steps = iter(range(10**9))

    def move() -> None:
        window.map.plot.box.translateBy(x=0.02 if next(steps) % 100 < 50 else -0.02)

    timer = QTimer(window, interval=1000 // PANS_PER_SECOND)
    timer.timeout.connect(move)
    timer.start()
    return timer


def work(window: MainWindow, run: RunFolder) -> QTimer:
    """Let a run tell of an epoch, ten times a second."""
    log = EventLog(run.events_file)
    log.append(Started(device="cpu", resumed_from_epoch=0, num_epochs=100_000))
    epochs = iter(range(100_000))
    timer = QTimer(window, interval=1000 // EVENTS_PER_SECOND)
    timer.timeout.connect(lambda: log.append(EpochEnded(next(epochs), 1.0, 1.0, 0.1, {})))
    timer.start()
    return timer


def show(title: str, pauses: Pauses) -> None:
    print(f"{title}: {pauses.summary()}", flush=True)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    prepare_environment()
    register_scheme()
    app = QApplication(["siteloupe"])
    apply_theme(app, Theme.LIGHT)
    with tempfile.TemporaryDirectory() as place:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
        mapped, working = prepare(Path(place) / "project", count)
        write_cifs(Path(place) / "cifs", count)
        print(f"{count:,} structures, load {os.getloadavg()[0]:.1f}", flush=True)
        started = time.process_time()
        session = Session()
        window = MainWindow(session, AppSettings())
        window.show()
        app.processEvents()
        print(f"building the window: {1000 * (time.process_time() - started):.0f} ms of processor time")
        with watched() as pauses:
            window.projects.open_folder(mapped.path.parent.parent)
            wait_until(lambda: window.structures.model.num_rows == count)
            wait_until(lambda: window.crystal.view is not None and window.crystal.view.is_live)
        show("opening the project", pauses)
        session.select_run(mapped.name)
        with watched() as pauses:
            window.actions_table["show_map"].trigger()
            wait_until(lambda: len(window.map.plot.cloud.places) == count)
        show("showing the map", pauses)
        timers = [pan(window), work(window, working)]
        with watched() as pauses:
            window.imports.import_paths([Path(place) / "cifs"])
            wait_until(lambda: "read into 'cifs'" in "".join(note.text for note in session.notes.history))
            wait(SETTLE)  # the panels read the library again
        show("importing, following a run and panning", pauses)
        for timer in timers:
            timer.stop()
        working.pid_file.unlink()
        wait_until(lambda: not session.jobs.active())
        window.close()


if __name__ == "__main__":
    main()
