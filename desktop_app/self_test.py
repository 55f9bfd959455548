"""`siteloupe --self-test`: says, in a line for each check, whether this installation can do its work.

Each check imports what it tries, so that a piece that is missing fails that check and no other.
"""

import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from core.config import FinetuneSettings, build_settings
from core.errors import CoreError
from core.events import EpochEnded, Started
from core.jobs.event_log import EventTail
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from desktop_app.upkeep.environment import prepare_environment

PATIENCE = 300  # seconds that a check waits for a process, on a slow and busy machine
NUM_STEPS = 3
WHOLE_COLLECTION = 10_000_000  # pairs in a batch: one batch, and so one step, in each epoch
LIBRARIES = (
    *("ase.io.extxyz", "freud", "gemmi", "gsd.hoomd", "spglib", "pymatgen.analysis.structure_matcher"),
    *("matplotlib.figure", "numpy", "scipy.stats", "sklearn.ensemble", "sklearn.manifold"),
    *("openpyxl", "orjson", "psutil", "pyarrow.parquet", "pydantic", "rich.progress", "safetensors"),
    *("sqlite_utils", "py3Dmol", "pyqtgraph", "PySide6.QtSvg", "PySide6.QtWebEngineWidgets"),
)
PAGE_PARTS = ("viewer.html", "qwebchannel.js", "3Dmol-min.js", "viewer.js", "wedges.js")


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
    from core.store.shipped_models import shipped_models
    from desktop_app.widgets.web_page import served_file

    missing = [part for part in PAGE_PARTS if not served_file(part)]
    if missing:
        raise CoreError(f"The page of the 3-D view lacks {', '.join(missing)}.")
    models = [model.name for model in shipped_models()]
    if not models:
        raise CoreError("There is no shipped model.")
    return f"the 3-D page, and the model {', '.join(models)}"


def check_sample_project(folder: Path) -> str:
    """The sample project can be made, closed and opened again."""
    from core.store.project import Project
    from core.store.sample_project import create_sample_project

    create_sample_project(_sample(folder), num_generated=20).close()
    with Project.open(_sample(folder)) as project:
        return f"made and opened, with {len(project.structure_rows())} structures"


def check_training(folder: Path) -> str:
    """The shipped model learns three steps in a worker process, whose predictions come into the project."""
    from core.store.ingest import ingest_run
    from core.store.project import Project

    def has_ended(run: RunFolder) -> bool:
        time.sleep(0.1)
        return run.status() is not Status.RUNNING

    with Project.open(_sample(folder)) as project:
        run = _short_training(project)
        launch(run)
        wait_until(lambda: has_ended(run), "The end of the training")
        if run.status() is not Status.COMPLETED:
            message, hint = run.error() or (f"The worker ended: {run.status()}.", _end_of(run.log_file))
            raise CoreError(message, hint)
        ingest_run(project, run)
    events = [timed.event for timed in EventTail(run.events_file).read()]
    device = next(event.device for event in events if isinstance(event, Started))
    losses = [event.train_loss for event in events if isinstance(event, EpochEnded)]
    return f"{len(losses)} steps on the {device}, loss {losses[0]:.3f} to {losses[-1]:.3f}"


def check_window(folder: Path) -> str:
    """The window opens on the sample project, and draws itself."""
    _start_qt(folder)
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
        wait_until(lambda: window.structures.model.rowCount() > 0, "The table of structures")
        picture = window.grab()
    finally:
        window.close()
    return f"{picture.width()} x {picture.height()} pixels, {window.windowTitle()}"


def check_crystal_view(folder: Path) -> str:
    """The web view loads its page and draws a crystal; without WebGL there is the still picture, and why."""
    _start_qt(folder)
    from core.store.project import Project
    from desktop_app.crystal.scene import build_scene
    from desktop_app.widgets.crystal_view import CrystalView, ViewerBridge

    with Project.open(_sample(folder)) as project:
        scene = build_scene(project.structure(project.structure_rows()[0].id))
    view = CrystalView()
    drawn: list[int] = []
    problems: list[str] = []
    reasons: list[str] = []
    view.shown.connect(drawn.append)
    view.unavailable.connect(reasons.append)
    view.findChild(ViewerBridge).page_ready.connect(problems.append)
    try:
        view.show_scene(scene)
        view.show()
        wait_until(lambda: bool(drawn or reasons), "The picture of the 3-D view")
    finally:
        view.close_page()
    if drawn:
        return f"WebGL works, {drawn[0]} atoms drawn"
    if not any(problems):  # it was not the page that found it has no WebGL
        raise CoreError(reasons[0])
    return f"the page loads; a still picture is shown: {reasons[0]}"


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Let Qt work, where it is running, until a condition holds; raises CoreError when it never does."""
    from PySide6.QtCore import QCoreApplication

    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise CoreError(f"{what} did not come within {PATIENCE} s.")
        QCoreApplication.processEvents()
        time.sleep(0.01)


def _short_training(project: Project) -> RunFolder:
    """Write the run of a few steps on the measured crystals, from the model that is shipped for it."""
    from core.store.job_files import create_finetune_run
    from core.store.sample_project import MEASURED, PROPERTY
    from core.store.shipped_models import recommended_model

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


def _start_qt(folder: Path) -> None:
    """Make the application as a sitting does, with its settings in the folder; a second time does nothing."""
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from desktop_app.widgets.web_page import register_scheme

    if QApplication.instance() is None:
        register_scheme()
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
        _applications.append(QApplication(["siteloupe"]))


_applications: list[object] = []  # Python would take down an application that nobody holds


def _sample(folder: Path) -> Path:
    return folder / "sample project"


def _end_of(log: Path) -> str:
    """The last words of a worker's log."""
    return " ".join(log.read_text(encoding="utf-8", errors="replace").split("\n")[-5:])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


CHECKS: dict[str, Callable[[Path], str]] = {
    "libraries": check_libraries,
    "resources": check_resources,
    "sample project": check_sample_project,
    "training": check_training,
    "window": check_window,
    "3-D view": check_crystal_view,
}
