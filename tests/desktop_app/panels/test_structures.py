from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.dialogs.statistics import StatisticsDialog
from desktop_app.panels.structures import StructuresPanel
from desktop_app.session import Session


def test_an_empty_project_is_told_what_to_do(qtbot: QtBot, empty_session: Session, actions, shown, wait: int):
    panel = shown(StructuresPanel)
    qtbot.waitUntil(lambda: "Import" in panel.empty.sentence.text(), timeout=wait)
    assert panel.is_empty
    with qtbot.waitSignal(actions["import_folder"].triggered):
        qtbot.mouseClick(panel.empty.button, Qt.MouseButton.LeftButton)


def test_without_a_project_there_is_nothing_to_import_into(session: Session, shown):
    panel = shown(StructuresPanel)
    assert panel.is_empty
    assert not panel.empty.button.isVisible()


def loaded(qtbot: QtBot, shown, wait: int) -> StructuresPanel:
    panel = shown(StructuresPanel)
    qtbot.waitUntil(lambda: panel.table.model.rowCount() == 13, timeout=wait)
    return panel


def test_structures_and_their_values_are_listed(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    assert not panel.is_empty
    assert "gap (eV)" in panel.table.model.titles()
    assert panel.table.count_text() == "13 structures"


def test_the_first_structure_is_shown_at_once(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    assert filled_session.structure_id == panel.table.selected_row().id


def test_a_click_on_a_row_selects_the_structure(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    place = panel.table.view.visualRect(panel.table.model.index(4, 0)).center()
    with qtbot.waitSignal(filled_session.structure_loaded, timeout=wait):
        qtbot.mouseClick(panel.table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert filled_session.structure_id == panel.table.model.row(4).id


def test_a_structure_selected_elsewhere_is_selected_here(
    qtbot: QtBot, filled_session: Session, shown, wait: int
):
    panel = loaded(qtbot, shown, wait)
    filled_session.select_structure(7)
    assert panel.table.selected_row().id == 7


def test_keys_go_from_structure_to_structure(qtbot: QtBot, filled_session: Session, shown, frame, wait: int):
    loaded(qtbot, shown, wait)
    first = filled_session.structure_id
    qtbot.keyClick(frame, "]")
    assert filled_session.structure_id == first + 1
    qtbot.keyClick(frame, "[")
    assert filled_session.structure_id == first


def test_another_collection_is_shown_and_told(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    assert [panel.collections.itemText(n) for n in range(2)] == ["All structures", "salts"]
    with qtbot.waitSignal(filled_session.collection_selected, timeout=wait):
        QTest.keyClick(panel.collections, Qt.Key.Key_Down)
    assert filled_session.collection == "salts"


def test_a_closed_project_leaves_nothing_behind(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    filled_session.open_project(None)
    assert panel.is_empty
    assert panel.table.model.num_rows == 0


def test_the_report_is_offered_only_when_there_is_one(
    qtbot: QtBot, filled_session: Session, actions, shown, wait: int
):
    panel = loaded(qtbot, shown, wait)
    assert not panel.report_button.isVisible()
    assert not actions["show_report"].isEnabled()


def first_names(panel: StructuresPanel) -> list[str]:
    return [panel.table.model.row(line).name for line in range(2)]


def test_a_click_on_a_title_sorts_in_the_store(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    header = panel.table.view.horizontalHeader()
    place = header.sectionViewportPosition(panel.table.model.titles().index("gap (eV)")) + 8
    for expected in (["salt-00", "salt-01"], ["salt-11", "salt-10"]):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place, 8))
        qtbot.waitUntil(lambda names=expected: first_names(panel) == names, timeout=wait)


def test_typed_text_is_searched(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    QTest.keyClicks(panel.table.filter_box, "mix")
    qtbot.waitUntil(lambda: panel.table.count_text() == "1 of 13 structures", timeout=wait)


def test_elements_are_chosen_in_the_periodic_table(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    qtbot.mouseClick(panel.filter_button, Qt.MouseButton.LeftButton)
    for _ in range(2):
        qtbot.mouseClick(panel.filter.elements.buttons["K"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.table.model.rowCount() == 12, timeout=wait)
    assert panel.filter_words.text() == "without K"
    panel.filter.close()


def test_all_selected_structures_are_known_by_number(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    qtbot.keyClick(panel.table.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert panel.selected_ids == list(range(1, 14))


def test_statistics_are_those_of_the_structures_found(
    qtbot: QtBot, filled_session: Session, actions, shown, wait: int
):
    panel = loaded(qtbot, shown, wait)
    panel.model.set_filter("mixed")
    actions["show_statistics"].trigger()
    dialog = panel.findChild(StatisticsDialog)
    dialog.choice.setCurrentText("elements")
    qtbot.waitUntil(lambda: list(dialog.histogram.bars.opts["height"]) == [1, 1, 1], timeout=wait)
    dialog.close()


def test_space_goes_on_to_the_next_structure(qtbot: QtBot, filled_session: Session, shown, wait: int):
    panel = loaded(qtbot, shown, wait)
    panel.table.view.setFocus()
    qtbot.waitUntil(panel.table.view.hasFocus, timeout=wait)
    qtbot.keyClick(panel.table.view, Qt.Key.Key_Space)
    assert filled_session.structure_id == panel.model.structure_ids[1]
