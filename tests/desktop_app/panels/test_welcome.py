from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.panels.welcome import WelcomePanel


@pytest.fixture
def panel(frame, actions) -> WelcomePanel:
    panel = WelcomePanel(actions)
    frame.setCentralWidget(panel)
    frame.show()
    return panel


@pytest.mark.parametrize("name", ["open_sample", "open_project", "new_project"])
def test_each_beginning_has_a_button(qtbot: QtBot, panel: WelcomePanel, actions, name: str):
    button = next(b for b in panel.findChildren(QPushButton) if b.text() == actions[name].text())
    with qtbot.waitSignal(actions[name].triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_recent_projects_are_one_click_away(qtbot: QtBot, panel: WelcomePanel, small_project: Path):
    panel.show_recent([small_project])
    with qtbot.waitSignal(panel.recent_chosen) as chosen:
        qtbot.mouseClick(panel.recent_buttons[0], Qt.MouseButton.LeftButton)
    assert chosen.args == [small_project]


def test_a_project_that_is_gone_is_said_to_be_and_can_be_located(qtbot: QtBot, panel: WelcomePanel):
    panel.show_recent([Path("/nowhere/at all")])
    assert "(not found: Locate…)" in panel.recent_buttons[0].text()
    with qtbot.waitSignal(panel.locating) as located:
        qtbot.mouseClick(panel.recent_buttons[0], Qt.MouseButton.LeftButton)
    assert located.args == [Path("/nowhere/at all")]


def test_a_project_can_be_pinned_and_taken_off(qtbot: QtBot, panel: WelcomePanel, small_project: Path):
    panel.show_recent([small_project, Path("/nowhere/at all")], pinned=[small_project])
    assert [pin.text() for pin in panel.pins] == ["Pinned", "Pin"]
    with qtbot.waitSignal(panel.pinning) as asked:
        qtbot.mouseClick(panel.pins[0], Qt.MouseButton.LeftButton)
    assert asked.args == [small_project, False]


def test_an_ampersand_in_a_name_is_shown(panel: WelcomePanel):
    panel.show_recent([Path("/nowhere/Li&Na")])
    assert "Li&&Na" in panel.recent_buttons[0].text()


def test_the_list_is_replaced_not_extended(panel: WelcomePanel, small_project: Path):
    panel.show_recent([small_project])
    panel.show_recent([small_project])
    assert len(panel.recent_buttons) == 1
