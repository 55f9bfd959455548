"""Bringing structures and measured values into the project."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QWidget

from core.errors import CoreError, LabelError
from core.store.editing.labelling import LabelSummary, import_labels
from core.store.importing.files import ImportSummary
from core.store.importing.process import import_apart
from core.store.importing.report import ReportRow, import_report
from core.store.library.space_groups import compute_space_groups
from core.store.progress import Progress
from core.store.project import Project
from core.structures.labels.cgcnn_folder import CgcnnFolder, find_cgcnn_folder
from core.structures.labels.table import TableMapping
from core.structures.labels.table_file import read_table
from core.structures.readers.read import may_hold_crystals
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_file, ask_files, ask_folder
from desktop_app.dialogs.import_report import ImportReportDialog
from desktop_app.dialogs.labels import LabelsDialog
from desktop_app.dialogs.report import ReportDialog
from desktop_app.library.report_columns import label_problems_model
from desktop_app.library.value_tables import TABLE_SUFFIXES, find_value_table
from desktop_app.notes import Note, Severity
from desktop_app.session import Session
from desktop_app.tasks import LatestTask, TaskControl
from desktop_app.upkeep.settings import DISORDER_RULES, AppSettings

_STRUCTURE_FILES = (
    "Crystal structures (*.cif *.CIF *.vasp *.poscar POSCAR* CONTCAR* *.xyz *.extxyz *.json *.jsonl *.csv "
    "*.tsv *.parquet *.zip *.tar *.tgz *.gz *.xz *.bz2);;All files (*)"
)
_COMPARED = 5_000  # names of structures that were read last, to see whether a table is about them


class ImportCommands(QObject):
    """Reads in the background; what could not be used is reported, never lost silently."""

    def __init__(self, session: Session, actions: Actions, settings: AppSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._settings, self._window = session, settings, window
        self._searching = LatestTask(session.tasks)
        self._importing = [actions[name] for name in ("import_folder", "import_files", "import_labels")]
        actions["import_folder"].triggered.connect(self._ask_folder)
        actions["import_files"].triggered.connect(self._ask_files)
        actions["import_labels"].triggered.connect(self._ask_table)
        actions["show_report"].triggered.connect(self._show_import_report)
        actions["show_report"].setEnabled(False)
        rules = QActionGroup(self)
        for rule in DISORDER_RULES:
            rules.addAction(actions[f"import_{rule}"])
            actions[f"import_{rule}"].setChecked(rule == settings.disorder)
            actions[f"import_{rule}"].triggered.connect(partial(setattr, settings, "disorder", rule))
        session.project_changed.connect(self._on_project)
        self._on_project()

    def import_paths(
        self,
        paths: Sequence[Path],
        name: str | None = None,
        then: Callable[[str], None] = lambda collection: None,
    ) -> None:
        """Read files and folders into a collection, named after the first folder where no name is given.

        The table of values in a CGCNN folder is offered afterwards. `then` is called with the name of the
        collection when structures are in it.
        """
        first = paths[0]
        collection = name or (first.name if first.is_dir() else first.absolute().parent.name)
        folder = self._session.project_folder
        if folder is None:
            self._session.notes.error(CoreError("No project is open.", "Open or make one, then import."))
            return

        disorder = self._settings.disorder

        def read(control: TaskControl) -> tuple[ImportSummary, list[CgcnnFolder]]:
            def tell(progress: Progress) -> None:
                control.progress(progress.done, progress.total, progress_words(progress))

            summary = import_apart(
                folder, paths, collection, disorder=disorder, on_rate=tell, cancelled=control.cancelled
            )
            found = map(find_cgcnn_folder, paths)
            return summary, [folder for folder in found if folder is not None]

        self._allow(False)
        task = self._session.start_activity("Reading structures", read, stoppable=True)
        task.succeeded.connect(partial(self._on_imported, collection, paths))
        task.succeeded.connect(lambda outcome: then(collection) if outcome[0].num_imported else None)
        task.failed.connect(lambda error: self._session.library_changed.emit())  # of what came before
        task.finished.connect(self._on_project)

    def takes_as_table(self, path: Path) -> bool:
        """Whether a dropped file is a table of measured values; one of crystals may have the same ending."""
        return path.suffix.lower() in TABLE_SUFFIXES and not may_hold_crystals(path)

    def import_table(self, table: Path) -> None:
        """Ask how to read a table of measured values, then read it."""
        if self._session.project is None:
            self._session.notes.error(CoreError("No project is open.", "Open or make one, then import."))
            return
        task = self._session.start_activity("Opening table", lambda control: read_header(table))
        task.succeeded.connect(partial(self._ask_mapping, table))

    def _ask_mapping(self, table: Path, header: list[str]) -> None:
        dialog = LabelsDialog(table, header, self._session, self._window)
        dialog.chosen.connect(partial(self._import_labels, table))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_folder(self) -> None:
        folder = ask_folder(self._window, "Import all structures of a folder", self._settings)
        if folder is not None:
            self.import_paths([folder])

    def _ask_files(self) -> None:
        files = ask_files(self._window, "Import structures", _STRUCTURE_FILES, self._settings)
        if files:
            self.import_paths(files)

    def _ask_table(self) -> None:
        tables = f"Tables ({' '.join(f'*{suffix}' for suffix in TABLE_SUFFIXES)});;All files (*)"
        table = ask_file(self._window, "Import measured values", tables, self._settings)
        if table is not None:
            self.import_table(table)

    def _import_labels(self, table: Path, mapping: TableMapping) -> None:
        question = self._session.ask(
            lambda project: import_labels(project, table, mapping.id_column, mapping.columns, mapping)
        )
        task = self._session.start_activity("Reading measured values", question)
        task.succeeded.connect(partial(self._on_labelled, " and ".join(c.name for c in mapping.columns)))

    def _on_imported(
        self, collection: str, paths: Sequence[Path], outcome: tuple[ImportSummary, list[CgcnnFolder]]
    ) -> None:
        summary, cgcnn_folders = outcome
        self._session.select_collection(collection)
        self._session.library_changed.emit()
        self._find_space_groups()
        self._tell(collection, summary)
        for folder in cgcnn_folders:
            self.import_table(folder.table)
        if not cgcnn_folders:
            self._look_for_values(paths, collection)

    def _look_for_values(self, paths: Sequence[Path], collection: str) -> None:
        """Offer the table that lies beside the structures, as long as the project has no values."""

        def find(project: Project) -> Path | None:
            if project.query("select 1 from labels limit 1"):
                return None
            newest = f"select name from structures where not deleted order by id desc limit {_COMPARED}"
            return find_value_table(paths, [row["name"] for row in project.query(newest)])

        def offer(table: Path | None) -> None:
            if table is not None:
                text = f"The table '{table.name}' names structures of '{collection}'."
                take = partial(self.import_table, table)
                self._session.notes.post(
                    Note(Severity.INFO, text, action_label="Import its values", action=take)
                )

        self._searching.start(self._session.ask(find), offer, self._session.notes.error)

    def _tell(self, collection: str, summary: ImportSummary) -> None:
        noun = "structure" if summary.num_imported == 1 else "structures"
        text = f"{summary.num_imported:,} {noun} read into '{collection}'"
        for count, what in ((summary.num_rejected, "not read"), (summary.num_flagged, "with remarks")):
            text += f", {count:,} {what}" if count else ""
        if not (summary.num_rejected or summary.num_flagged):
            self._session.notes.done(f"{text}.")
            return
        level = Severity.WARNING if summary.rejected else Severity.DONE
        self._session.notes.post(
            Note(
                level if summary.num_imported else Severity.ERROR,
                f"{text}.",
                action_label="Show which and why",
                action=self._show_import_report,
            )
        )

    def _find_space_groups(self) -> None:
        folder = self._session.project_folder
        if folder is None:
            return

        def find(control: TaskControl) -> int:
            with Project.open(folder) as project:
                return compute_space_groups(project, control.progress, control.cancelled)

        task = self._session.start_activity("Finding space groups", find, stoppable=True)
        task.succeeded.connect(lambda count: self._session.library_changed.emit() if count else None)

    def _on_labelled(self, name: str, summary: LabelSummary) -> None:
        self._session.library_changed.emit()
        values = f"{summary.matched:,} values of '{name}' attached."
        text = values if name else f"Texts of {summary.structures:,} structures attached."
        if not (summary.unmatched or summary.invalid):
            self._session.notes.done(text)
            return
        unknown, invalid = len(summary.unmatched), len(summary.invalid)
        text += f" {unknown:,} rows without a structure are kept as compositions"
        text += f", {invalid:,} entries could not be used." if invalid else "."
        level = Severity.WARNING if summary.matched else Severity.ERROR
        show = partial(self._show_label_problems, summary)
        self._session.notes.post(Note(level, text, action_label="Show which and why", action=show))

    def _show_import_report(self) -> None:
        collection = self._session.collection
        if self._session.project is not None:
            question = self._session.ask(lambda project: import_report(project, collection))
            task = self._session.start_activity("Opening the report", question)
            task.succeeded.connect(partial(self._show_rows, collection))

    def _show_rows(self, collection: str | None, rows: list[ReportRow]) -> None:
        dialog = ImportReportDialog(rows, collection, self._settings, self._session.notes, self._window)
        dialog.structure_chosen.connect(partial(self._show_structure, collection))
        self._session.project_changed.connect(dialog.close)  # its structures are those of this project
        dialog.show()

    def _show_structure(self, collection: str | None, structure_id: int) -> None:
        self._session.select_collection(collection)
        self._session.select_structure(structure_id)

    def _show_label_problems(self, summary: LabelSummary) -> None:
        sentence = "These entries were not attached to a structure. The others were."
        model, notes = label_problems_model(summary), self._session.notes
        title = "Values that were not used"
        ReportDialog(title, sentence, model, self._settings, notes, self._window).show()

    def _on_project(self) -> None:
        self._allow(self._session.project is not None)

    def _allow(self, allowed: bool) -> None:
        for action in self._importing:
            action.setEnabled(allowed)


def progress_words(progress: Progress) -> str:
    """How fast an import goes and how long it will still take."""
    words = f"{progress.num_structures:,} structures, {progress.rate:,.0f} per second"
    left = progress.seconds_left
    if left is None:
        return words
    return f"{words}, {left / 60:.0f} min left" if left >= 100 else f"{words}, {left:.0f} s left"


def read_header(table: Path) -> list[str]:
    """Titles of the columns of a table; raises LabelError when there are fewer than two."""
    header = [title for title in read_table(table).header if title]
    if len(header) < 2:
        raise LabelError(
            f"The table '{table}' has one column only.",
            "Save it as CSV with a column of names and one of values.",
        )
    return header
