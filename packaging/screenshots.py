"""Takes the pictures of docs/images: every panel with real content, in light and in dark.

Makes a sample project in a temporary folder, trains on it with the true engine (some minutes), opens the
window without a screen, and saves what it shows; then the library, with the shared data where it is there.
Run it with: make screenshots. With the word "library" or "panels" it takes only those pictures.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from library_pictures import prepare_library, take_library_pictures
from pictures import IMAGES, SIZE, save, wait, wait_until
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QApplication

from core.config import FinetuneSettings, PretrainSettings, build_settings
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.store.importing import add_structures
from core.store.job_files import create_finetune_run, create_pretrain_run
from core.store.project import Project
from core.store.sample_project import MEASURED, PROPERTY, create_sample_project
from core.structures.read_result import ReadStructure
from core.structures.structure import Structure
from desktop_app.dialogs.palette import CommandPalette
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.notes import Level, Note
from desktop_app.session import Session
from desktop_app.upkeep.environment import prepare_environment
from desktop_app.upkeep.settings import AppSettings
from desktop_app.widgets.web_page import register_scheme
from desktop_app.window import MainWindow

SHOWN_CRYSTAL, DISORDERED_CRYSTAL = "Al2O3", "Li0.33La0.56TiO3"
SEED = 3


def main() -> None:
    """Prepare the projects, open them in each theme, save the pictures."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images.")
    parser.add_argument("only", nargs="?", choices=("panels", "library"), help="take only these")
    only = parser.parse_args().only
    prepare_environment()
    register_scheme()
    QStandardPaths.setTestModeEnabled(True)
    app = QApplication(["siteloupe"])
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if only != "library":
            project = Path(folder) / "Sample project"
            print("Making the sample project and training on it…", flush=True)
            prepare(project)
            for theme in (Theme.LIGHT, Theme.DARK):
                apply_theme(app, theme)
                take_pictures(project, theme)
        if only != "panels":
            print("Making a project with many crystals…", flush=True)
            library = prepare_library(Path(folder))
            for theme in (Theme.LIGHT, Theme.DARK):
                apply_theme(app, theme)
                take_library_pictures(library, theme)


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
    take_palette(window, theme)
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
    window.actions_table["show_map"].trigger()
    wait_until(lambda: len(window.map.plot.cloud.places) > 0)
    save(window, "map", theme)
    window.actions_table["show_attention"].trigger()
    session.notes.post(Note(Level.DONE, "Run 0002 is completed."))
    save(window, "attention", theme)
    window.attention.views.setCurrentWidget(window.attention.matrix)
    save(window, "attention-matrix", theme)
    session.select_structure(number_of[DISORDERED_CRYSTAL])
    wait_until(lambda: window.crystal.explanation.text().startswith("Disordered"))
    window.actions_table["show_log"].trigger()
    save(window, "disorder-and-messages", theme)
    window.close()
    window.deleteLater()
    wait(0.2)


def take_palette(window: MainWindow, theme: Theme) -> None:
    """Save the command palette while it is asked for something."""
    window.actions_table["show_palette"].trigger()
    palette = window.findChild(CommandPalette)
    palette.box.setText("export")
    save(palette, "palette", theme)
    palette.close()


if __name__ == "__main__":
    main()
