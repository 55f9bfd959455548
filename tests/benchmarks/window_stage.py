"""What the benchmarks of the window share: a large project with a map, and the window that shows it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from core.config import PretrainSettings
from core.jobs.run_folder import RunFolder, Status
from core.store.editing.collections import make_collection
from core.store.importing.preparation import to_json
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from core.structures.structure import Structure
from desktop_app.crystal.web_page import register_scheme, start_web_engine
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.session import Session
from desktop_app.upkeep.cycles import CycleCollector
from desktop_app.upkeep.environment import prepare_environment
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow
from tests.benchmarks.bench_library import fill

LEARNED = "learned from"  # the collection that runs of a benchmark are about
_NUM_LEARNED = 100
_WIDTH = 16  # of the embeddings
_BEGUN = set(Status) - {Status.QUEUED}
_PATIENCE = 900.0  # seconds
_SALTS = (("Na", "Cl"), ("K", "Br"), ("Li", "F"), ("Mg", "O"), ("Ca", "S"))


@dataclass
class Stage:
    """A window, what it shows, and a folder for all that is needed besides."""

    app: QApplication
    session: Session
    window: MainWindow
    place: Path
    started: float  # processor seconds that building the window took
    engine_started: (
        float  # seconds by the clock that starting the web engine took after that, as in the program
    )


@contextmanager
def stage() -> Iterator[Stage]:
    """Show a window with settings of its own; it is closed at the end, without a question."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    prepare_environment()
    register_scheme()
    app = QApplication(["siteloupe"])
    apply_theme(app, Theme.LIGHT)
    with tempfile.TemporaryDirectory() as place:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
        began = time.process_time()
        session = Session()
        window = MainWindow(session, AppSettings())
        window.show()
        app.processEvents()
        started = time.process_time() - began
        collector = CycleCollector()
        shown = time.perf_counter()
        start_web_engine()
        yield Stage(app, session, window, Path(place), started, time.perf_counter() - shown)
        for run in session.jobs.active():
            session.jobs.stop(run.name)
        wait_until(lambda: not session.jobs.active())
        window.close()
        collector.stop()


def wait(seconds: float) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    until = time.monotonic() + _PATIENCE
    while not is_so():
        wait(0.02)
        if time.monotonic() > until:
            raise SystemExit("What was waited for did not come.")


def make_project(folder: Path, count: int) -> RunFolder:
    """A project of so many structures with a map of all of them; gives the run that left the map."""
    with Project.create(folder) as project:
        fill(project, count)
        ids = [row["id"] for row in project.query("select id from structures order by id")]
        salts = (rock_salt(5 + 1e-4 * n, *pair) for n, pair in enumerate(islice(cycle(_SALTS), count)))
        contents = zip(map(to_json, salts), ids, strict=True)
        project.db.conn.executemany("update contents set content = ? where structure_id = ?", contents)
        project.db.conn.commit()
        make_collection(project, LEARNED, ids[:_NUM_LEARNED])
        mapped = create_pretrain_run(project, collection=LEARNED, settings=PretrainSettings())
    np.savez(
        mapped.embeddings_file,
        structure_ids=np.array(ids),
        crystal=np.random.default_rng(0).normal(size=(count, _WIDTH)).astype(np.float32),
        site=np.zeros((count, _WIDTH), dtype=np.float32),
        site_offsets=np.arange(count + 1),
        site_map=np.zeros(count, dtype=np.int32),
        map_offsets=np.arange(count + 1),
    )
    mapped.result_file.write_text(json.dumps({"metrics": {}}), encoding="utf-8")
    return mapped


def start_training(session: Session, epochs: int = 10_000) -> RunFolder:
    """Let a worker learn from a hundred salts, on one core; gives its run when an epoch is done."""
    settings = {"training": {"epochs": epochs, "checkpoint_every": 50}, "compute": {"threads": 1}}
    with Project.open(session.project.folder) as project:
        run = create_pretrain_run(
            project, collection=LEARNED, settings=PretrainSettings.model_validate(settings)
        )
    session.start_run(run)
    wait_until(lambda: run.name in session.jobs.runs and session.jobs.runs[run.name].status in _BEGUN)
    view = session.jobs.runs[run.name]
    wait_until(lambda: view.history.epochs_done > 0 or not view.is_active)
    if not view.is_active:
        raise SystemExit(f"The training ended: {view.problem}")
    return run


def rock_salt(edge: float, cation: str = "Na", anion: str = "Cl") -> Structure:
    """A salt, the conventional cell with an edge in angstrom."""
    corners = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    frac = np.array(corners + [((x + 0.5) % 1, y, z) for x, y, z in corners])
    return Structure(edge * np.eye(3), frac, ({cation: 1.0},) * 4 + ({anion: 1.0},) * 4)


@contextmanager
def idle_loop_beside() -> Iterator[list[str]]:
    """Watch an event loop that has nothing to do, in a process of its own; its figures come at the end.

    Its pauses are those of the machine, which no program could avoid.
    """
    told: list[str] = []
    command = [sys.executable, "-m", "tests.benchmarks.idle_loop"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield told
        told.append(process.communicate()[0].strip())  # which closes its input
