from pytestqt.qtbot import QtBot

from core.jobs.results.study_report import CellTally, StudyReport
from desktop_app.study.cells_bar import CellsBar


def test_done_and_failed_cells_are_counted_of_those_planned(qtbot: QtBot):
    bar = CellsBar()
    qtbot.addWidget(bar)
    bar.show_report(StudyReport((CellTally("mean", 50, 2, 1, 10), CellTally("forest", 50, 3, 0, 10)), ()))
    assert bar.text() == "6 of 20 cells, 1 failed"
    assert (bar.value(), bar.maximum()) == (6, 20)


def test_a_study_that_has_not_begun_has_an_empty_bar(qtbot: QtBot):
    bar = CellsBar()
    qtbot.addWidget(bar)
    bar.show_report(StudyReport((), ()))
    assert bar.text() == "0 of 0 cells"
    assert bar.value() < bar.maximum()
