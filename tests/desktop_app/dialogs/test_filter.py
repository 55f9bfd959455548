import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from core.store.library.query import PropertyRange, StructureQuery
from desktop_app.dialogs.filter import FilterDialog
from desktop_app.library.search import Choices


@pytest.fixture
def dialog(qtbot: QtBot) -> FilterDialog:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = FilterDialog(parent)
    dialog.keep = parent
    dialog.offer(Choices(("gap",), ("no_hydrogens",), ("good",), ("family",)))
    dialog.show()
    yield dialog
    dialog.close()


def test_nothing_is_asked_at_first(dialog: FilterDialog):
    assert dialog.query() == StructureQuery()


def test_all_conditions_reach_the_store(qtbot: QtBot, dialog: FilterDialog):
    QTest.keyClicks(dialog.formula, "NaCl")
    qtbot.mouseClick(dialog.elements.buttons["Na"], Qt.MouseButton.LeftButton)
    for _ in range(2):
        qtbot.mouseClick(dialog.elements.buttons["K"], Qt.MouseButton.LeftButton)
    dialog.fewest.setValue(4)
    dialog.space_group.setValue(225)
    dialog.property_name.setCurrentIndex(1)
    QTest.keyClicks(dialog.lowest, "1e-3")
    dialog.order.setCurrentIndex(2)
    dialog.flag.setCurrentIndex(2)
    dialog.tag.setCurrentIndex(1)
    dialog.title.setCurrentIndex(1)
    QTest.keyClicks(dialog.told, "garnet")
    assert dialog.query() == StructureQuery(
        formula="NaCl",
        elements_all=("Na",),
        elements_none=("K",),
        num_sites=(4, None),
        space_groups=(225,),
        properties=(PropertyRange("gap", 0.001, None),),
        is_ordered=False,
        flags=("no_hydrogens",),
        tags=("good",),
        metadata=(("family", "garnet"),),
    )


def test_each_change_is_told(qtbot: QtBot, dialog: FilterDialog):
    with qtbot.waitSignal(dialog.changed):
        QTest.keyClicks(dialog.formula, "N")
    with qtbot.waitSignal(dialog.changed):
        QTest.keyClick(dialog.order, Qt.Key.Key_Down)


def test_reset_asks_for_everything_again(qtbot: QtBot, dialog: FilterDialog):
    QTest.keyClicks(dialog.formula, "NaCl")
    qtbot.mouseClick(dialog.elements.buttons["Na"], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(dialog.changed):
        reset = dialog.buttons.button(QDialogButtonBox.StandardButton.Reset)
        qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert dialog.query() == StructureQuery()


def test_a_choice_that_is_gone_becomes_any(dialog: FilterDialog):
    dialog.tag.setCurrentIndex(1)
    dialog.offer(Choices(tags=("other",)))
    assert dialog.query().tags == ()
