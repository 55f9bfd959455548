from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.panels.predictions import PredictionsPanel
from desktop_app.session import Session


@pytest.fixture
def panel(qtbot: QtBot, trained_session: Session, shown, wait: int) -> PredictionsPanel:
    panel = shown(PredictionsPanel)
    qtbot.waitUntil(lambda: panel.table.model.rowCount() == 13, timeout=wait)
    return panel


def test_an_empty_project_is_told_where_predictions_come_from(
    qtbot: QtBot, empty_session: Session, actions, shown
):
    panel = shown(PredictionsPanel)
    assert "Fine-tune" in panel.empty.sentence.text()
    with qtbot.waitSignal(actions["show_train"].triggered):
        qtbot.mouseClick(panel.empty.button, Qt.MouseButton.LeftButton)


def test_measured_and_predicted_stand_side_by_side_in_their_unit(panel: PredictionsPanel):
    titles = ["Measured (eV)", "Predicted (eV)", "90 % interval", "Error (eV)"]
    assert panel.table.model.titles()[1:5] == titles
    assert [panel.table.model.cell_text(3, k) for k in (1, 2, 3, 4)] == ["<5.9", "6.1", "4 to 9", "+0.2"]


def test_the_parity_plot_has_the_held_out_points(panel: PredictionsPanel):
    assert len(panel.plot.points["test"].getData()[0]) == 3
    assert panel.plot.plot.getAxis("left").labelText == "predicted gap (eV)"


def test_the_error_stands_beside_both_baselines(panel: PredictionsPanel):
    words = panel.figures.text()
    assert "0.21 eV on 3 held-out values" in words
    assert "guessing the mean 1 eV" in words
    assert "random forest on the composition 0.4 eV" in words


def test_choosing_a_row_selects_the_structure_and_rings_its_point(
    qtbot: QtBot, panel: PredictionsPanel, trained_session: Session
):
    place = panel.table.view.visualRect(panel.table.model.index(2, 0)).center()
    qtbot.mouseClick(panel.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert trained_session.structure_id == panel.table.model.row(2).structure_id
    assert panel.plot.selected.getData()[0] == pytest.approx([panel.table.model.row(2).measured])


def test_a_point_selects_the_structure(panel: PredictionsPanel, trained_session: Session):
    panel.plot.point_clicked.emit(6)
    assert trained_session.structure_id == 6
    assert panel.table.selected_row().structure_id == 6


def test_candidates_are_ranked_and_choosing_one_selects_its_structure(
    qtbot: QtBot, panel: PredictionsPanel, trained_session: Session
):
    panel.ranks.box.setCurrentText("Highest value")
    assert panel.table.model.rowCount() == 1  # one structure has no measured value
    assert panel.table.model.titles()[:2] == ["Rank", "Name"]
    place = panel.table.view.visualRect(panel.table.model.index(0, 1)).center()
    qtbot.mouseClick(panel.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert trained_session.structure_id == panel.table.model.row(0).prediction.structure_id
    panel.ranks.box.setCurrentText("All predictions")
    assert panel.table.model.rowCount() == 13


def test_a_new_order_forgets_the_column_that_was_sorted_by(panel: PredictionsPanel):
    panel.table.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    panel.ranks.box.setCurrentText("Lowest value")
    assert panel.table.view.horizontalHeader().sortIndicatorSection() == -1


def test_what_cannot_be_ranked_is_said_and_all_are_shown(panel: PredictionsPanel):
    rows = panel._answer.rows
    panel._on_loaded(replace(panel._answer, rows=[replace(row, upper=None, lower=None) for row in rows]))
    panel.ranks.box.setCurrentText("Most uncertain")
    assert "equally uncertain" in panel.figures.text()
    assert panel.table.model.rowCount() == 13
