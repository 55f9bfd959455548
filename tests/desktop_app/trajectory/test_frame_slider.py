import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.trajectory.frame_slider import FrameSlider


@pytest.fixture
def slider(qtbot: QtBot) -> FrameSlider:
    slider = FrameSlider()
    qtbot.addWidget(slider)
    slider.offer(4)
    slider.show()
    return slider


def test_the_keyboard_goes_from_frame_to_frame(qtbot: QtBot, slider: FrameSlider):
    with qtbot.waitSignal(slider.frame_chosen) as chosen:
        qtbot.keyClick(slider.slider, Qt.Key.Key_Right)
    assert chosen.args == [1]
    assert slider.count.text() == "2 / 4"


def test_playing_waits_until_each_frame_is_shown_and_stops_at_the_last(
    qtbot: QtBot, slider: FrameSlider, wait: int
):
    seen = []
    slider.frame_chosen.connect(seen.append)
    qtbot.mouseClick(slider.play, Qt.MouseButton.LeftButton)
    assert seen == [1]
    slider.frame_chosen.connect(lambda frame: slider.shown())
    slider.shown()
    qtbot.waitUntil(lambda: not slider.play.isChecked(), timeout=wait)
    assert seen == [1, 2, 3]
    slider.play.setChecked(True)  # begins anew at the end
    assert seen[-1] == 0
    slider.stop()


def test_another_trajectory_begins_at_its_first_frame_without_telling(qtbot: QtBot, slider: FrameSlider):
    slider.choose(3)
    with qtbot.assertNotEmitted(slider.frame_chosen):
        slider.offer(2)
    assert (slider.frame, slider.count.text()) == (0, "1 / 2")
    slider.offer(1)
    assert not slider.isEnabled()
