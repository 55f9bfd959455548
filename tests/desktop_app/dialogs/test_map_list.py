import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.store.project import Project
from desktop_app.dialogs.map_list import MapListDialog, point_rows
from desktop_app.map.embedding_map import EmbeddingMap
from desktop_app.plots.colourings import Colouring, in_categories
from desktop_app.session import Session


@pytest.fixture
def sites() -> EmbeddingMap:
    """Three sites of two structures."""
    return EmbeddingMap(
        structure_ids=np.array([1, 1, 2]),
        sites=np.array([0, 4, 0]),
        places=np.zeros((3, 2)),
        shares=np.zeros(2),
        colourings=(),
        titles={1: "salt-00, NaCl"},
        rows_of_sites={},
    )


def test_the_largest_values_come_first_and_none_last(sites: EmbeddingMap):
    rows = point_rows(sites, Colouring("Drift", np.array([0.1, np.nan, 0.5])))
    assert [row.value for row in rows] == [0.5, 0.1, None]
    assert [row.title for row in rows] == ["not in the library", "salt-00, NaCl", "salt-00, NaCl"]
    assert [row.site for row in rows] == [0, 0, 4]


def test_categories_are_told_by_name(sites: EmbeddingMap):
    rows = point_rows(sites, in_categories("Element", ["Na", "Cl", None]))
    assert [row.value for row in rows] == ["Na", "Cl", None]


def test_a_chosen_row_shows_its_site_in_the_window(
    qtbot: QtBot, session: Session, small_project, sites: EmbeddingMap, wait: int
):
    session.open_project(Project.open(small_project))
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = MapListDialog(session, sites, Colouring("Drift", np.array([0.1, 0.5, 0.2]), "Å"), parent)
    dialog.show()
    model = dialog.table.model
    assert dialog.windowTitle() == "Drift (Å)"
    assert [model.cell_text(0, column) for column in range(3)] == ["salt-00, NaCl", "5", "0.5"]
    place = dialog.table.view.visualRect(model.index(0, 0)).center()
    with qtbot.waitSignal(session.site_selected, timeout=wait):
        qtbot.mouseClick(dialog.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (session.structure_id, session.site) == (1, 4)
    dialog.close()
