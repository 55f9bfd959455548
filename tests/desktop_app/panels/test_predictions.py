import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.panels.predictions import PredictionsPanel, describe_errors
from desktop_app.session import Session

FIGURES = {
    "unit": "eV",
    "test": {
        "mae": 0.2134,
        "mae_mean_baseline": 1.0,
        "mae_forest_baseline": 0.4,
        "num_labels": 38,
        "num_bounds": 0,
    },
}


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
    assert panel.table.model.titles()[1:4] == ["Measured (eV)", "Predicted (eV)", "Error (eV)"]
    assert [panel.table.model.cell_text(3, column) for column in (1, 2, 3)] == ["<5.9", "6.1", "+0.2"]


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


def test_the_figures_of_bounds_are_counted():
    figures = {**FIGURES, "test": {**FIGURES["test"], "num_bounds": 5}}
    assert "38 held-out values (5 of them bounds)" in describe_errors(figures)


@pytest.mark.parametrize("figures", [None, {}, {"unit": "eV", "test": {}}, {"unit": "eV", "test": None}])
def test_without_held_out_values_no_error_is_claimed(figures):
    assert describe_errors(figures) == "No measured structure was held out: there is no fair error to show."


def test_without_baselines_only_the_error_is_told():
    assert describe_errors({"unit": "", "test": {"mae": 0.5, "num_labels": 3}}) == (
        "Mean absolute error 0.5 on 3 held-out values."
    )
