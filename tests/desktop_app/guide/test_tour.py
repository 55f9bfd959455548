from PySide6.QtWidgets import QWidget

from desktop_app.actions import COMMANDS
from desktop_app.guide.tour import TOUR
from desktop_app.window import MainWindow


def test_the_tour_is_short():
    assert 5 <= len(TOUR) <= 7
    assert all(len(stop.words) < 260 for stop in TOUR)


def test_every_stop_is_a_part_of_the_window_and_every_way_a_command(window: MainWindow):
    assert all(isinstance(getattr(window, stop.target), QWidget) for stop in TOUR)
    assert {stop.command for stop in TOUR} <= {command.name for command in COMMANDS}
