"""`siteloupe --self-test`: says, in a line for each check, whether this installation can do its work.

Qt is imported by the checks, after the environment is set; torch only in the worker.
"""

import os
import sys
import time
import traceback
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from core.config import FinetuneSettings, build_settings
from core.errors import CoreError
from core.events import EpochEnded, Started
from core.jobs.event_log import EventTail
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.store.process_pool import new_pool
from core.store.project import Project
from core.store.requests.shipped_models import recommended_model, shipped_models
from core.store.requests.training import create_finetune_run
from core.store.runs.ingest import ingest_run
from core.store.sample_project import MEASURED, PROPERTY, create_sample_project
from desktop_app.upkeep.environment import prepare_environment

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

PATIENCE = 900  # seconds that a check waits for a process, on a slow and busy machine
NUM_STEPS = 3
WHOLE_COLLECTION = 10_000_000  # pairs in a batch: one batch, and so one step, in each epoch
LIBRARIES = (
    *("ase.io.extxyz", "freud", "gemmi", "gsd.hoomd", "spglib", "pymatgen.analysis.structure_matcher"),
    *("matplotlib.figure", "numpy", "scipy.stats", "sklearn.ensemble", "sklearn.manifold"),
    *("openpyxl", "orjson", "psutil", "pyarrow.parquet", "pydantic", "rich.progress", "safetensors"),
    *("sqlite_utils", "py3Dmol", "pyqtgraph", "PySide6.QtSvg", "PySide6.QtWebEngineWidgets"),
)


def run_self_test() -> int:
    """Make every check in a temporary folder, all of them even where one fails; gives the exit status.

    Without a screen of its own choice (QT_QPA_PLATFORM) the window is drawn in memory. Neither settings nor
    projects of the user are touched.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    prepare_environment()
    with TemporaryDirectory(prefix="siteloupe-self-test-", ignore_cleanup_errors=True) as folder:
        passed = [passes(name, check, Path(folder)) for name, check in CHECKS.items()]
    _say(f"{sum(passed)} of {len(passed)} checks passed.")
    return 0 if all(passed) else 1


def passes(name: str, check: Callable[[Path], str], folder: Path) -> bool:
    """Make one check and write its line: the verdict, the seconds it took, and the check's own remark."""
    started = time.monotonic()
    try:
        verdict, remark = "ok", check(folder)
    except CoreError as error:
        verdict, remark = "FAILED", str(error)
    except Exception as error:  # whatever is broken in an installation, the other checks are still made
        verdict, remark = "FAILED", f"{type(error).__name__}: {error}"
        traceback.print_exc()
    _say(f"{verdict:6} {time.monotonic() - started:6.1f} s  {name}: {remark}")
    return verdict == "ok"


def check_libraries(folder: Path) -> str:
    """All libraries that the window and the torch-free half of the engine use can be imported."""
    for name in LIBRARIES:
        import_module(name)
    return f"{len(LIBRARIES)} imported"


def check_resources(folder: Path) -> str:
    """What is shipped beside the code is there: the 3-D page, and models whose descriptions can be read."""
    from desktop_app.crystal.web_page import PAGE_PARTS, served_file

    missing = [part for part in PAGE_PARTS if not served_file(part)]
    if missing:
        raise CoreError(f"The page of the 3-D view lacks {', '.join(missing)}.")
    models = [model.name for model in shipped_models()]
    if not models:
        raise CoreError("There is no shipped model.")
    return f"the 3-D page, and the model {', '.join(models)}"


def check_sample_project(folder: Path) -> str:
    """The sample project can be made, closed and opened again."""

    create_sample_project(_sample(folder), num_generated=20).close()
    with Project.open(_sample(folder)) as project:
        return f"made and opened, with {len(project.structure_rows())} structures"


def check_processes(folder: Path) -> str:
    """A process of the kind that reads large folders starts and answers."""
    with new_pool(1) as pool:
        answer = pool.submit(os.getpid).result(PATIENCE)
    if answer == os.getpid():
        raise CoreError("The work was not done in another process.")
    return "one has started and answered"


