import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.guide.tour_card import TourCard, place_beside

WINDOW, CARD = QRect(0, 0, 1366, 768), QSize(300, 160)


@pytest.mark.parametrize(
    "target",
    [
        QRect(0, 100, 360, 640),  # a panel on the left
        QRect(930, 100, 430, 640),  # one on the right
        QRect(0, 50, 1366, 34),  # a bar
        QRect(0, 0, 1366, 768),  # everything
    ],
)
def test_a_card_stands_in_the_window_and_beside_its_target_where_there_is_room(target: QRect):
    card = QRect(place_beside(target, CARD, WINDOW), CARD)
    assert WINDOW.contains(card)
    assert not card.intersects(target) or target == WINDOW


def test_in_a_window_that_is_too_small_the_card_begins_inside():
    assert place_beside(QRect(0, 0, 200, 100), CARD, QRect(0, 0, 200, 100)) == QPoint(0, 0)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def card(window: QWidget) -> TourCard:
    return TourCard(window)


def test_the_last_stop_finishes_and_the_first_has_nothing_before_it(card: TourCard):
    card.say("Runs", "They go on.", 1, 2)
    assert (card.back.isEnabled(), card.next.text(), card.count.text()) == (False, "Next", "1 of 2")
    card.say("Map", "It shows.", 2, 2)
    assert (card.back.isEnabled(), card.next.text()) == (True, "Finish")


def test_it_can_be_left_at_any_time(qtbot: QtBot, card: TourCard):
    card.say("Runs", "They go on.", 1, 2)
    with qtbot.waitSignal(card.left):
        qtbot.mouseClick(card.skip, Qt.MouseButton.LeftButton)
