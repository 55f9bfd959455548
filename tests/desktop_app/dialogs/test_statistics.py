from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.store.library.query import StructureQuery
from core.store.project import Project
from desktop_app.dialogs.statistics import StatisticsDialog
from desktop_app.session import Session


@pytest.fixture
def dialog(qtbot: QtBot, session: Session, small_project: Path) -> Iterator[StatisticsDialog]:
    session.open_project(Project.open(small_project))
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = StatisticsDialog(session, StructureQuery(), parent)
    dialog.keep = parent
    dialog.show()
    yield dialog
    dialog.close()


def total(dialog: StatisticsDialog) -> int:
    return int(sum(dialog.histogram.bars.opts["height"]))


def test_every_measured_value_is_in_a_bar(qtbot: QtBot, dialog: StatisticsDialog, wait: int):
    assert dialog.choice.currentText() == "gap (eV)"
    qtbot.waitUntil(lambda: total(dialog) == 12, timeout=wait)


def test_elements_are_counted_by_structure(qtbot: QtBot, dialog: StatisticsDialog, wait: int):
    QTest.keyClick(dialog.choice, Qt.Key.Key_Down)
    assert dialog.choice.currentText() == "elements"
    qtbot.waitUntil(lambda: list(dialog.histogram.bars.opts["height"]) == [13, 13, 1], timeout=wait)


def test_sizes_of_all_structures_are_shown(qtbot: QtBot, dialog: StatisticsDialog, wait: int):
    dialog.choice.setCurrentText("density (g/cm³)")
    qtbot.waitUntil(lambda: total(dialog) == 13, timeout=wait)


def test_one_kind_of_bar_needs_no_legend(dialog: StatisticsDialog):
    assert dialog.histogram.plot.getPlotItem().legend is None
