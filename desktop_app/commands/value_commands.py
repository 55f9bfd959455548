"""Measured values and their properties: type another value, rename a property."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.store.editing.structures import remove_labels, rename_property, set_label
from core.store.library.search import labels_of
from core.store.rows import PropertyRow
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_choice, ask_text
from desktop_app.session import Session
from desktop_app.tasks import LatestTask


class ValueCommands(QObject):
    """Works on the structures that `selected` gives; every change is one step of undo."""

    def __init__(
        self, session: Session, actions: Actions, selected: Callable[[], list[int]], window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._actions, self._selected, self._window = session, actions, selected, window
        self._asking = LatestTask(session.tasks)
        actions["edit_value"].triggered.connect(self._edit_value)
        actions["rename_property"].triggered.connect(self._rename_property)
        for signal in (session.project_changed, session.library_changed):
            signal.connect(self._show_state)
        self._show_state()

    def set_value(self, structure_id: int, property_name: str, text: str) -> None:
        """Store a value as typed; an empty text takes the value away."""
        if text.strip():
            self._session.change_library(
                "Storing value", lambda of: set_label(of, structure_id, property_name, text.strip())
            )
        else:
            self._session.change_library(
                "Removing value", lambda of: remove_labels(of, [structure_id], property_name)
            )

    def _show_state(self) -> None:
        """Offer what needs a property where there is one; a thread asks, since it counts all values."""
        self._asking.abandon()
        if self._session.project is None:
            self._offer(False)
        else:
            question = self._session.ask(lambda project: bool(project.properties()))
            self._asking.start(question, self._offer, self._session.notes.error)

    def _offer(self, has_properties: bool) -> None:
        for name in ("edit_value", "rename_property"):
            self._actions[name].setEnabled(has_properties)

    def _edit_value(self) -> None:
        project, chosen = self._session.project, self._selected()
        if project is None or not chosen:
            return
        prop = self._choose_property("Edit value", project.properties())
        if prop is None:
            return
        number = chosen[-1]
        label = labels_of(project, [number]).get(number, {}).get(prop.name)
        known = "" if label is None else label.raw
        unit = f" in {prop.unit}" if prop.unit else ""
        words = f"{prop.name}{unit}, such as 1.2e-3, 1.20(3) or <1E-10; empty for none"
        text = ask_text(self._window, "Edit value", words, known, blank=True)
        if text is not None and text != known:
            self.set_value(number, prop.name, text)

    def _rename_property(self) -> None:
        project = self._session.project
        prop = None if project is None else self._choose_property("Rename property", project.properties())
        if prop is None:
            return
        name = ask_text(self._window, "Rename property", "Name", prop.name)
        if name is not None and name != prop.name:
            self._session.change_library("Renaming", lambda of: rename_property(of, prop.name, name))

    def _choose_property(self, title: str, known: list[PropertyRow]) -> PropertyRow | None:
        """Ask which property is meant, unless there is only one."""
        if len(known) == 1:
            return known[0]
        name = ask_choice(self._window, title, "Property", [prop.name for prop in known], new=False)
        return next((prop for prop in known if prop.name == name), None)
