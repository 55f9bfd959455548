import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.guide.step_strip import StepStrip
from desktop_app.guide.workflow import LibraryState, Standing, Step


@pytest.fixture
def strip(qtbot: QtBot) -> StepStrip:
    strip = StepStrip()
    qtbot.addWidget(strip)
    strip.show_standing(Standing(LibraryState(True, True), completed=frozenset({"pretrain"})))
    strip.show()
    return strip


def test_done_steps_are_ticked_and_the_next_one_stands_out(strip: StepStrip):
    assert [button.text()[0] for button in strip.buttons.values()] == ["✓", "✓", "3", "4", "5"]
    assert [step for step, button in strip.buttons.items() if not button.isFlat()] == [Step.FINETUNE]
    assert strip.sentence.text().startswith("Next: fine-tune")


def test_each_step_is_a_button_that_names_a_command(qtbot: QtBot, strip: StepStrip):
    commands: list[str] = []
    strip.chosen.connect(commands.append)
    for button in strip.buttons.values():
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    expected = ["import_folder", "set_up_pretraining", "set_up_finetuning", "show_predictions"]
    assert commands == [*expected, "show_attention"]


def test_the_state_of_a_step_can_be_heard(strip: StepStrip):
    names = [button.accessibleName() for button in strip.buttons.values()]
    assert names[0] == "Step 1 of 5: Import, done"
    assert names[2] == "Step 3 of 5: Fine-tune, next"
