import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from desktop_app.look.plain_text import TIE
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
    words = panel.figures.text().replace(TIE, " ")  # which keeps numbers and units on one line
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


def test_the_worst_held_out_predictions_choose_their_structure(
    qtbot: QtBot, panel: PredictionsPanel, trained_session: Session
):
    bar = panel.views.tabBar()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(4).center())
    worst = panel.views.worst
    assert worst.isVisible()
    assert worst.model.rowCount() == 3
    place = worst.view.visualRect(worst.model.index(0, 0)).center()
    qtbot.mouseClick(worst.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert trained_session.structure_id == worst.model.row(0).prediction.structure_id


def test_errors_are_told_by_element_and_by_distance(panel: PredictionsPanel):
    elements = panel.views.elements.model
    assert {elements.row(k).symbol for k in range(elements.rowCount())} == {"Na", "Cl"}
    assert elements.titles()[1] == "Mean error (eV)"
    assert len(panel.views.novelty.points.getData()[0]) == 3


def test_all_predictions_can_be_written_to_a_file(panel: PredictionsPanel, tmp_path: Path):
    panel.export.write(tmp_path / "predictions.csv")
    lines = (tmp_path / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("structure_id,name,property,measured,bound,predicted,lower,upper,split")
    assert len(lines) == 14
    assert lines[1].startswith("1,salt-00,gap,5.0,,5.2,4.0,9.0,train")


def test_a_run_of_an_earlier_version_takes_unit_and_scale_from_its_model(
    qtbot: QtBot, panel: PredictionsPanel, trained_session: Session, wait: int
):
    run = trained_session.jobs.runs["0001-finetune-gap"]
    header = {"siteloupe": json.dumps({"properties": [{"name": "gap", "unit": "meV"}]})}
    save_file({"a": np.zeros(1, np.float32)}, run.folder.start_model_file, header)
    assert run.spec is not None
    run.spec = run.spec.model_copy(update={"kind": "predict", "properties": ()})
    trained_session.jobs.ingested.emit(run.name)
    qtbot.waitUntil(lambda: "Measured (meV)" in panel.table.model.titles(), timeout=wait)


def test_predictions_without_measured_values_stand_in_their_order(
    qtbot: QtBot, panel: PredictionsPanel, trained_session: Session
):
    assert panel.plot.isVisible()
    rows = [replace(row, measured=None, split="new") for row in panel._answer.rows]
    panel._on_loaded(replace(panel._answer, rows=rows, breakdowns={}, known={}))
    assert not panel.plot.isVisible()
    assert panel.ranked.isVisible()
    assert panel.views.tabText(0) == "Predicted"
    assert [panel.views.isTabVisible(place) for place in range(1, panel.views.count())] == [False] * 4
    assert "Nothing measured stands beside" in panel.figures.text()
    panel.ranked.point_clicked.emit(6)
    assert trained_session.structure_id == 6
    assert len(panel.ranked.selected.getData()[0]) == 1


def test_what_was_measured_is_no_candidate_even_where_a_prediction_does_not_know_it(panel: PredictionsPanel):
    rows = [replace(row, measured=None, split="new") for row in panel._answer.rows]
    panel._on_loaded(replace(panel._answer, rows=rows, breakdowns={}))
    panel.ranks.box.setCurrentText("Highest value")
    assert [panel.table.model.row(0).prediction.name, panel.table.model.rowCount()] == ["mixed", 1]
