import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from core.store.editing.structures import rename_structure
from desktop_app.panels import map as map_panel
from desktop_app.panels.map import MapPanel
from desktop_app.session import Session


@pytest.fixture
def panel(qtbot: QtBot, trained_session: Session, shown, wait: int) -> MapPanel:
    panel = shown(MapPanel)
    qtbot.waitUntil(lambda: len(panel.plot.cloud.places) == 13, timeout=wait)
    panel.grab()
    return panel


def click_point(qtbot: QtBot, panel: MapPanel, point: int) -> None:
    place = QPointF(*panel.plot.cloud.pixels()[point]).toPoint()
    qtbot.mouseClick(panel.plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)


def show_sites(qtbot: QtBot, panel: MapPanel, wait: int) -> None:
    panel.kinds.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(panel.plot.cloud.places) == 26, timeout=wait)
    panel.grab()


def test_an_empty_project_is_told_where_a_map_comes_from(
    qtbot: QtBot, empty_session: Session, actions, shown
):
    panel = shown(MapPanel)
    assert "Train a network" in panel.empty.sentence.text()
    with qtbot.waitSignal(actions["show_train"].triggered):
        qtbot.mouseClick(panel.empty.button, Qt.MouseButton.LeftButton)


def test_a_map_that_nobody_looks_at_is_not_worked_out(trained_session: Session, actions):
    panel = MapPanel(trained_session, actions)
    assert panel.runs.box.count() == 1
    assert len(panel.plot.cloud.places) == 0
    panel.deleteLater()


def test_a_clicked_point_selects_its_structure_and_is_ringed(
    qtbot: QtBot, panel: MapPanel, trained_session: Session
):
    click_point(qtbot, panel, 4)
    assert trained_session.structure_id == 5
    assert panel.plot.mark.getData()[0] == pytest.approx(panel.plot.cloud.places[4:5, 0])


def test_a_structure_selected_elsewhere_is_ringed(panel: MapPanel, trained_session: Session):
    trained_session.select_structure(7)
    assert panel.plot.rings.getData()[0] == pytest.approx(panel.plot.cloud.places[6:7, 0])


def test_the_colours_have_a_scale_with_a_unit_or_a_legend(panel: MapPanel):
    assert panel.colour_bar.isVisible()
    assert panel.colour_bar.title == "gap (eV)"
    panel.colourings.setCurrentText("Split")
    assert not panel.colour_bar.isVisible()
    assert [name for name, _ in panel.legend.entries] == ["train", "test", "validation", "new"]


def test_a_clicked_site_selects_the_site_of_its_structure(
    qtbot: QtBot, panel: MapPanel, trained_session: Session, wait: int
):
    show_sites(qtbot, panel, wait)
    with qtbot.waitSignal(trained_session.site_selected, timeout=wait):
        click_point(qtbot, panel, 9)
    assert (trained_session.structure_id, trained_session.site) == (5, 4)
    assert len(panel.plot.rings.getData()[0]) == 2
    trained_session.select_site(2)
    assert panel.plot.mark.getData()[0] == pytest.approx(panel.plot.cloud.places[8:9, 0])


def test_the_point_under_the_mouse_is_told(panel: MapPanel):
    panel.plot.point_hovered.emit(2)
    assert panel.readout.text() == "salt-02, NaCl. gap: 5.6 eV"
    panel.plot.point_hovered.emit(None)
    assert "Click a point" in panel.readout.text()


def test_what_the_lasso_surrounds_is_counted_and_can_be_used(qtbot: QtBot, panel: MapPanel):
    assert not panel.surrounded.isVisible()
    panel.plot.points_surrounded.emit(np.array([2, 3, 5]))
    assert panel.surrounded.count.text() == "3 structures"
    for button, signal in (
        (panel.surrounded.collect, panel.collecting),
        (panel.surrounded.tag, panel.tagging),
    ):
        with qtbot.waitSignal(signal) as used:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert used.args == [[3, 4, 6]]
    qtbot.mouseClick(panel.surrounded.clear, Qt.MouseButton.LeftButton)
    assert panel.surrounded_ids == []
    assert not panel.surrounded.isVisible()


def test_the_map_follows_a_change_of_the_library(
    qtbot: QtBot, panel: MapPanel, trained_session: Session, wait: int
):
    task = trained_session.change_library("Renaming", lambda project: rename_structure(project, 3, "halite"))
    with qtbot.waitSignal(task.finished, timeout=wait):
        pass

    def told() -> str:
        panel.plot.point_hovered.emit(2)
        return panel.readout.text()

    qtbot.waitUntil(lambda: told().startswith("halite"), timeout=wait)


