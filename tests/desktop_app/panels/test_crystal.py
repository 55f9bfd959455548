from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.structures.structure import Structure
from desktop_app.crystal.site_values import SiteValues
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
    assert panel.color_by.currentText() == "Charge"
    filled_session.show_site_values(None)
    assert panel.legend.isVisible()
    assert panel.color_by.currentText() == "Element"


def test_occupancy_can_be_chosen_as_colour(
    qtbot: QtBot, filled_session: Session, panel: CrystalPanel, wait: int
):
    show(qtbot, filled_session, panel, MIXED, wait)
    QTest.keyClick(panel.color_by, Qt.Key.Key_Down)
    values = filled_session.site_values
    assert values is not None
    assert values.values == pytest.approx([0.75] * 4 + [1.0] * 4)
    QTest.keyClick(panel.color_by, Qt.Key.Key_Up)
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


def test_a_cell_is_described_by_lengths_and_angles():
    hexagonal = Structure(
        np.array([[3.0, 0, 0], [-1.5, 3 * 3**0.5 / 2, 0], [0, 0, 5.0]]), np.zeros((1, 3)), ({"Mg": 1.0},)
    )
    assert describe_cell(hexagonal).replace("\N{NO-BREAK SPACE}", " ") == (
        "Mg,  1 site,  a 3.000 Å  b 3.000 Å  c 5.000 Å,  α 90.0°  β 90.0°  γ 120.0°"
    )
