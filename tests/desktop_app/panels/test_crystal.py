from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.structures.structure import Structure
from desktop_app.crystal.site_values import SiteValues
from desktop_app.crystal.style import Style
from desktop_app.panels.crystal import CrystalPanel, describe_cell
from desktop_app.session import Session

MIXED = 13  # number of the disordered structure of the small project


@pytest.fixture
def panel(filled_session: Session, shown) -> Iterator[CrystalPanel]:
    panel = shown(CrystalPanel)
    yield panel
    panel.close_page()


def show(qtbot: QtBot, session: Session, panel: CrystalPanel, structure_id: int, wait: int) -> None:
    session.select_structure(structure_id)
    qtbot.waitUntil(lambda: panel.view is not None and bool(panel.legend.entries), timeout=wait)
    with qtbot.waitSignal(panel.view.shown, timeout=wait):
        pass


def test_without_a_structure_the_panel_says_what_it_is_for(empty_session: Session, shown):
    panel = shown(CrystalPanel)
    assert panel.is_empty
    assert "Choose a structure" in panel.empty.sentence.text()
    assert panel.view is None  # the web engine is not started for nothing


def test_the_selected_structure_is_shown_with_its_cell(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int
):
    show(qtbot, filled_session, panel, 1, wait)
    assert not panel.is_empty
    assert panel.facts.text().startswith("NaCl,  8 sites,  a\N{NO-BREAK SPACE}5.000\N{NO-BREAK SPACE}Å")
    assert [name for name, _ in panel.legend.entries] == ["Na", "Cl"]
    assert panel.explanation.isHidden()


def test_disorder_is_said_in_words(qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int):
    show(qtbot, filled_session, panel, MIXED, wait)
    assert "4 of 8 sites are shared by elements or partly vacant" in panel.explanation.text()
    assert "vacant" in [name for name, _ in panel.legend.entries]


def test_values_of_sites_come_with_a_scale_and_their_unit(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int
):
    show(qtbot, filled_session, panel, 1, wait)
    filled_session.show_site_values(SiteValues("Charge", "e", np.arange(8.0), "From the model."))
    assert panel.colour_bar.isVisible()
    assert panel.colour_bar.accessibleName() == "Charge (e): colours from 0 to 7"
    assert panel.explanation.text() == "From the model."
    assert panel.color_by.choices.currentText() == "Charge"
    filled_session.show_site_values(None)
    assert panel.legend.isVisible()
    assert panel.color_by.choices.currentText() == "Element"


def test_occupancy_can_be_chosen_as_colour(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int
):
    show(qtbot, filled_session, panel, MIXED, wait)
    QTest.keyClick(panel.color_by.choices, Qt.Key.Key_Down)
    values = filled_session.site_values
    assert values is not None
    assert values.values == pytest.approx([0.75] * 4 + [1.0] * 4)
    QTest.keyClick(panel.color_by.choices, Qt.Key.Key_Up)
    assert filled_session.site_values is None


def test_views_are_offered_only_with_a_structure(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, actions, wait: int
):
    assert not actions["look_a"].isEnabled()
    show(qtbot, filled_session, panel, 1, wait)
    with qtbot.waitSignal(panel.view.shown, timeout=wait):
        actions["look_a"].trigger()


def test_a_clicked_atom_selects_its_site(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int
):
    show(qtbot, filled_session, panel, 1, wait)
    with qtbot.waitSignal(filled_session.site_selected, timeout=wait):
        panel.view.site_clicked.emit(5)
    assert filled_session.site == 5


def test_style_and_number_of_cells_lay_the_crystal_out_anew(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int
):
    show(qtbot, filled_session, panel, 1, wait)
    filled_session.select_site(2)
    with qtbot.waitSignal(panel.view.shown, timeout=wait, check_params_cb=lambda atoms: atoms == 125):
        panel.tools.cells.setValue(2)
    assert panel.tools.cells.text() == "2 × 2 × 2 cells"
    with qtbot.waitSignal(panel.view.shown, timeout=wait, check_params_cb=lambda atoms: atoms > 125):
        panel.tools.styles.setCurrentIndex(2)
    assert panel.explanation.isHidden()
    assert filled_session.site == 2
    show(qtbot, filled_session, panel, 2, wait)
    assert panel.tools.cells.value() == 1
    assert panel.tools.style_chosen is Style.POLYHEDRA


def test_clicks_measure_when_that_is_wanted(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int
):
    show(qtbot, filled_session, panel, 1, wait)
    panel.view.atom_clicked.emit(0)
    assert panel.measured.isHidden()
    QTest.mouseClick(panel.tools.measure, Qt.MouseButton.LeftButton)
    assert "Click two atoms" in panel.measured.text()
    for atom in (0, 5, 1):
        panel.view.atom_clicked.emit(atom)
    assert panel.measured.text() == "Na1 to Cl6 4.330 Å, Cl6 to Na2 2.500 Å, angle at Cl6 54.74°."
    panel.tools.cells.setValue(2)
    qtbot.waitUntil(lambda: "Click two atoms" in panel.measured.text(), timeout=wait)
    QTest.mouseClick(panel.tools.measure, Qt.MouseButton.LeftButton)
    assert panel.measured.isHidden()


