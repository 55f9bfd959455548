"""Changing structures of the library: names, tags, disorder, deletion; undo and redo."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.store.editing.edits import edits, redo, undo
from core.store.editing.structures import (
    add_tag,
    delete_structures,
    remove_tag,
    rename_structure,
    restore_structures,
    tags,
)
from core.store.importing.disorder_change import DisorderSummary, Rule, change_disorder
from core.store.library.search import rows_of
from core.store.project import Project
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_choice, ask_text
from desktop_app.notes import Note, Severity
from desktop_app.session import Session

_RULES: tuple[Rule, ...] = ("keep", "majority", "enumerate")
_OTHERS = (
    "rename_structure",
    "tag_structures",
    "untag_structures",
    "delete_structures",
    "restore_structures",
    *(f"disorder_{rule}" for rule in _RULES),
)


class EditCommands(QObject):
    """Works on the structures that `selected` gives; every change is one step of undo."""

    def __init__(
        self, session: Session, actions: Actions, selected: Callable[[], list[int]], window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._actions, self._selected, self._window = session, actions, selected, window
        for name, command in {
            "undo": lambda: self._session.change_library("Undoing", undo),
            "redo": lambda: self._session.change_library("Redoing", redo),
            "rename_structure": self._rename,
            "tag_structures": lambda: self.tag(selected()),
            "untag_structures": lambda: self._untag(selected()),
            "delete_structures": lambda: self._change("Deleting", delete_structures),
            "restore_structures": lambda: self._change("Restoring", restore_structures),
        }.items():
            actions[name].triggered.connect(command)
        for rule in _RULES:
            actions[f"disorder_{rule}"].triggered.connect(partial(self._change_disorder, rule))
        for signal in (session.project_changed, session.library_changed):
            signal.connect(self._show_state)
        self._show_state()

    def _show_state(self) -> None:
        """Say in the menu what would be undone, and offer only what can be done."""
        project = self._session.project
        steps = edits(project) if project is not None else []
        done = [step.text for step in steps if not step.undone]
        undone = [step.text for step in steps if step.undone]
        for name, text in (("undo", done[-1:]), ("redo", undone[:1])):
            action = self._actions[name]
            action.setEnabled(bool(text))
            escaped = "".join(text).replace("&", "&&")  # a single one would underline a letter
            action.setText(f"{name.capitalize()} {escaped}".strip())
        for name in _OTHERS:
            self._actions[name].setEnabled(project is not None)

    def _change(self, title: str, change: Callable[[Project, list[int]], Any]) -> None:
        chosen = self._selected()
        if chosen:
            self._session.change_library(title, lambda project: change(project, chosen))

    def _rename(self) -> None:
        chosen, project = self._selected(), self._session.project
        if not chosen or project is None:
            return
        known = rows_of(project, chosen[-1:])[0].name
        name = ask_text(self._window, "Rename structure", "Name", known)
        if name is not None and name != known:
            self._session.change_library("Renaming", lambda of: rename_structure(of, chosen[-1], name))

    def tag(self, chosen: list[int]) -> None:
        """Ask for a word and mark structures with it."""
        tag = self._ask_tag("Tag structures", chosen, new=True)
        if tag is not None:
            self._session.change_library("Tagging", lambda project: add_tag(project, chosen, tag))

    def _untag(self, chosen: list[int]) -> None:
        tag = self._ask_tag("Remove tag", chosen, new=False)
        if tag is not None:
            self._session.change_library("Tagging", lambda project: remove_tag(project, chosen, tag))

    def _ask_tag(self, title: str, chosen: list[int], *, new: bool) -> str | None:
        project = self._session.project
        known = list(tags(project)) if project is not None else []
        if not chosen or not (known or new):
            return None
        return ask_choice(self._window, title, "Tag", known, new=new)

    def _change_disorder(self, rule: Rule) -> None:
        chosen = self._selected()
        if chosen:
            task = self._session.change_library(
                "Treating disorder", lambda of: change_disorder(of, chosen, rule)
            )
            task.succeeded.connect(self._on_disorder)

    def _on_disorder(self, summary: DisorderSummary) -> None:
        text = f"{summary.num_changed:,} structures changed."
        if summary.failed:
            text += f" {len(summary.failed):,} could not be: {summary.failed[0][1]}"
        self._session.notes.post(Note(Severity.WARNING if summary.failed else Severity.DONE, text))
