import pytest
from pytestqt.qtbot import QtBot

from desktop_app.trajectory.separation_view import SeparationView
from tests.core.jobs.particle_orders import phase_separation


@pytest.fixture
def view(qtbot: QtBot) -> SeparationView:
    view = SeparationView()
    qtbot.addWidget(view)
    view.resize(460, 400)
    view.show()
    return view


def cells(view: SeparationView) -> list[list[str]]:
    table = view.table
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_each_description_has_a_line_with_its_share_and_interval(view: SeparationView):
    view.show_separation(phase_separation())
    assert view.table.isVisible()
    assert cells(view) == [
        ["embedding", "32", "0.950", "0.930 to 0.970"],
        ["q2 to q12", "6", "0.700", "0.600 to 0.800"],
        ["averaged q2 to q12", "6", "0.900", "0.850 to 0.940"],
    ]
    # all lines are in sight without scrolling
    assert not view.table.verticalScrollBar().isVisible()


def test_what_is_ahead_and_what_the_figures_rest_on_is_said(view: SeparationView):
    separation = phase_separation()
    view.show_separation(separation)
    assert view.verdict.text() == separation.verdict
    assert "gas=1-2, solid=5-6" in view.basis.text()
    assert "by chance 0.50" in view.basis.text()


def test_an_analysis_without_it_says_how_to_ask_for_it(view: SeparationView):
    view.show_separation(phase_separation())
    view.show_separation(None)
    assert not view.table.isVisible()
    assert not view.basis.isVisible()
    assert view.verdict.text().startswith("Not worked out in this analysis.")
    assert "Frames of phases" in view.verdict.text()