def test_names_are_for_few_atoms(qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int):
    show(qtbot, filled_session, panel, 1, wait)
    QTest.mouseClick(panel.tools.names, Qt.MouseButton.LeftButton)
    assert panel.explanation.isHidden()
    panel.tools.cells.setValue(4)
    qtbot.waitUntil(lambda: "at most 400 atoms" in panel.explanation.text(), timeout=wait)


def test_a_crystal_without_polyhedra_says_so(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int, monkeypatch: pytest.MonkeyPatch
):
    copper = Structure(2.556 * np.eye(3), np.zeros((1, 3)), ({"Cu": 1.0},))
    monkeypatch.setattr(Session, "structure", copper)
    panel.tools.styles.setCurrentIndex(2)
    filled_session.structure_loaded.emit()
    qtbot.waitUntil(lambda: "there are no polyhedra" in panel.explanation.text(), timeout=wait)


def test_atoms_are_coloured_by_what_a_run_knows_of_them(
    qtbot: QtBot, trained_session: Session, shown, wait: int
):
    panel = shown(CrystalPanel)
    trained_session.select_run(next(iter(trained_session.jobs.runs)))
    show(qtbot, trained_session, panel, 1, wait)
    panel.color_by.component.setValue(2)
    qtbot.waitUntil(lambda: panel.color_by.choices.currentText() == "Embedding component", timeout=wait)
    assert panel.colour_bar.accessibleName().startswith("Embedding component 2 of 3 (arbitrary units)")
    QTest.keyClick(panel.color_by.choices, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: trained_session.site_values.title == "Cluster", timeout=wait)
    assert panel.legend.isVisible()
    assert len(panel.legend.entries) == 2
    assert panel.color_by.component.isHidden()
    trained_session.show_site_values(None)
    assert [name for name, _ in panel.legend.entries] == ["Na", "Cl"]
    panel.close_page()


def test_what_a_run_knows_is_not_offered_without_a_run(panel: CrystalPanel):
    model = panel.color_by.choices.model()
    assert [model.item(place).isEnabled() for place in range(4)] == [True, True, False, False]


def test_the_picture_is_written_with_the_scale_under_it(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int, tmp_path: Path, monkeypatch
):
    show(qtbot, filled_session, panel, 1, wait)
    path = tmp_path / "salt.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))

    def has_all_pixels() -> bool:
        # The page learns its size from the web engine, after the first crystal has been shown.
        with qtbot.waitSignal(panel.export.written, timeout=wait):
            panel.export.menu().actions()[0].trigger()
        picture = QImage(str(path))
        return picture.width() >= 2 * panel.view.width() and picture.height() > 2 * panel.view.height()

    qtbot.waitUntil(has_all_pixels, timeout=wait)


def test_the_crystal_is_written_as_a_cif(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int, tmp_path: Path, monkeypatch
):
    show(qtbot, filled_session, panel, MIXED, wait)
    path = tmp_path / "mixed"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    with qtbot.waitSignal(panel.export.written, timeout=wait):
        panel.export.menu().actions()[1].trigger()
    text = (tmp_path / "mixed.cif").read_text(encoding="utf-8")
    assert "data_mixed" in text
    assert "K 0" in text


def test_what_cannot_be_written_is_said(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int, tmp_path: Path, monkeypatch
):
    show(qtbot, filled_session, panel, 1, wait)
    nowhere = tmp_path / "missing" / "salt.cif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(nowhere), ""))
    with qtbot.waitSignal(panel.export.failed, timeout=wait) as failed:
        panel.export.menu().actions()[1].trigger()
    assert "cannot be written" in failed.args[0].message


def test_in_safe_mode_a_still_picture_is_shown_and_written(
    qtbot: QtBot, filled_session: Session, shown, wait: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    filled_session.safe_mode = True
    panel = shown(CrystalPanel)
    filled_session.select_structure(1)
    qtbot.waitUntil(lambda: bool(panel.legend.entries), timeout=wait)
    assert "safe mode" in panel.view.problem
    assert not panel.tools.measure.isEnabled()
    path = tmp_path / "salt.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    panel.export.menu().actions()[0].trigger()
    assert QImage(str(path)).width() == 2 * panel.view.width()


def test_a_cell_is_described_by_lengths_and_angles():
    hexagonal = Structure(
        np.array([[3.0, 0, 0], [-1.5, 3 * 3**0.5 / 2, 0], [0, 0, 5.0]]), np.zeros((1, 3)), ({"Mg": 1.0},)
    )
    assert describe_cell(hexagonal).replace("\N{NO-BREAK SPACE}", " ") == (
        "Mg,  1 site,  a 3.000 Å  b 3.000 Å  c 5.000 Å,  α 90.0°  β 90.0°  γ 120.0°"
    )