def check_training(folder: Path) -> str:
    """The shipped model learns three steps in a worker process, whose predictions come into the project."""
    with Project.open(_sample(folder)) as project:
        run = _short_training(project)
        worker = launch(run)
        try:
            wait_until(lambda: run.status() is not Status.RUNNING, "The end of the training")
        finally:
            worker.kill()  # which one that has ended does not mind
        if run.status() is not Status.COMPLETED:
            message, hint = run.error() or (f"The worker ended: {run.status()}.", _last_words(run.log_file))
            raise CoreError(message, hint)
        ingest_run(project, run)
    events = [timed.event for timed in EventTail(run.events_file).read()]
    device = next(event.device for event in events if isinstance(event, Started))
    losses = [event.train_loss for event in events if isinstance(event, EpochEnded)]
    return f"{len(losses)} steps on the {device}, loss {losses[0]:.3f} to {losses[-1]:.3f}"


def check_window(folder: Path) -> str:
    """The window opens on the sample project, fills its table and draws itself."""
    app = _application(folder)
    from desktop_app.session import Session
    from desktop_app.upkeep.settings import AppSettings
    from desktop_app.window import MainWindow

    session = Session()
    session.safe_mode = True  # the web engine has a check of its own
    window = MainWindow(session, AppSettings())
    try:
        window.show()
        if not window.projects.open_folder(_sample(folder)):
            raise CoreError("The window did not open the sample project.")
        table = window.structures.model
        wait_until(lambda: table.rowCount() > 0, "The table of structures", app.processEvents)
        picture = window.grab()
        return f"{table.rowCount()} structures listed on {picture.width()} x {picture.height()} pixels"
    finally:
        window.close()


def check_crystal_view(folder: Path) -> str:
    """The web view loads its page and draws a crystal; where there is no WebGL, the still picture and why."""
    app = _application(folder)
    from desktop_app.crystal.scene import build_scene
    from desktop_app.crystal.view import CrystalView, ViewerBridge

    with Project.open(_sample(folder)) as project:
        scene = build_scene(project.structure(project.structure_rows()[0].id))
    drawn: list[int] = []  # how many atoms
    missing: list[str] = []  # why the page cannot draw
    failures: list[str] = []  # why there is no 3-D view, the page's own reasons among them
    view = CrystalView()
    view.shown.connect(drawn.append)
    view.unavailable.connect(failures.append)
    for bridge in view.findChildren(ViewerBridge):
        bridge.page_ready.connect(missing.append)
    try:
        view.show_scene(scene)
        view.show()
        wait_until(lambda: bool(drawn or failures), "The picture of the 3-D view", app.processEvents)
    finally:
        view.close_page()
    if drawn:
        return f"WebGL works, {drawn[0]} atoms drawn"
    if failures[0] in missing:
        return f"the page loads; there is a still picture: {failures[0]}"
    raise CoreError(failures[0])


def wait_until(
    condition: Callable[[], bool], what: str, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Wait for a condition, calling `meanwhile` now and then; raises CoreError when it never holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise CoreError(f"{what} did not come within {PATIENCE} s.")
        meanwhile()
        time.sleep(0.02)


def _short_training(project: Project) -> RunFolder:
    """Write the run of a few steps on the measured crystals, from the model that is shipped for it."""

    model = recommended_model()
    if model is None:
        raise CoreError("There is no shipped model to start from.")
    changes = {"training.epochs": NUM_STEPS, "training.pairs_per_batch": WHOLE_COLLECTION}
    settings = build_settings("finetune", "standard", changes, model.encoder)
    return create_finetune_run(
        project,
        collection=MEASURED,
        property_names=[PROPERTY],
        settings=cast(FinetuneSettings, settings),
        start_from=model.path,
    )


@cache  # which also holds it: Python takes down an application that nobody holds
def _application(folder: Path) -> "QApplication":
    """Make the application as a sitting does, but with its settings in the folder."""
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from desktop_app.crystal.web_page import register_scheme

    register_scheme()
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
    return QApplication(["siteloupe"])


def _sample(folder: Path) -> Path:
    return folder / "sample project"


def _last_words(log: Path) -> str:
    return " ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


CHECKS: dict[str, Callable[[Path], str]] = {
    "libraries": check_libraries,
    "resources": check_resources,
    "sample project": check_sample_project,
    "processes": check_processes,
    "training": check_training,
    "window": check_window,
    "3-D view": check_crystal_view,
}