def test_what_is_surrounded_and_framed_stays_so_when_the_library_changes(
    qtbot: QtBot, panel: MapPanel, trained_session: Session, wait: int
):
    panel.plot.points_surrounded.emit(np.array([2, 3]))
    panel.plot.box.translateBy(x=1.0)
    framed, before = panel.plot.box.viewRect(), panel._map
    with qtbot.waitSignal(trained_session.library_changed, timeout=wait):
        trained_session.change_library("Renaming", lambda project: rename_structure(project, 3, "halite"))
    qtbot.waitUntil(lambda: panel._map is not before, timeout=wait)
    assert panel.surrounded_ids == [3, 4]
    assert panel.plot.box.viewRect() == framed


def test_another_project_has_nothing_surrounded(panel: MapPanel, trained_session: Session):
    panel.plot.points_surrounded.emit(np.array([2, 3]))
    trained_session.open_project(None)
    assert panel.surrounded_ids == []


def test_a_map_that_is_seen_for_a_moment_is_not_worked_out(
    qtbot: QtBot, trained_session: Session, shown, monkeypatch: pytest.MonkeyPatch, wait: int
):
    panel = shown(MapPanel)
    read = []
    monkeypatch.setattr(map_panel, "read_map", lambda *asked: read.append(asked))
    panel.hide()
    qtbot.waitUntil(lambda: not panel._looked_at.isActive(), timeout=wait)
    trained_session.tasks.shut_down()
    assert read == []


def test_t_sne_lays_the_points_out_in_the_background(
    qtbot: QtBot, panel: MapPanel, trained_session: Session, wait: int
):
    before = panel.plot.cloud.places
    with qtbot.waitSignal(trained_session.activity_started) as started:
        panel.layouts.setCurrentText("t-SNE")
    assert started.args[0].stoppable
    assert "Working out t-SNE" in panel.readout.text()
    np.testing.assert_array_equal(panel.plot.cloud.places, before)
    axis = panel.plot.plot.getAxis("bottom")
    qtbot.waitUntil(lambda: axis.labelText.startswith("t-SNE"), timeout=wait)
    assert len(panel.plot.cloud.places) == 13
    assert not np.array_equal(panel.plot.cloud.places, before)
    panel.layouts.setCurrentText("PCA")
    np.testing.assert_array_equal(panel.plot.cloud.places, before)
    assert axis.labelText.startswith("component 1")
    panel.layouts.setCurrentText("t-SNE")  # which is known by now
    assert axis.labelText.startswith("t-SNE")


def test_stopping_t_sne_brings_the_components_back(
    qtbot: QtBot, panel: MapPanel, trained_session: Session, wait: int
):
    with qtbot.waitSignal(trained_session.activity_started) as started:
        panel.layouts.setCurrentText("t-SNE")
    started.args[0].task.cancel()
    qtbot.waitUntil(lambda: panel.layouts.currentText() == "PCA", timeout=wait)
    assert "Click a point" in panel.readout.text()


def test_coordination_is_worked_out_once_it_is_chosen(qtbot: QtBot, panel: MapPanel, wait: int):
    assert panel.colourings.findText("Coordination") < 0  # crystals have none
    show_sites(qtbot, panel, wait)
    panel.colourings.setCurrentText("Coordination")
    qtbot.waitUntil(lambda: [name for name, _ in panel.legend.entries] == ["6", "4"], timeout=wait)
    panel.plot.point_hovered.emit(0)
    assert panel.readout.text().endswith("Coordination: 6")


def test_what_the_points_are_coloured_by_can_be_listed(qtbot: QtBot, panel: MapPanel):
    panel.colourings.setCurrentText("Split")
    with qtbot.waitSignal(panel.listing) as listed:
        qtbot.mouseClick(panel.list, Qt.MouseButton.LeftButton)
    assert listed.args[1].name == "Split"


def test_similar_crystals_are_asked_for_in_the_run_that_is_shown(qtbot: QtBot, panel: MapPanel):
    with qtbot.waitSignal(panel.comparing) as asked:
        qtbot.mouseClick(panel.alike, Qt.MouseButton.LeftButton)
    assert asked.args[0].name == "0001-finetune-gap"
    assert asked.args[1] == "crystals"


def test_a_damaged_archive_is_reported(qtbot: QtBot, trained_session: Session, shown, wait: int):
    trained_session.jobs.runs["0001-finetune-gap"].folder.embeddings_file.write_bytes(b"not an archive")
    with qtbot.waitSignal(trained_session.notes.posted, timeout=wait) as posted:
        shown(MapPanel)
    assert "damaged" in posted.args[0].text
