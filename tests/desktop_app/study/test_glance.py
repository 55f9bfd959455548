from pytestqt.qtbot import QtBot

from core.jobs.results.study_report import CellTally, CurvePoint, StudyReport
from desktop_app.study.glance import StudyGlance


def test_cells_and_curves_so_far_are_shown(qtbot: QtBot):
    glance = StudyGlance()
    qtbot.addWidget(glance)
    point = CurvePoint("mean", 50, 50.0, 0.4)
    glance.show_report(StudyReport((CellTally("mean", 50, 1, 0, 2),), (point,)), "eV")
    assert glance.progress.text() == "1 of 2 cells"
    assert glance.curves.curves["mean"].getData()[1].tolist() == [0.4]
    assert "(eV)" in glance.curves.plot.getAxis("left").labelText
