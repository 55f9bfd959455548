from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from desktop_app.guide.tour import TOUR
from desktop_app.window import MainWindow


def test_the_tour_goes_through_all_stops_and_ends(
    qtbot: QtBot, window: MainWindow, small_project: Path, wait: int
):
    window.projects.open_folder(small_project)
    window.actions_table["take_tour"].trigger()
    card = window.tour.card
    for number, stop in enumerate(TOUR, start=1):
        target = getattr(window, stop.target)
        assert card.title.text() == stop.title
        assert card.count.text() == f"{number} of {len(TOUR)}"
        qtbot.waitUntil(target.isVisible, timeout=wait)

        def surrounded(target=target) -> bool:
            place = QRect(target.mapTo(window, QPoint(0, 0)), target.size())
            return window.tour.frame.geometry() == place and window.rect().contains(card.geometry())

        qtbot.waitUntil(surrounded, timeout=wait)
        qtbot.mouseClick(card.next, Qt.MouseButton.LeftButton)
    assert not card.isVisible()
    assert not window.tour.frame.isVisible()


def test_one_can_go_back_and_skip_the_rest(qtbot: QtBot, window: MainWindow, small_project: Path):
    window.projects.open_folder(small_project)
    window.tour.begin()
    card = window.tour.card
    qtbot.mouseClick(card.next, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.back, Qt.MouseButton.LeftButton)
    assert card.title.text() == TOUR[0].title
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_without_a_project_the_tour_opens_the_sample(
    qtbot: QtBot, window: MainWindow, small_project: Path, monkeypatch
):
    monkeypatch.setattr("desktop_app.commands.project_commands.sample_folder", lambda: small_project)
    window.actions_table["take_tour"].trigger()
    assert window.session.project_folder == small_project
    assert window.tour.card.isVisible()


def test_closing_the_project_ends_the_tour(qtbot: QtBot, window: MainWindow, small_project: Path):
    window.projects.open_folder(small_project)
    window.tour.begin()
    window.actions_table["close_project"].trigger()
    assert not window.tour.card.isVisible()
