from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.settings import SettingField
from desktop_app.forms.setting_editor import describe, make_editor

EPOCHS = SettingField("training.epochs", "Epochs", "How often.", "epochs", 50, int, (), 1, 1000, False)
RATE = replace(
    EPOCHS, key="training.learning_rate", label="Rate", kind=float, default=1e-3, minimum=1e-7, maximum=1
)
LOSS = replace(EPOCHS, key="objective.loss", kind=str, default="mae", choices=("mae", "mse"), unit="")
FLAG = replace(EPOCHS, key="encoder.vacancy_input", kind=bool, default=True, unit="")
WORD = replace(EPOCHS, key="compute.device", kind=str, default="auto", unit="")


@pytest.mark.parametrize(
    ("field", "other"), [(EPOCHS, 7), (RATE, 0.25), (LOSS, "mse"), (FLAG, False), (WORD, "cuda:1")]
)
def test_an_editor_starts_with_the_default_and_gives_back_what_is_set(qtbot: QtBot, field, other):
    editor = make_editor(field)
    qtbot.addWidget(editor)
    assert editor.value() == field.default
    with qtbot.waitSignal(editor.changed):
        editor.set_value(other)
    assert editor.value() == other
    assert type(editor.value()) is type(other)


def test_words_are_suggested_and_others_can_be_typed(qtbot: QtBot):
    editor = make_editor(WORD)
    qtbot.addWidget(editor)
    editor.set_value("cuda:1")
    with qtbot.assertNotEmitted(editor.changed):
        editor.suggest(["auto", "cpu"])
    assert editor.value() == "cuda:1"
    assert [editor.box.itemText(k) for k in range(editor.box.count())] == ["auto", "cpu"]
    with qtbot.waitSignal(editor.changed):
        editor.box.setCurrentIndex(1)
    assert editor.value() == "cpu"


def test_text_that_is_no_number_stays_text_for_the_check_to_refuse(qtbot: QtBot):
    editor = make_editor(RATE)
    qtbot.addWidget(editor)
    editor.set_value("fast")
    assert editor.value() == "fast"


def test_the_help_names_range_default_and_command_line():
    assert describe(RATE).splitlines() == [
        "How often.",
        "From 1e-07 to 1 epochs.",
        "Default: 0.001 epochs. On the command line: --set training.learning_rate=…",
    ]


def test_the_wheel_scrolls_the_form_rather_than_change_a_value(qtbot: QtBot):
    editor = make_editor(EPOCHS)
    qtbot.addWidget(editor)
    editor.show()
    centre = QPointF(editor.control.rect().center())
    event = QWheelEvent(
        centre,
        editor.control.mapToGlobal(centre),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    editor.control.clearFocus()
    QApplication.sendEvent(editor.control, event)
    assert editor.value() == 50
