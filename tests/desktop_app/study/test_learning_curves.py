import math

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.jobs.results.study_report import CurvePoint
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.study.learning_curves import LearningCurves

POINTS = [
    CurvePoint("mean", 100, 100.0, 2.0, 1.5, 2.5),
    CurvePoint("mean", 10, 10.0, 3.0, 2.5, 3.5),
    CurvePoint("scratch", 10, 10.0, 2.8),
]


@pytest.fixture
def curves(qtbot: QtBot) -> LearningCurves:
    curves = LearningCurves()
    qtbot.addWidget(curves)
    curves.show_points(POINTS, "eV")
    return curves


def test_each_arm_has_a_curve_from_few_labels_to_many(curves: LearningCurves):
    x, y = curves.curves["mean"].getData()
    assert list(x) == [math.log10(10), math.log10(100)]
    assert list(y) == [3.0, 2.0]


def test_only_arms_with_intervals_have_a_band(curves: LearningCurves):
    assert set(curves.bands) == {"mean"}
    lower, upper = (curve.getData()[1] for curve in curves.bands["mean"].curves)
    assert list(lower) == [2.5, 1.5]
    assert list(upper) == [3.5, 2.5]


def test_arms_are_called_as_a_reader_would_and_the_unit_is_said(curves: LearningCurves):
    assert [name for name, _ in curves.legend.entries] == ["● the mean", "■ training from scratch"]
    assert "(eV)" in curves.plot.getAxis("left").labelText


def test_what_was_shown_before_is_gone(curves: LearningCurves):
    curves.show_points(POINTS[2:], "eV")
    assert set(curves.curves) == {"scratch"}
    assert len(curves.legend.entries) == 1


def test_the_ground_follows_the_theme(qtbot: QtBot, qapp: QApplication, curves: LearningCurves):
    curves.show()
    before = curves.plot.backgroundBrush().color()
    apply_theme(qapp, Theme.DARK)
    qtbot.waitUntil(lambda: curves.plot.backgroundBrush().color() != before)
