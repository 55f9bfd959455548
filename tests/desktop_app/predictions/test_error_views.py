import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.store.rows import PredictionRow
from core.store.runs.error_breakdown import Breakdown, ElementError, HeldOutError
from desktop_app.predictions.error_views import ErrorViews

ERRORS = tuple(
    HeldOutError(PredictionRow(k, f"s{k}", "gap", 1.0, "", 2.0, None, None, "test"), 3.0 - k / 10, 1.0)
    for k in range(20)
)


@pytest.fixture
def views(qtbot: QtBot) -> ErrorViews:
    views = ErrorViews(QLabel("first"), "Parity")
    qtbot.addWidget(views)
    views.resize(500, 400)
    views.show()
    views.show_breakdown(Breakdown("test", ERRORS, (ElementError("Li", 20, 2.0, 1.0),)), "eV")
    return views


def test_the_errors_are_seen_from_all_sides(views: ErrorViews):
    titles = [views.tabText(k) for k in range(views.count())]
    assert titles == ["Parity", "Errors", "Elements", "Distance", "Worst"]
    assert sum(views.histogram.bars.opts["height"]) == 20
    assert "of the test structures" in views.histogram.plot.getAxis("bottom").labelText
    assert views.elements.model.rowCount() == 1
    assert [views.worst.model.row(k).prediction.structure_id for k in range(10)] == list(range(10))
    assert views.worst.model.rowCount() == 10


def test_one_of_the_worst_chooses_its_structure(qtbot: QtBot, views: ErrorViews):
    views.setCurrentWidget(views.worst)
    place = views.worst.view.visualRect(views.worst.model.index(2, 0)).center()
    with qtbot.waitSignal(views.structure_chosen) as signal:
        qtbot.mouseClick(views.worst.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert signal.args == [2]


def test_without_held_out_values_only_the_first_view_is_there(views: ErrorViews):
    views.show_breakdown(Breakdown(), "")
    assert [views.isTabVisible(place) for place in range(views.count())] == [True] + [False] * 4
    assert views.worst.model.rowCount() == views.elements.model.rowCount() == 0
    assert sum(views.histogram.bars.opts["height"]) == 0
