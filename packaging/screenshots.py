"""Takes the pictures of docs/images: every panel with real content, in light and in dark.

Makes a sample project in a temporary folder, trains on it with the true engine (some minutes), opens the
window without a screen, and saves what it shows; then the library, with the shared data where it is there.
Run it with: make screenshots. With the word "library" or "panels" it takes only those pictures; --project
names a folder for the sample project, which is used as it is when it is there.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from library_pictures import prepare_library, take_library_pictures
from panel_pictures import DISORDERED_CRYSTAL, take_panel_pictures
from pictures import prepare_application

from core.config import (
    FinetuneSettings,
    PretrainSettings,
    StudySettings,
    TrajectorySettings,
    build_settings,
)
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder, Status
from core.store.importing.files import add_structures
from core.store.project import Project
from core.store.requests.study import create_study_run
from core.store.requests.training import create_finetune_run, create_pretrain_run
from core.store.requests.trajectory import create_trajectory_run
from core.store.sample_project import MEASURED, PROPERTY, create_sample_project
from core.structures.reading.result import ReadStructure
from core.structures.structure import Structure
from desktop_app.look.resources import resource_path
from desktop_app.look.theme import Theme, apply_theme

SEED = 3
FEW_EPOCHS = {"training.epochs": 12, "encoder.supercell_sites": 20}  # curves to look at, not figures to quote
STUDY = {
    "study.arms": "mean, forest, boosting",
    "study.n_labels": "15, 30, 60",
    "study.seeds": 4,
}


def main() -> None:
    """Prepare the projects, open them in each theme, save the pictures."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images.")
    parser.add_argument("only", nargs="?", choices=("panels", "library"), help="take only these")
    parser.add_argument("--project", type=Path, help="folder of the sample project, kept for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        app = prepare_application(Path(folder) / "settings")
        if options.only != "library":
            project = options.project or Path(folder) / "Sample project"
            if not project.exists():
                print("Making the sample project and training on it…", flush=True)
                prepare(project)
            for theme in (Theme.LIGHT, Theme.DARK):
                apply_theme(app, theme)
                take_panel_pictures(project, theme)
        if options.only != "panels":
            print("Making a project with many crystals…", flush=True)
            library = prepare_library(Path(folder))
            for theme in (Theme.LIGHT, Theme.DARK):
                apply_theme(app, theme)
                take_library_pictures(library, theme)


def prepare(folder: Path) -> None:
    """Make the project with a finished run of each kind that a panel shows."""
    with create_sample_project(folder, num_generated=100) as project:
        finish(analysis(project))
        finish(study(project))
        first = pretraining(project)
        finish(first)
        finish(finetuning(project, None))
        finish(finetuning(project, first))
        add_structures(project, "disordered", [lithium_conductor()])


def pretraining(project: Project) -> RunFolder:
    """A short one on the measured crystals."""
    settings = build_settings("pretrain", "quick", FEW_EPOCHS)
    assert isinstance(settings, PretrainSettings)
    return create_pretrain_run(project, collection=MEASURED, settings=settings)


def finetuning(project: Project, start_from: RunFolder | None) -> RunFolder:
    """A short one, from a pretraining or from scratch."""
    settings = build_settings("finetune", "quick", FEW_EPOCHS)
    assert isinstance(settings, FinetuneSettings)
    return create_finetune_run(
        project,
        collection=MEASURED,
        property_names=[PROPERTY],
        settings=settings,
        start_from=start_from,
        seed=SEED,
    )


def study(project: Project) -> RunFolder:
    """One of learners that need seconds."""
    settings = build_settings("study", "quick", STUDY)
    assert isinstance(settings, StudySettings)
    return create_study_run(project, collection=MEASURED, property_name=PROPERTY, settings=settings)


def analysis(project: Project) -> RunFolder:
    """What every fourth frame of the sample trajectory is like."""
    settings = build_settings("trajectory", "standard", {"analysis.every": 4})
    assert isinstance(settings, TrajectorySettings)
    argon = resource_path("sample_trajectory/argon.gsd")
    return create_trajectory_run(project, trajectory=argon, settings=settings)


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


if __name__ == "__main__":
    main()
