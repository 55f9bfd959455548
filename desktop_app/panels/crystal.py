"""The crystal in the middle: 3-D view, what its colours mean, and its cell in numbers."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout

from core.structures.structure import Structure
from desktop_app.actions import Actions
from desktop_app.crystal.scene import Scene, build_scene
from desktop_app.crystal.site_values import SiteValues
from desktop_app.look.colours import color_values, value_range
from desktop_app.look.theme import inks_of
from desktop_app.panel import Panel
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.colour_bar import ColourBar
from desktop_app.widgets.crystal_view import CrystalView
from desktop_app.widgets.element_legend import ElementLegend
from desktop_app.widgets.empty_state import EmptyState

_BY_ELEMENT, _BY_OCCUPANCY = "element", "occupancy"
_TIE = "\N{NO-BREAK SPACE}"
_DIRECTIONS = ("corner", "a", "b", "c")


class CrystalPanel(Panel):
    """Shows the selected structure; clicking an atom selects its site."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Crystal", "", "")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["import_folder"].trigger)
        self.view: CrystalView | None = None
        self.color_by = QComboBox()
        self.color_by.setAccessibleName("Colour atoms by")
        self.color_by.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.color_by.addItem("Element", _BY_ELEMENT)
        self.color_by.addItem("Occupancy", _BY_OCCUPANCY)
        self.legend = ElementLegend()
        self.colour_bar = ColourBar()
        self._scale = QStackedWidget()
        self._scale.addWidget(self.legend)
        self._scale.addWidget(self.colour_bar)
        self.facts = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.explanation = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._building = LatestTask(session.tasks)
        self._lay_out()
        self._connect()
        self._on_structure()

    def close_page(self) -> None:
        """Take the web engine down; may be called twice."""
        if self.view is not None:
            self.view.close_page()

    def follow_theme(self) -> None:
        """Give the view the colours of the theme."""
        if self.view is not None:
            inks = inks_of(self)
            self.view.set_inks(QColor(inks.base), QColor(inks.faint))

    def _connect(self) -> None:
        session = self.session
        session.project_changed.connect(self._on_structure)
        session.structure_loaded.connect(self._on_structure)
        session.site_selected.connect(self._on_site)
        session.site_values_changed.connect(self._on_values)
        self.color_by.activated.connect(self._on_color_chosen)
        for direction in _DIRECTIONS:
            action = self.actions_table[f"look_{direction}"]
            action.triggered.connect(lambda checked=False, name=direction: self._look(name))

    def _on_structure(self) -> None:
        structure = self.session.structure
        for direction in _DIRECTIONS:
            self.actions_table[f"look_{direction}"].setEnabled(structure is not None)
        if structure is None:
            self._building.abandon()
            if self.session.structure_id is None:
                self.show_empty("Choose a structure in the table to see it here.")
            return
        self._building.start(
            lambda control: _lay_out_scene(structure), self._on_scene, self.session.notes.error
        )
        self.facts.setText(describe_cell(structure))

    def _on_scene(self, scene: Scene) -> None:
        self.show_content()
        view = self._ready_view()
        view.show_scene(scene)
        self.legend.show_scene(scene)
        self._on_values()
        self._on_site()

    def _ready_view(self) -> CrystalView:
        """The web engine starts with the first crystal, not with the window."""
        if self.view is None:
            self.view = CrystalView(with_web=not self.session.safe_mode)
            self.view.site_clicked.connect(self.session.select_site)
            layout = self.content.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(1, self.view, 1)
            self.follow_theme()
        return self.view

    def _on_site(self) -> None:
        if self.view is not None:
            self.view.highlight_site(self.session.site)

    def _on_values(self) -> None:
        values = self.session.site_values
        self._name_coloring(values)
        if self.view is None:
            return
        self.explanation.setText(values.explanation if values else self._disorder_sentence())
        self.explanation.setVisible(bool(self.explanation.text()))
        if values is None:
            self._scale.setCurrentWidget(self.legend)
            self.view.color_sites(None)
        else:
            self.colour_bar.show_scale(values.title, values.unit, *value_range(values.values))
            self._scale.setCurrentWidget(self.colour_bar)
            self.view.color_sites(color_values(values.values))

    def _name_coloring(self, values: SiteValues | None) -> None:
        """Show in the box what the atoms are coloured by; other panels' values are a third entry."""
        while self.color_by.count() > 2:
            self.color_by.removeItem(2)
        if values is None:
            self.color_by.setCurrentIndex(0)
        elif values.title == "Occupancy":
            self.color_by.setCurrentIndex(1)
        else:
            self.color_by.addItem(values.title)
            self.color_by.setCurrentIndex(2)

    def _on_color_chosen(self, index: int) -> None:
        structure = self.session.structure
        if self.color_by.itemData(index) == _BY_ELEMENT:
            self.session.show_site_values(None)
        elif self.color_by.itemData(index) == _BY_OCCUPANCY and structure is not None:
            sentence = "The share of each site that is filled, all its elements together."
            values = SiteValues("Occupancy", "", np.array(structure.occupancies), sentence)
            self.session.show_site_values(values)

    def _disorder_sentence(self) -> str:
        structure = self.session.structure
        if structure is None or structure.is_ordered:
            return ""
        partial = sum(len(site) > 1 or sum(site.values()) < 1 - 1e-3 for site in structure.species)
        return (
            f"Disordered: {partial} of {structure.num_sites} sites are shared by elements or partly vacant. "
            "Their wedges are as wide as the occupancies; white is vacant."
        )

    def _look(self, direction: str) -> None:
        if self.view is not None:
            self.view.look(direction)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        for direction in _DIRECTIONS:
            button = QToolButton(autoRaise=True)
            button.setDefaultAction(self.actions_table[f"look_{direction}"])
            button.setAccessibleName(button.text())
            top.addWidget(button)
        top.addStretch(1)
        top.addWidget(QLabel("Colour by"))
        top.addWidget(self.color_by)
        layout.addLayout(top)
        layout.addWidget(self._scale)
        layout.addWidget(self.explanation)
        layout.addWidget(self.facts)


def _lay_out_scene(structure: Structure) -> Scene:
    """Build the scene and its text for the page, both in the thread that calls."""
    scene = build_scene(structure)
    _ = scene.page_json
    return scene


def describe_cell(structure: Structure) -> str:
    """Formula, number of sites and cell parameters in one line."""
    lengths = np.linalg.norm(structure.lattice, axis=1)
    unit = structure.lattice / lengths[:, None]
    cosines = np.array([unit[1] @ unit[2], unit[0] @ unit[2], unit[0] @ unit[1]])
    angles = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    cell = "  ".join(f"{name}{_TIE}{length:.3f}{_TIE}Å" for name, length in zip("abc", lengths, strict=True))
    corners = "  ".join(f"{name}{_TIE}{angle:.1f}°" for name, angle in zip("αβγ", angles, strict=True))
    sites = "site" if structure.num_sites == 1 else "sites"
    return f"{structure.formula},  {structure.num_sites} {sites},  {cell},  {corners}"
