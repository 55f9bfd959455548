"""Takes the pictures of docs/images: every panel with real content, in light and in dark.

Makes a sample project in a temporary folder, trains on it with the true engine (some minutes), opens the
window without a screen, and saves what it shows. Run it with: make screenshots
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.config import FinetuneSettings, PretrainSettings, build_settings
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.store.importing import add_structures
from core.store.job_files import create_finetune_run, create_pretrain_run
from core.store.project import Project
from core.store.sample_project import MEASURED, PROPERTY, create_sample_project
from core.structures.read_result import ReadStructure
from core.structures.structure import Structure
from desktop_app.environment import prepare_environment

prepare_environment()

from PySide6.QtCore import QEventLoop, QStandardPaths, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from desktop_app.notes import Level, Note  # noqa: E402
from desktop_app.session import Session  # noqa: E402
from desktop_app.settings import AppSettings  # noqa: E402
from desktop_app.theme import Theme, apply_theme  # noqa: E402
from desktop_app.widgets.web_page import register_scheme  # noqa: E402
from desktop_app.window import MainWindow  # noqa: E402

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE = (1366, 768)  # a small laptop
SHOWN_CRYSTAL, DISORDERED_CRYSTAL = "Al2O3", "Li0.33La0.56TiO3"
SEED = 3
PATIENCE = 600.0  # seconds
SETTLE = 2.0  # seconds without a change


def main() -> int:
    """Train, open, save the pictures; gives the exit status."""
    register_scheme()
    QStandardPaths.setTestModeEnabled(True)
    app = QApplication(["siteloupe"])
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "Sample project"
        print("Making the sample project and training on it…", flush=True)
        prepare(project)
        for theme in (Theme.LIGHT, Theme.DARK):
            apply_theme(app, theme)
            take_pictures(project, theme)
    return 0


def prepare(folder: Path) -> None:
    """Make the project with two finished runs."""
    with create_sample_project(folder, num_generated=100) as project:
        quick = build_settings("pretrain", "quick")
        assert isinstance(quick, PretrainSettings)
        first = create_pretrain_run(project, collection=MEASURED, settings=quick)
        finish(first)
        standard = build_settings("finetune", "standard")
        assert isinstance(standard, FinetuneSettings)
        second = create_finetune_run(
            project,
            collection=MEASURED,
            property_names=[PROPERTY],
            settings=standard,
            start_from=first,
            seed=SEED,
        )
        finish(second)
        add_structures(project, "disordered", [lithium_conductor()])


def lithium_conductor() -> ReadStructure:
    """Li0.33La0.56TiO3, the disordered perovskite: its large site is shared by Li, La and vacancies."""
    places = [(0.0, 0.0, 0.0), (0.5, 0.5, 0.5), (0.5, 0.5, 0.0), (0.5, 0.0, 0.5), (0.0, 0.5, 0.5)]
    species = ({"La": 0.56, "Li": 0.33}, {"Ti": 1.0}, {"O": 1.0}, {"O": 1.0}, {"O": 1.0})
    crystal = Structure(3.87 * np.eye(3), np.array(places), species)
    return ReadStructure(DISORDERED_CRYSTAL, "llto.cif", "", crystal, (), b"")


def finish(run: RunFolder) -> None:
    """Run a job to its end."""
    launch(run).wait()
    if run.status() is not Status.COMPLETED:
        raise SystemExit(f"Run {run.name} is {run.status()}: {run.error()}")
    print(f"Run {run.name} is completed.", flush=True)


def take_pictures(project: Path, theme: Theme) -> None:
    """Open the window in a theme and save each panel."""
    session = Session()
    window = MainWindow(session, AppSettings())
    window.resize(*SIZE)
    window.show()
    save(window, "welcome", theme)
    window.projects.open_folder(project)
    window.resize(*SIZE)
    window.actions_table["reset_layout"].trigger()
    wait_until(lambda: window.structures.table.model.num_rows > 100)
    with Project.open(project) as opened:
        number_of = {row.name: row.id for row in opened.structure_rows()}
    session.select_structure(number_of[SHOWN_CRYSTAL])
    wait_until(lambda: window.crystal.view is not None and window.crystal.view.is_live)
    wait_until(lambda: window.predictions.table.model.num_rows > 100)
    wait_until(lambda: bool(window.runs.plot.readout.text().startswith("epoch")))
    save(window, "runs", theme)
    window.actions_table["show_predictions"].trigger()
    save(window, "predictions", theme)
    window.train.kinds.setCurrentIndex(1)
    window.actions_table["show_train"].trigger()
    save(window, "train", theme)
    window.actions_table["show_structures"].trigger()
    window.actions_table["show_attention"].trigger()
    wait_until(lambda: window.attention.table.model.num_rows > 0)
    session.select_site(0)
    wait_until(lambda: window.crystal.colour_bar.isVisible())
    session.notes.post(Note(Level.DONE, "Run 0002 is completed."))
    save(window, "attention", theme)
    session.select_structure(number_of[DISORDERED_CRYSTAL])
    wait_until(lambda: window.crystal.explanation.text().startswith("Disordered"))
    window.actions_table["show_log"].trigger()
    save(window, "disorder-and-messages", theme)
    window.close()
    window.deleteLater()
    wait(0.2)


def save(window: MainWindow, name: str, theme: Theme) -> None:
    """Save what the window shows as docs/images/NAME-THEME.png."""
    before, now = None, window.grab().toImage()
    while before != now:  # the 3-D view draws in a process of its own, and takes its time
        wait(SETTLE)
        before, now = now, window.grab().toImage()
    path = IMAGES / f"{name}-{theme}.png"
    if not now.save(str(path)):
        raise SystemExit(f"'{path}' could not be written.")
    print(f"{path.name}: {path.stat().st_size // 1024} kB", flush=True)


def wait(seconds: float) -> None:
    """Let the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    waited = 0.0
    while not is_so():
        wait(0.1)
        waited += 0.1
        if waited > PATIENCE:
            raise SystemExit("The window did not show what was waited for.")


if __name__ == "__main__":
    sys.exit(main())
