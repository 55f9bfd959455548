"""What the tests of the window share: isolated settings, small projects, finished runs, and leak checks."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.config import FinetuneSettings, PretrainSettings
from core.events import CheckpointSaved, EpochEnded, Finished, Started
from core.jobs.event_log import EventLog
from core.jobs.run_folder import RunFolder
from core.store.editing.labelling import import_labels
from core.store.importing.files import add_structures
from core.store.project import Project
from core.store.requests.training import create_finetune_run, create_pretrain_run
from core.structures.labels.table import LabelColumn
from core.structures.reading.result import ReadStructure
from core.structures.structure import Structure
from desktop_app.crystal.web_page import register_scheme
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.session import Session
from desktop_app.upkeep.environment import prepare_environment
from desktop_app.upkeep.settings import APPLICATION, ORGANIZATION, AppSettings
from desktop_app.window import MainWindow

# Both must happen before QApplication, which pytest-qt makes with the first test that asks for it.
prepare_environment()
register_scheme()

WAIT = 60_000  # milliseconds; the web engine takes up to 24 s on a loaded machine


@pytest.fixture(scope="session")
def wait() -> int:
    """How long to wait for what has to come, milliseconds."""
    return WAIT


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> AppSettings:
    """Settings, home and documents of their own for each test, and the light theme."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_DOCUMENTS_DIR"):
        monkeypatch.setenv(name, str(home))
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(home))
    qapp.setOrganizationName(ORGANIZATION)
    qapp.setApplicationName(APPLICATION)
    apply_theme(qapp, Theme.LIGHT)
    return AppSettings()


@pytest.fixture(autouse=True)
def no_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test measure how fast a training would be, unless it says so: a worker takes seconds."""
    monkeypatch.setattr("desktop_app.runs.probing.worker_command", lambda run: [sys.executable, "-c", ""])


@pytest.fixture(autouse=True)
def no_leaks(qapp: QApplication, settings: AppSettings) -> Iterator[None]:
    """Fail a test that leaves a window, a running timer or a thread behind."""
    before = set(qapp.topLevelWidgets())
    yield
    drain()
    left = [widget for widget in qapp.topLevelWidgets() if widget not in before and widget.isVisible()]
    timers = [timer for timer in qapp.findChildren(QTimer) if timer.isActive()]
    threads = [thread for thread in qapp.findChildren(QThread) if thread.isRunning()]
    assert (left, timers, threads) == ([], [], [])


def drain() -> None:
    """Let what was asked to be deleted be deleted."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()


@pytest.fixture(scope="session")
def rock_salt() -> Structure:
    """NaCl, a = 5.640 angstrom, the conventional cell of eight sites."""
    corners = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    frac = corners + [((x + 0.5) % 1, y, z) for x, y, z in corners]
    return Structure(5.640 * np.eye(3), np.array(frac), ({"Na": 1.0},) * 4 + ({"Cl": 1.0},) * 4)


@pytest.fixture(scope="session")
def disordered() -> Structure:
    """Rock salt whose cation site is shared by Na and K and a quarter vacant."""
    corners = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    frac = corners + [((x + 0.5) % 1, y, z) for x, y, z in corners]
    mixed = {"Na": 0.5, "K": 0.25}
    return Structure(6.0 * np.eye(3), np.array(frac), (mixed,) * 4 + ({"Cl": 1.0},) * 4)


@pytest.fixture
def empty_project(tmp_path: Path) -> Path:
    """Folder of a project with nothing in it."""
    folder = tmp_path / "empty project"
    Project.create(folder).close()
    return folder


@pytest.fixture
def small_project(tmp_path: Path, rock_salt: Structure, disordered: Structure) -> Path:
    """Folder of a project: twelve salts of growing cell with a measured gap each, one disordered without."""
    folder = tmp_path / "small project"
    with Project.create(folder) as project:
        salts = [
            Structure((5.0 + 0.1 * n) * np.eye(3), rock_salt.frac_coords, rock_salt.species)
            for n in range(12)
        ]
        named = [(f"salt-{n:02d}", salt) for n, salt in enumerate(salts)] + [("mixed", disordered)]
        rows = [ReadStructure(name, f"{name}.cif", "", crystal, (), b"") for name, crystal in named]
        add_structures(project, "salts", rows)
        table = tmp_path / "gaps.csv"
        lines = [f"salt-{n:02d},{'<' if n == 3 else ''}{5 + 0.3 * n:.1f}" for n in range(12)]
        table.write_text("id,gap\n" + "\n".join(lines) + "\n", encoding="utf-8")
        import_labels(project, table, "id", [LabelColumn(name="gap", column="gap", unit="eV")])
    return folder


@pytest.fixture
def finetuned() -> Callable[[Path], RunFolder]:
    """Writes a completed fine-tuning of the small project by hand, as the engine would leave it."""

    def make(project_folder: Path) -> RunFolder:
        with Project.open(project_folder) as project:
            run = create_finetune_run(
                project, collection="salts", property_names=["gap"], settings=FinetuneSettings()
            )
            rows = project.structure_rows("salts")
        write_epochs(run, 3, of=3)
        run.model_file.write_bytes(b"")
        write_predictions(run, [(row.id, row.name) for row in rows])
        write_attention(run, [row.id for row in rows])
        write_embeddings(run, [row.id for row in rows])
        held_out = {"mae": 0.21, "mae_mean_baseline": 1.0, "mae_forest_baseline": 0.4, "num_labels": 3}
        metrics = {"gap": {"unit": "eV", "num_train": 8, "validation": held_out, "test": held_out}}
        run.result_file.write_text(json.dumps({"metrics": metrics, "seconds": 3.0}), encoding="utf-8")
        return run

    return make


