"""What the atoms are coloured by: chosen here, or shown here when another panel has chosen it."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from core.errors import CoreError
from core.jobs.run_folder import Status
from desktop_app.crystal.run_values import cluster_values, component_values
from desktop_app.crystal.site_values import SiteValues
from desktop_app.session import Session
from desktop_app.tasks import LatestTask

_ELEMENT, _OCCUPANCY, _COMPONENT, _CLUSTER = "element", "occupancy", "component", "cluster"
_ENTRIES = {
    _ELEMENT: "Element",
    _OCCUPANCY: "Occupancy",
    _COMPONENT: "Embedding component",
    _CLUSTER: "Cluster of sites",
}
_OF_RUNS = (_COMPONENT, _CLUSTER)
_NO_RUN = "Select a completed run: its embeddings of the sites are shown."


class ColourBox(QWidget):
    """Puts the chosen values into the session; values of other panels are one more entry."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._working = LatestTask(session.tasks)
        self._own: tuple[str, SiteValues] | None = None  # what was last chosen here
        self.choices = QComboBox()
        self.choices.setAccessibleName("Colour atoms by")
        self.choices.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for key, words in _ENTRIES.items():
            self.choices.addItem(words, key)
        self.component = QSpinBox(minimum=1, maximum=999)
        self.component.setAccessibleName("Component of the embeddings")
        self.component.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (QLabel("Colour by"), self.choices, self.component):
            layout.addWidget(part)
        self.choices.activated.connect(self._on_chosen)
        self.component.valueChanged.connect(lambda value: self._ask_run(_COMPONENT))
        session.site_values_changed.connect(self._show_present)
        session.structure_selected.connect(self._on_structure)
        session.run_selected.connect(self._offer)
        session.jobs.ended.connect(self._offer)
        self._offer()

    def _on_structure(self) -> None:
        self._working.abandon()
        self._show_present()

    def _offer(self) -> None:
        """Enable what the selected run can tell, or say what stands in its way."""
        run = self._session.run
        able = run is not None and run.status is Status.COMPLETED and run.folder.embeddings_file.exists()
        model = self.choices.model()
        assert isinstance(model, QStandardItemModel)
        for key in _OF_RUNS:
            place = self.choices.findData(key)
            model.item(place).setEnabled(able)
            self.choices.setItemData(place, "" if able else _NO_RUN, Qt.ItemDataRole.ToolTipRole)

    def _on_chosen(self, place: int) -> None:
        key, structure = self.choices.itemData(place), self._session.structure
        self._working.abandon()
        if key == _ELEMENT:
            self._session.show_site_values(None)
        elif key == _OCCUPANCY and structure is not None:
            sentence = "The share of each site that is filled, all its elements together."
            filled = np.array(structure.occupancies)
            self._give(key, SiteValues("Occupancy", "share", filled, sentence, limits=(0.0, 1.0)))
        elif key in _OF_RUNS:
            self._ask_run(key)

    def _ask_run(self, key: str) -> None:
        """Read what the selected run knows of the sites; large runs take their time."""
        run, number = self._session.run, self._session.structure_id
        if run is None or number is None:
            self._show_present()
            return
        if key == _COMPONENT:
            question = partial(component_values, run.folder, number, self.component.value())
        else:
            question = partial(cluster_values, run.folder, number)
        self._working.start(lambda control: question(), partial(self._give, key), self._on_failed)

    def _give(self, key: str, values: SiteValues) -> None:
        self._own = key, values
        self._session.show_site_values(values)

    def _on_failed(self, error: CoreError) -> None:
        self._session.notes.error(error)
        self._show_present()

    def _show_present(self) -> None:
        """Name what the atoms are coloured by at present."""
        values = self._session.site_values
        while self.choices.count() > len(_ENTRIES):
            self.choices.removeItem(len(_ENTRIES))
        key = _ELEMENT
        if values is not None:
            key = self._own[0] if self._own is not None and self._own[1] is values else ""
        if not key and values is not None:
            self.choices.addItem(values.title, key)
        self.choices.setCurrentIndex(self.choices.findData(key))
        self.component.setVisible(key == _COMPONENT)
