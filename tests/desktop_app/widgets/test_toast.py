import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.notes import Note, Severity
from desktop_app.widgets.toast import ToastCorner


@pytest.fixture
def corner(qtbot: QtBot) -> ToastCorner:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    window.show()
    return ToastCorner(window)


def test_a_note_appears_in_the_lower_right_corner(corner: ToastCorner):
    corner.show_note(Note(Severity.DONE, "Imported."))
    (toast,) = corner.toasts
    window = toast.parentWidget()
    assert toast.isVisible()
    assert window.rect().contains(toast.geometry())
    assert toast.geometry().right() > window.width() - 30
    assert toast.geometry().bottom() > window.height() - 30


def test_the_corner_follows_the_size_of_the_window(corner: ToastCorner):
    corner.show_note(Note(Severity.DONE, "Imported."))
    window = corner.toasts[0].parentWidget()
    window.resize(1200, 800)
    assert corner.toasts[0].geometry().right() > 1170


def test_a_note_stays_in_front_of_what_comes_after(corner: ToastCorner):
    corner.show_note(Note(Severity.DONE, "Imported."))
    (toast,) = corner.toasts
    window = toast.parentWidget()
    cover = QWidget(window)
    cover.setGeometry(window.rect())
    cover.show()
    corner.place()
    assert window.childAt(toast.geometry().center()).window() is window
    assert window.children()[-1] is toast


def test_errors_stay_and_others_go(corner: ToastCorner):
    corner.show_note(Note(Severity.ERROR, "No space."))
    corner.show_note(Note(Severity.DONE, "Imported."))
    error, done = corner.toasts
    assert not error.countdown.isActive()
    assert done.countdown.isActive()
    done.countdown.timeout.emit()
    assert corner.toasts == [error]


def test_a_note_stays_while_the_mouse_is_over_it(corner: ToastCorner):
    corner.show_note(Note(Severity.DONE, "Imported."))
    (toast,) = corner.toasts
    toast.enterEvent(QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert not toast.countdown.isActive()
    toast.leaveEvent(QEvent(QEvent.Type.Leave))
    assert toast.countdown.isActive()


def test_the_button_of_a_note_acts_and_closes_it(qtbot: QtBot, corner: ToastCorner):
    acted = []
    corner.show_note(
        Note(Severity.WARNING, "9 not read.", action_label="Show", action=lambda: acted.append(1))
    )
    button = corner.toasts[0].findChild(QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert acted == [1]
    assert corner.toasts == []


def test_a_note_can_be_closed_and_says_so_to_a_screen_reader(qtbot: QtBot, corner: ToastCorner):
    corner.show_note(Note(Severity.ERROR, "No space."))
    close = corner.toasts[0].findChild(QToolButton)
    assert close.accessibleName() == "Close message"
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert corner.toasts == []


def test_four_notes_are_enough(corner: ToastCorner):
    for number in range(6):
        corner.show_note(Note(Severity.ERROR, f"Error {number}"))
    assert [toast.note.text for toast in corner.toasts] == [f"Error {n}" for n in range(2, 6)]
    tops = [toast.geometry().top() for toast in corner.toasts]
    assert tops == sorted(tops)


def test_text_from_files_is_not_taken_for_markup(corner: ToastCorner):
    corner.show_note(Note(Severity.ERROR, "<img src='http://example.com/x'>"))
    labels = corner.toasts[0].findChildren(QLabel)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_what_told_a_beginning_goes_once_that_is_past(corner: ToastCorner):
    corner.show_note(Note(Severity.DONE, "Run 1 is starting.", passing="1"))
    corner.show_note(Note(Severity.DONE, "Run 2 is starting.", passing="2"))
    corner.show_note(Note(Severity.ERROR, "No space."))
    corner.withdraw("1")
    assert [toast.note.text for toast in corner.toasts] == ["Run 2 is starting.", "No space."]


def test_a_mouse_in_the_upper_left_corner_keeps_no_note(corner: ToastCorner):
    """There a note is made, before it is placed; as if the mouse were over it, it would never go."""
    window = corner.parent()
    QCursor.setPos(window.mapToGlobal(QPoint(5, 5)))
    corner.show_note(Note(Severity.DONE, "Imported."))
    assert corner.toasts[0].countdown.isActive()


def test_what_is_behind_an_error_is_shown_on_request(qtbot: QtBot, corner: ToastCorner):
    note = Note(Severity.ERROR, "The run failed.", details="Traceback: line 3")
    corner.show_note(note)
    button = corner.toasts[0].findChild(QPushButton)
    assert button.text() == "Show details"
    with qtbot.waitSignal(corner.details_wanted) as wanted:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert wanted.args == [note]
    assert corner.toasts == []