@pytest.fixture
def unstarted() -> Callable[[Path], RunFolder]:
    """Makes a pretraining of the small project that no process has begun."""

    def make(project_folder: Path) -> RunFolder:
        with Project.open(project_folder) as project:
            return create_pretrain_run(project, collection="salts", settings=PretrainSettings())

    return make


def write_epochs(run: RunFolder, count: int, *, of: int) -> None:
    """Append the events of `count` epochs, and the end when they are all."""
    with EventLog(run.events_file) as log:
        log.append(Started(device="cpu", resumed_from_epoch=0, num_epochs=of))
        for epoch in range(count):
            log.append(EpochEnded(epoch, 1.0 / (epoch + 1), 1.2 / (epoch + 1), 0.1, {"mae": 0.5}))
            log.append(CheckpointSaved(epoch, best=True))
        if count == of:
            log.append(Finished(3.0))


@pytest.fixture(name="write_epochs")
def write_epochs_fixture() -> Callable[..., None]:
    """Appends the events of some epochs to a run."""
    return write_epochs


def write_predictions(run: RunFolder, structures: list[tuple[int, str]]) -> None:
    """Predict 0.2 eV too much for each salt; the last structure has no measured value."""
    splits = ["train"] * 8 + ["validation"] + ["test"] * 3
    lines = ["structure_id,name,property,measured,bound,predicted,lower,upper,split"]
    for n, (structure_id, name) in enumerate(structures):
        known = n < len(splits)
        measured, bound = (f"{5 + 0.3 * n:.1f}", "<" if n == 3 else "") if known else ("", "")
        split = splits[n] if known else "new"
        lines.append(f"{structure_id},{name},gap,{measured},{bound},{5.2 + 0.3 * n:.1f},4.0,9.0,{split}")
    run.predictions_file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_attention(run: RunFolder, structure_ids: list[int]) -> None:
    """Two distinct sites, cation and anion: each gives 0.25 to itself and 0.75 to the other.

    The other's part goes to six neighbours at 2.5 angstrom, 0.5 in all, and eight at 4.33 angstrom.
    """
    matrix = np.array([[0.25, 0.75], [0.75, 0.25]], dtype=np.float32).ravel()
    site_map = np.array([0] * 4 + [1] * 4, dtype=np.int32)
    count = len(structure_ids)
    columns = [("centre", "i4"), ("neighbour", "i4"), ("distance", "f4"), ("count", "i4")]
    pairs = np.array(
        [
            row
            for one, other in ((0, 1), (1, 0))
            for row in ((one, one, 0.0, 1, 0.25), (one, other, 2.5, 6, 0.5), (one, other, 4.33, 8, 0.25))
        ],
        dtype=[*columns, ("attention", "f4", (1,))],
    )
    np.savez(
        run.attention_file,
        structure_ids=np.array(structure_ids, dtype=np.int64),
        heads=np.array(["attention"]),
        matrix_0=np.tile(matrix, count),
        matrix_offsets=np.arange(count + 1) * 4,
        pairs_0=np.tile(pairs, count),
        pair_offsets=np.arange(count + 1) * len(pairs),
        site_map=np.tile(site_map, count),
        row_map=np.tile(site_map, count),
        map_offsets=np.arange(count + 1) * 8,
    )


def write_embeddings(run: RunFolder, structure_ids: list[int]) -> None:
    """Crystals on a line, one step apart; cations on one side of each, anions on the other."""
    steps = np.arange(len(structure_ids), dtype=np.float32)
    crystal = np.stack([steps, np.where(steps % 2, 0.1, -0.1), np.zeros_like(steps)], axis=1)
    cations, anions = crystal + np.array([0, 3, 0]), crystal - np.array([0, 3, 0])
    np.savez(
        run.embeddings_file,
        structure_ids=np.array(structure_ids, dtype=np.int64),
        crystal=crystal.astype(np.float32),
        site=np.stack([cations, anions], axis=1).reshape(-1, 3).astype(np.float32),
        site_offsets=np.arange(len(steps) + 1) * 2,
        site_map=np.tile(np.array([0] * 4 + [1] * 4, dtype=np.int32), len(steps)),
        map_offsets=np.arange(len(steps) + 1) * 8,
    )


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    """A session without a project, closed after the test."""
    session = Session()
    yield session
    session.close()
    drain()


@pytest.fixture
def window(qtbot: QtBot, session: Session, settings: AppSettings) -> Iterator[MainWindow]:
    """The whole window, shown, at the size of a laptop's screen; taken down after the test."""
    window = MainWindow(session, settings)
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    yield window
    for run in session.jobs.active():  # no question is asked of a test that left a run behind
        run.status = run.status.__class__.STOPPED
    window.close()
    window.deleteLater()
    drain()


@pytest.fixture
def benchmark_seconds() -> Callable[[Callable[[], object]], float]:
    """Times a call: processor seconds of the best of three, which other programs disturb least."""

    def measure(call: Callable[[], object]) -> float:
        def once() -> float:
            started = time.process_time()
            call()
            return time.process_time() - started

        return min(once() for _ in range(3))

    return measure


@pytest.fixture
def is_root() -> bool:
    """Whether the tests run as root, who may write everywhere."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
