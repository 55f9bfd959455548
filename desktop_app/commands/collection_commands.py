"""Collections: fill, empty, rename, delete and restore them."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.store.editing.collections import (
    add_members,
    delete_collection,
    deleted_collections,
    make_collection,
    remove_members,
    rename_collection,
    restore_collection,
)
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_choice, ask_text
from desktop_app.notes import Note, Severity
from desktop_app.session import Session

_OF_THE_SHOWN = ("remove_from_collection", "rename_collection", "delete_collection")


class CollectionCommands(QObject):
    """Works on the shown collection and on the structures that `selected` gives; all of it can be undone."""

    def __init__(
        self, session: Session, actions: Actions, selected: Callable[[], list[int]], window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._actions, self._selected, self._window = session, actions, selected, window
        for name, command in {
            "add_to_collection": lambda: self.add(selected()),
            "remove_from_collection": self._remove,
            "rename_collection": self._rename,
            "delete_collection": self._delete,
            "restore_collection": self._restore,
        }.items():
            actions[name].triggered.connect(command)
        for signal in (session.project_changed, session.library_changed, session.collection_selected):
            signal.connect(self._show_state)
        self._show_state()

    def _show_state(self) -> None:
        project = self._session.project
        self._actions["add_to_collection"].setEnabled(project is not None)
        for name in _OF_THE_SHOWN:
            self._actions[name].setEnabled(self._session.collection is not None)
        deleted = [] if project is None else deleted_collections(project)
        self._actions["restore_collection"].setEnabled(bool(deleted))

    def add(self, chosen: list[int]) -> None:
        """Ask for a collection, known or new, and put structures into it."""
        project = self._session.project
        if project is None or not chosen:
            return
        known = [row.name for row in project.collections()]
        name = ask_choice(self._window, "Add to collection", "Collection, or a new name", known, new=True)
        if name is not None:
            put = add_members if name in known else make_collection
            self._session.change_library("Adding", lambda of: put(of, name, chosen))

    def _remove(self) -> None:
        name, chosen = self._session.collection, self._selected()
        if name is not None and chosen:
            self._session.change_library("Removing", lambda of: remove_members(of, name, chosen))

    def _rename(self) -> None:
        known = self._session.collection
        name = ask_text(self._window, "Rename collection", "Name", known or "")
        if known is not None and name is not None:
            task = self._session.change_library("Renaming", lambda of: rename_collection(of, known, name))
            task.succeeded.connect(lambda result: self._session.select_collection(name))

    def _delete(self) -> None:
        """Asks nothing, since nothing is lost: the note offers to undo it."""
        name = self._session.collection
        if name is not None:
            task = self._session.change_library("Deleting", lambda of: delete_collection(of, name))
            task.succeeded.connect(lambda result: self._on_deleted(name))

    def _on_deleted(self, name: str) -> None:
        self._session.select_collection(None)
        text = f"The collection '{name}' is deleted; its structures stay in the library."
        undo = self._actions["undo"].trigger
        self._session.notes.post(Note(Severity.DONE, text, action_label="Undo", action=undo))

    def _restore(self) -> None:
        project = self._session.project
        known = deleted_collections(project) if project is not None else []
        name = ask_choice(self._window, "Restore collection", "Deleted collection", known, new=False)
        if name is not None:
            task = self._session.change_library("Restoring", lambda of: restore_collection(of, name))
            task.succeeded.connect(lambda result: self._session.select_collection(name))
