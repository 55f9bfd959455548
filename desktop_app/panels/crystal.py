"""The crystal in the middle: 3-D view, what its colours mean, and its cell in numbers."""

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QStackedWidget, QToolButton, QVBoxLayout

from core.structures.structure import Structure
from desktop_app.actions import Actions
from desktop_app.crystal.colour_box import ColourBox
from desktop_app.crystal.element_legend import ElementLegend
from desktop_app.crystal.export import CrystalExport
from desktop_app.crystal.measurement import measure, pick
from desktop_app.crystal.scene import Scene, build_scene, most_cells
from desktop_app.crystal.style import Style
from desktop_app.crystal.tool_actions import ToolActions
from desktop_app.crystal.view import CrystalView
from desktop_app.crystal.view_tools import CrystalTools
from desktop_app.look.plain_text import TIE
from desktop_app.look.theme import inks_of
from desktop_app.panel import Panel
from desktop_app.plots.colour_bar import ColourBar
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.wrapping_row import WrappingRow

_DIRECTIONS = ("corner", "a", "b", "c")
_VIEW_PLACE = 2  # under the two rows of tools
_MOST_NAMED = 400  # atoms; each name is a small picture of its own


class CrystalPanel(Panel):
    """Shows the selected structure; clicking an atom selects its site."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Crystal", "", "")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["import_folder"].trigger)
        self.view: CrystalView | None = None
        self.tools = CrystalTools()
        self._tool_actions = ToolActions(actions, self.tools)
        self.export = CrystalExport()
        self.color_by = ColourBox(session)
        self.legend = ElementLegend()
        self.colour_bar = ColourBar()
        self._scale = QStackedWidget()
        self._scale.addWidget(self.legend)
        self._scale.addWidget(self.colour_bar)
        self.facts = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.explanation = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.measured = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.measured.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.measured.hide()
        self._scene: Scene | None = None
        self._picked: tuple[int, ...] = ()
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
        self.tools.changed.connect(lambda: self._build(keep_direction=True))
        self.tools.names_wanted.connect(self._name_atoms)
        self.tools.measuring.connect(lambda on: self._pick(()))
        self.export.picture_wanted.connect(self._take_picture)
        self.export.written.connect(session.notes.done)
        self.export.failed.connect(session.notes.error)
        for direction in _DIRECTIONS:
            action = self.actions_table[f"look_{direction}"]
            action.triggered.connect(lambda checked=False, name=direction: self._look(name))

    def _on_structure(self) -> None:
        structure = self.session.structure
        for direction in _DIRECTIONS:
            self.actions_table[f"look_{direction}"].setEnabled(structure is not None)
        self._tool_actions.allow(structure is not None)
        if structure is None:
            self._building.abandon()
            if self.session.structure_id is None:
                self.show_empty("Choose a structure in the table to see it here.")
            return
        self.tools.begin_anew(most_cells(structure))
        self.export.show_structure(structure)
        self.facts.setText(describe_cell(structure))
        self._build(keep_direction=False)

    def _build(self, *, keep_direction: bool) -> None:
        """Lay the structure out as the tools say, in a thread."""
        structure, cells, style = self.session.structure, self.tools.cells.value(), self.tools.style_chosen
        if structure is not None:
            self._building.start(
                lambda control: _lay_out_scene(structure, cells, style),
                partial(self._on_scene, keep_direction),
                self.session.notes.error,
            )

    def _on_scene(self, keep_direction: bool, scene: Scene) -> None:
        self._scene = scene
        self.show_content()
        view = self._ready_view()
        view.show_scene(scene, keep_direction=keep_direction)
        self.legend.show_scene(scene)
        self._name_atoms()
        self._pick(())
        self._on_values()
        self._on_site()

    def _ready_view(self) -> CrystalView:
        """The web engine starts with the first crystal, not with the window."""
        if self.view is None:
            self.view = CrystalView(with_web=not self.session.safe_mode)
            self.view.site_clicked.connect(self.session.select_site)
            self.view.atom_clicked.connect(self._on_atom)
            self.view.unavailable.connect(self._do_without_page)
            if self.view.problem:
                self._do_without_page()
            self.view.pictured.connect(lambda picture: self.export.write_picture(picture, self._scale))
            layout = self.content.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(_VIEW_PLACE, self.view, 1)
            self.follow_theme()
        return self.view

    def _do_without_page(self) -> None:
        self.tools.do_without_page()
        self._tool_actions.allow(self.session.structure is not None)

    def _on_site(self) -> None:
        if self.view is not None:
            self.view.highlight_site(self.session.site)

    def _name_atoms(self) -> None:
        if self.view is not None and self._scene is not None:
            few = len(self._scene.atom_site) <= _MOST_NAMED
            self.view.name_atoms(self.tools.names.isChecked() and few)
            self._explain()

    def _on_atom(self, atom: int) -> None:
        if self.tools.measure.isChecked():
            self._pick(pick(self._picked, atom))

    def _pick(self, atoms: tuple[int, ...]) -> None:
        """Measure between these atoms of the scene, or nothing when that is not wanted."""
        wanted, self._picked = self.tools.measure.isChecked(), atoms
        self.measured.setVisible(wanted)
        if self.view is not None and self._scene is not None:
            found = measure(self._scene, atoms)
            self.measured.setText(found.sentence)
            self.view.show_measurement(found if wanted and atoms else None)

    def _take_picture(self) -> None:
        if self.view is not None:
            self.view.take_picture()

    def _on_values(self) -> None:
        values = self.session.site_values
        if self.view is None:
            return
        self._explain()
        self.view.color_sites(None if values is None else values.colors())
        if values is None:
            self._scale.setCurrentWidget(self.legend)
            if self._scene is not None:
                self.legend.show_scene(self._scene)
        elif values.categories:
            self._scale.setCurrentWidget(self.legend)
            self.legend.show_entries(values.title, values.entries())
        else:
            self.colour_bar.show_scale(values.title, values.unit, *values.scale)
            self._scale.setCurrentWidget(self.colour_bar)

    def _explain(self) -> None:
        """Say what the colours are, and what was asked for and cannot be seen."""
        values, scene = self.session.site_values, self._scene
        parts = [values.explanation if values else self._disorder_sentence()]
        if scene is not None:
            if self.tools.style_chosen is Style.POLYHEDRA and not scene.polyhedra:
                parts.append("No site has four to eight bonded non-metals around it: there are no polyhedra.")
            if self.tools.names.isChecked() and len(scene.atom_site) > _MOST_NAMED:
                parts.append(f"Names are written where at most {_MOST_NAMED} atoms are shown.")
        self.explanation.setText(" ".join(part for part in parts if part))
        self.explanation.setVisible(bool(self.explanation.text()))

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
        views, drawing = WrappingRow(), WrappingRow()
        for direction in _DIRECTIONS:
            button = QToolButton(autoRaise=True)
            button.setDefaultAction(self.actions_table[f"look_{direction}"])
            button.setAccessibleName(button.text())
            views.addWidget(button)
        views.addWidget(self.color_by)
        drawing.addWidget(self.tools)
        drawing.addWidget(self.export)
        layout.addLayout(views)
        layout.addLayout(drawing)
        layout.addWidget(self._scale)
        layout.addWidget(self.measured)
        layout.addWidget(self.explanation)
        layout.addWidget(self.facts)


def _lay_out_scene(structure: Structure, cells: int, style: Style) -> Scene:
    """Build the scene and its text for the page, both in the thread that calls."""
    scene = build_scene(structure, cells, style)
    _ = scene.page_json
    return scene


def describe_cell(structure: Structure) -> str:
    """Formula, number of sites and cell parameters in one line."""
    lengths = np.linalg.norm(structure.lattice, axis=1)
    unit = structure.lattice / lengths[:, None]
    cosines = np.array([unit[1] @ unit[2], unit[0] @ unit[2], unit[0] @ unit[1]])
    angles = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    cell = "  ".join(f"{name}{TIE}{length:.3f}{TIE}Å" for name, length in zip("abc", lengths, strict=True))
    corners = "  ".join(f"{name}{TIE}{angle:.1f}°" for name, angle in zip("αβγ", angles, strict=True))
    sites = "site" if structure.num_sites == 1 else "sites"
    return f"{structure.formula},  {structure.num_sites} {sites},  {cell},  {corners}"
