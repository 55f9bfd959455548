"""Writing the selected structures to files."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.store.library.export import ExportSummary, Format, export_structures
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_folder, ask_save
from desktop_app.notes import Note, Severity
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings

_FOLDERS: tuple[Format, ...] = ("cif_as_imported", "cif")
_FILES: dict[Format, tuple[str, str]] = {
    "csv": ("structures.csv", "CSV (*.csv)"),
    "jsonl": ("structures.jsonl", "JSON lines (*.jsonl)"),
    "extxyz": ("structures.extxyz", "Extended XYZ (*.extxyz *.xyz)"),
}


class ExportCommands(QObject):
    """Asks where to, writes in the background, and says what was left out and why."""

    def __init__(
        self,
        session: Session,
        actions: Actions,
        settings: AppSettings,
        selected: Callable[[], list[int]],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._settings, self._selected, self._window = session, settings, selected, window
        self._actions = {kind: actions[f"export_{kind}"] for kind in (*_FOLDERS, *_FILES)}
        for kind, action in self._actions.items():
            action.triggered.connect(partial(self._export, kind))
        session.project_changed.connect(self._on_project)
        self._on_project()

    def _on_project(self) -> None:
        for action in self._actions.values():
            action.setEnabled(self._session.project is not None)

    def _export(self, kind: Format) -> None:
        chosen = self._selected()
        target = self._ask_target(kind) if chosen else None
        if target is not None:
            question = self._session.ask(lambda project: export_structures(project, chosen, target, kind))
            task = self._session.start_activity("Writing structures", question)
            task.succeeded.connect(partial(self._on_exported, target))

    def _ask_target(self, kind: Format) -> Path | None:
        if kind in _FOLDERS:
            return ask_folder(self._window, "Folder for the files", self._settings)
        name, kinds = _FILES[kind]
        return ask_save(self._window, "Export structures", name, kinds, self._settings)

    def _on_exported(self, target: Path, summary: ExportSummary) -> None:
        text = f"{summary.num_written:,} structures written to {target.name}."
        if summary.skipped:
            text += f" {len(summary.skipped):,} were left out: {summary.skipped[0][1]}"
        self._session.notes.post(Note(Severity.WARNING if summary.skipped else Severity.DONE, text))
