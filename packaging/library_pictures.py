"""The pictures of the library: all crystals of a database, the filter, the mapping of a table, the report."""

from pathlib import Path

from pictures import SIZE, save, wait, wait_until

from core.store.editing.own_labels import label_from_metadata
from core.store.importing.files import import_files
from core.store.library.space_groups import compute_space_groups
from core.store.project import Project
from core.store.sample_project import MEASURED, create_sample_project
from core.structures.labels.table import LabelColumn
from desktop_app.dialogs.import_report import ImportReportDialog
from desktop_app.dialogs.labels import LabelsDialog
from desktop_app.look.theme import Theme
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DIALOG_SIZE = (1140, 540)
BAD_FILES = {
    "letter.cif": "Dear reader, the structure is in the publication.\n",
    "no-cell.cif": "data_x\n_cell_length_a 5.6\nloop_\n_atom_site_label\n_atom_site_fract_x\nNa1 0\n",
    "empty.cif": "",
}


def prepare_library(folder: Path) -> Path:
    """Make a project with the crystals of the shared data, or the sample ones, and give its folder."""
    project_folder = folder / "Crystals"
    if SHARED_DATA.is_dir():
        with Project.create(project_folder) as project:
            import_files(project, [SHARED_DATA / "mp_crystals" / "mp_crystals_dev.jsonl.xz"], "mp")
            gap = LabelColumn(name="band gap", column="band_gap", unit="eV")
            label_from_metadata(project, gap)
            import_files(project, [SHARED_DATA / "obelix" / "cifs"], "conductors")
            import_files(project, [SHARED_DATA / "messy_cifs"], "messy")
            compute_space_groups(project)
        return project_folder
    bad = folder / "messy"
    bad.mkdir()
    for name, text in BAD_FILES.items():
        (bad / name).write_text(text)
    with create_sample_project(project_folder) as project:
        import_files(project, [bad], "messy")
        compute_space_groups(project)
    return project_folder


def take_library_pictures(project: Path, theme: Theme) -> None:
    """Open the window in a theme and save the library and its dialogs."""
    session = Session()
    window = MainWindow(session, AppSettings())
    window.show()
    window.projects.open_folder(project)
    window.resize(*SIZE)
    window.actions_table["reset_layout"].trigger()
    session.select_collection("mp" if SHARED_DATA.is_dir() else MEASURED)
    wait_until(lambda: window.structures.table.model.num_rows > 0)
    wait_until(lambda: window.crystal.view is not None and window.crystal.view.is_live)
    window.structures.table.view.selectRow(2)
    save(window, "library", theme)
    _take_filter(window, theme)
    _take_mapping(window, theme)
    _take_report(window, theme)
    window.close()
    window.deleteLater()
    wait(0.2)


def _take_filter(window: MainWindow, theme: Theme) -> None:
    dialog = window.structures.filter
    dialog.show()
    dialog.elements.buttons["Li"].click()
    save(dialog, "filter", theme)
    dialog.clear()
    dialog.close()


def _take_mapping(window: MainWindow, theme: Theme) -> None:
    shipped = Path(__file__).resolve().parents[1] / "resources" / "sample_project" / "band_gaps.csv"
    table = SHARED_DATA / "obelix" / "labels.csv"
    window.imports.import_table(table if table.is_file() else shipped)
    wait_until(lambda: window.findChild(LabelsDialog) is not None)
    dialog = window.findChild(LabelsDialog)
    wait_until(lambda: dialog.preview.model.num_rows > 0)
    save(dialog, "labels", theme)
    dialog.reject()


def _take_report(window: MainWindow, theme: Theme) -> None:
    window.session.select_collection("messy")
    wait_until(window.actions_table["show_report"].isEnabled)
    window.actions_table["show_report"].trigger()
    wait_until(lambda: window.findChild(ImportReportDialog) is not None)
    dialog = window.findChild(ImportReportDialog)
    dialog.resize(*DIALOG_SIZE)  # as on a screen of the size, which the one without a screen is not
    save(dialog, "import-report", theme)
    dialog.close()
