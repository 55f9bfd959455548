from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.jobs.results.attention import AttentionMap
from core.store.editing.collections import make_collection
from core.store.project import Project
from desktop_app.panels.attention import AttentionPanel, describe_sum
from desktop_app.session import Session


@pytest.fixture
def panel(qtbot: QtBot, trained_session: Session, shown, wait: int) -> AttentionPanel:
    panel = shown(AttentionPanel)
    with qtbot.waitSignal(trained_session.structure_loaded, timeout=wait):
        trained_session.select_structure(1)
    qtbot.waitUntil(lambda: panel.table.model.rowCount() == 8, timeout=wait)
    return panel


def click_site(qtbot: QtBot, panel: AttentionPanel, line: int) -> None:
    place = panel.table.view.visualRect(panel.table.model.index(line, 0)).center()
    qtbot.mouseClick(panel.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_an_empty_project_is_told_where_attention_comes_from(
    qtbot: QtBot, empty_session: Session, actions, shown
):
    panel = shown(AttentionPanel)
    assert "Train a network" in panel.empty.sentence.text()
    with qtbot.waitSignal(actions["show_train"].triggered):
        qtbot.mouseClick(panel.empty.button, Qt.MouseButton.LeftButton)


def test_the_sites_are_listed_and_the_user_is_asked_to_choose(panel: AttentionPanel):
    assert "Choose a site" in panel.sentence.text()
    assert "2 distinct sites" in panel.sentence.text()
    assert [panel.table.model.cell_text(0, column) for column in (0, 1, 2)] == ["Na1", "Na", ""]


def test_a_chosen_site_colours_the_atoms_by_its_attention(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session
):
    click_site(qtbot, panel, 1)
    values = trained_session.site_values
    assert values is not None
    assert values.title == "Attention of Na2"
    assert values.values == pytest.approx([0.25] * 4 + [0.75] * 4)
    assert panel.table.model.cell_text(4, 2) == "75.0%"


def test_the_weights_are_shown_to_sum_to_one(qtbot: QtBot, panel: AttentionPanel):
    click_site(qtbot, panel, 0)
    assert panel.sentence.text() == "Attention of Na1 over 2 distinct sites; the weights sum to 1.000."


def test_a_clicked_atom_chooses_its_site_here(panel: AttentionPanel, trained_session: Session):
    trained_session.select_site(6)
    assert panel.table.selected_row().site == 6
    assert trained_session.site_values.title == "Attention of Cl7"


def test_colouring_can_be_switched_off(qtbot: QtBot, panel: AttentionPanel, trained_session: Session):
    click_site(qtbot, panel, 0)
    panel.color_atoms.click()
    assert trained_session.site_values is None
    panel.color_atoms.click()
    assert trained_session.site_values is not None


def test_a_single_head_is_not_asked_for(panel: AttentionPanel):
    assert not panel.heads.isVisible()


def test_one_of_several_heads_can_be_chosen(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session, wait: int
):
    path = trained_session.jobs.runs["0001-finetune-gap"].folder.attention_file
    write_two_heads(path)
    trained_session.open_project(Project.open(trained_session.project_folder))
    qtbot.waitUntil(lambda: panel.heads.box.count() == 3, timeout=wait)
    trained_session.select_structure(1)
    qtbot.waitUntil(lambda: panel.reach.table.model.rowCount() == 3, timeout=wait)
    assert panel.heads.isVisible()
    assert panel.heads.box.currentText() == "Mean of all heads"
    shown = {}
    for head in range(panel.heads.box.count()):
        panel.heads.box.setCurrentIndex(head)
        trained_session.select_site(0)
        shown[panel.heads.box.currentText()] = panel.table.model.cell_text(4, 2)
    assert shown == {
        "Mean of all heads": "50.0%",
        "Block 1, head 1": "75.0%",
        "Block 1, head 2": "25.0%",
    }
    assert panel.matrix.colour_bar.title == "Attention, block 1, head 2 (share)"
    assert panel.matrix.image.image == pytest.approx(np.array([[0.75, 0.25], [0.25, 0.75]]))


def write_two_heads(path: Path) -> None:
    """Turn an archive with one head into one with a second, whose matrices have their columns swapped.

    The second head looks only at the nearest neighbours.
    """
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    one = arrays["matrix_0"].reshape(-1, 1, 2, 2)
    arrays["matrix_0"] = np.concatenate([one, one[..., ::-1]], axis=1).ravel()
    arrays["matrix_offsets"] = 2 * arrays["matrix_offsets"]
    before = arrays["pairs_0"]
    columns = [(name, before.dtype[name]) for name in before.dtype.names[:-1]]
    pairs = np.empty(len(before), dtype=[*columns, ("attention", "f4", (2,))])
    for name, _ in columns:
        pairs[name] = before[name]
    pairs["attention"] = np.hstack([before["attention"], before["distance"][:, None] == 2.5])
    arrays["pairs_0"] = pairs
    np.savez(path, **{**arrays, "heads": np.array(["block 1, head 1", "block 1, head 2"])})


def test_the_strongest_neighbours_of_a_site_are_listed_with_their_distance(
    qtbot: QtBot, panel: AttentionPanel
):
    assert panel.neighbours.model.rowCount() == 0
    click_site(qtbot, panel, 1)
    panel.views.setCurrentWidget(panel.neighbours)
    table = panel.neighbours.model
    assert [[table.cell_text(line, column) for column in range(4)] for line in range(2)] == [
        ["Cl5 ×4", "Cl", "75.0%", "2.500"],
        ["Na1 ×4", "Na", "25.0%", "0.000"],
    ]


def test_the_matrix_has_a_row_for_each_distinct_site(qtbot: QtBot, panel: AttentionPanel):
    panel.views.setCurrentWidget(panel.matrix)
    assert panel.matrix.image.image == pytest.approx(np.array([[0.25, 0.75], [0.75, 0.25]]))
    assert panel.matrix.colour_bar.title == "Attention (share)"
    panel.matrix.grab()


def test_a_clicked_row_of_the_matrix_chooses_its_site(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session
):
    panel.views.setCurrentWidget(panel.matrix)
    panel.matrix.grab()
    place = panel.matrix.plot.getViewBox().mapViewToScene(QPointF(0.5, 1.5)).toPoint()
    with qtbot.waitSignal(trained_session.site_selected):
        qtbot.mouseClick(panel.matrix.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert trained_session.site == 4
    assert panel.matrix.mark.getData()[1].min() == 1


def test_the_long_range_share_of_a_head_is_told_beside_an_even_spread(panel: AttentionPanel):
    panel.views.setCurrentWidget(panel.reach)
    model = panel.reach.table.model
    assert [model.cell_text(0, column) for column in range(5)] == [
        *("Attention", "25.0%", "53.3%", "25.0%"),
        f"{0.5 * 2.5 + 0.25 * 4.33:.2f}",
    ]
    panel.reach.distance.setValue(2.0)
    assert model.cell_text(0, 1) == "75.0%"
    assert panel.reach.plot.limit.value() == 2.0


def test_attention_falls_with_distance_in_the_plot(panel: AttentionPanel, trained_session: Session):
    panel.views.setCurrentWidget(panel.reach)
    trained_session.select_site(5)
    distances, shares = panel.reach.plot.points.getData()
    assert distances == pytest.approx([0.0, 2.5, 4.33])
    assert shares == pytest.approx([25.0, 100 * 0.5 / 6, 100 * 0.25 / 8])
    middles, mean = panel.reach.plot.mean.getData()
    assert middles == pytest.approx([0.25, 2.75, 4.25])
    assert mean == pytest.approx(shares)
    assert panel.reach.plot.equal.getData()[1] == pytest.approx([100 / 15] * 3)
    assert "chosen site" in panel.reach.sentence.text()


def test_a_row_of_the_long_range_table_chooses_its_head(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session, wait: int
):
    write_two_heads(trained_session.jobs.runs["0001-finetune-gap"].folder.attention_file)
    trained_session.open_project(Project.open(trained_session.project_folder))
    qtbot.waitUntil(lambda: panel.heads.box.count() == 3, timeout=wait)
    trained_session.select_structure(1)
    qtbot.waitUntil(lambda: panel.reach.table.model.rowCount() == 3, timeout=wait)
    panel.views.setCurrentWidget(panel.reach)
    table = panel.reach.table
    assert [table.model.cell_text(line, 1) for line in range(3)] == ["12.5%", "25.0%", "0.0%"]
    place = table.view.visualRect(table.model.index(2, 0)).center()
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert panel.heads.head == 1
    assert panel.reach.plot.points.getData()[1].max() == pytest.approx(100 / 6)


def test_a_run_from_before_distances_were_kept_says_so(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session, wait: int
):
    path = trained_session.jobs.runs["0001-finetune-gap"].folder.attention_file
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    old = {name: arrays[name] for name in ("structure_ids", "matrix_offsets", "site_map", "map_offsets")}
    np.savez(path, **old, matrix=arrays["matrix_0"])
    trained_session.open_project(Project.open(trained_session.project_folder))
    qtbot.waitUntil(lambda: panel.runs.box.count() == 1, timeout=wait)
    trained_session.select_structure(1)
    qtbot.waitUntil(lambda: "before distances" in panel.reach.sentence.text(), timeout=wait)
    assert panel.reach.plot.isHidden()
    assert panel.table.model.rowCount() == 8


def test_attention_is_added_up_by_elements_when_somebody_looks(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session, wait: int
):
    model = panel.elements.table.model
    assert model.rowCount() == 0
    panel.views.setCurrentWidget(panel.elements)
    qtbot.waitUntil(lambda: model.rowCount() > 0, timeout=wait)
    assert panel.elements.sentence.text() == "Mean over 13 structures of run 0001-finetune-gap."
    rows = {(model.cell_text(line, 0), model.cell_text(line, 1)): line for line in range(model.rowCount())}
    assert model.cell_text(rows["Na", "Cl"], 2) == "75.0%"
    assert model.cell_text(rows["Na", "Cl"], 4) == f"{0.75 / (14 / 15):.2f}"
    assert panel.elements.plot.mean.getData()[0] == pytest.approx([2.75, 4.25])
    assert panel.elements.plot.mean.getData()[1] == pytest.approx([100 * 0.5 / 6, 100 * 0.25 / 8])


def test_a_row_of_the_element_table_draws_its_curve(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session, wait: int
):
    panel.views.setCurrentWidget(panel.elements)
    table = panel.elements.table
    qtbot.waitUntil(lambda: table.model.rowCount() > 0, timeout=wait)
    line = table.model.find(lambda row: (row.pair.centre, row.pair.neighbour) == ("Cl", "Cl"))
    place = table.view.visualRect(table.model.index(line, 0)).center()
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert panel.elements.plot.mean.getData()[0] == pytest.approx([0.25])
    assert panel.elements.plot.plot.getAxis("left").labelText == "Cl to one Cl (%)"


def test_attention_is_added_up_over_the_chosen_collection(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session, wait: int
):
    make_collection(trained_session.project, "empty")
    panel.views.setCurrentWidget(panel.elements)
    qtbot.waitUntil(lambda: panel.elements.table.model.rowCount() > 0, timeout=wait)
    trained_session.select_collection("empty")
    qtbot.waitUntil(lambda: "None of these structures" in panel.elements.sentence.text(), timeout=wait)
    assert panel.elements.plot.isHidden()


def test_hiding_sites_is_offered_beside_the_caution(panel: AttentionPanel, trained_session: Session):
    panel.views.setCurrentWidget(panel.occlusion)
    assert panel.occlusion.start.isVisible()
    trained_session.select_site(0)
    assert trained_session.site_values.title == "Attention of Na1"  # until there is something else to show


def test_attention_is_said_not_to_be_causation(panel: AttentionPanel):
    assert any("not causation" in label.text() for label in panel.findChildren(QLabel))


def test_a_structure_that_the_run_did_not_use_is_told(
    qtbot: QtBot, panel: AttentionPanel, trained_session: Session, wait: int
):
    path = trained_session.jobs.runs["0001-finetune-gap"].folder.attention_file
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    np.savez(path, **{**arrays, "structure_ids": arrays["structure_ids"] + 100})
    trained_session.open_project(Project.open(trained_session.project_folder))
    qtbot.waitUntil(lambda: panel.runs.box.count() == 1, timeout=wait)
    trained_session.select_structure(1)
    qtbot.waitUntil(lambda: "did not include this structure" in panel.sentence.text(), timeout=wait)
    assert panel.table.model.rowCount() == 0


def test_a_damaged_archive_is_reported(qtbot: QtBot, trained_session: Session, shown, wait: int):
    run = trained_session.jobs.runs["0001-finetune-gap"]
    run.folder.attention_file.write_bytes(b"not an archive")
    with qtbot.waitSignal(trained_session.notes.posted, timeout=wait) as posted:
        shown(AttentionPanel)
    assert "damaged" in posted.args[0].text


def test_one_distinct_site_is_named_in_the_singular():
    alone = AttentionMap(np.ones((1, 1, 1), np.float32), np.zeros(1, np.int32))
    assert (
        describe_sum(alone, ("Cu1",), 0) == "Attention of Cu1 over 1 distinct site; the weights sum to 1.000."
    )
