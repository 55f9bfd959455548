import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.config import ENCODERS, JOB_SETTINGS, PRESETS, build_settings, setting_fields
from desktop_app.forms.config_form import ConfigForm
from desktop_app.forms.setting_editor import (
    ChoiceEditor,
    SwitchEditor,
    TextEditor,
    WholeNumberEditor,
    WordEditor,
)

KINDS = ["pretrain", "finetune"]


@pytest.fixture
def form(qtbot: QtBot) -> ConfigForm:
    form = ConfigForm("finetune")
    qtbot.addWidget(form)
    form.show()
    return form


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_has_an_editor_with_name_and_help(qtbot: QtBot, kind: str):
    form = ConfigForm(kind)
    qtbot.addWidget(form)
    for field in setting_fields(JOB_SETTINGS[kind]):
        control = form.editor(field.key).control
        assert control.accessibleName() == field.label
        assert field.help in control.toolTip()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("preset", ["quick", "standard", "published"])
def test_the_values_of_a_preset_are_those_of_the_engine(qtbot: QtBot, kind: str, preset: str):
    form = ConfigForm(kind)
    qtbot.addWidget(form)
    form.set_preset(preset)
    assert build_settings(kind, "standard", form.values()) == build_settings(kind, preset)
    assert form.presets.currentText() == preset


def test_the_presets_of_the_engine_are_offered(form: ConfigForm):
    assert [form.presets.itemText(n) for n in range(form.presets.count())] == list(PRESETS["finetune"])


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("training.epochs", WholeNumberEditor),
        ("training.learning_rate", TextEditor),
        ("training.schedule", ChoiceEditor),
        ("encoder.vacancy_input", SwitchEditor),
        ("compute.device", WordEditor),
    ],
)
def test_the_editor_suits_the_setting(form: ConfigForm, key: str, kind: type):
    assert isinstance(form.editor(key), kind)


def test_units_stand_beside_numbers(form: ConfigForm):
    sites = form.editor("encoder.supercell_sites")
    assert isinstance(sites, WholeNumberEditor)
    assert sites.box.text().endswith(" sites")


def test_typing_reaches_the_values(qtbot: QtBot, form: ConfigForm):
    rate = form.editor("training.learning_rate")
    rate.control.clear()
    with qtbot.waitSignal(form.changed):
        qtbot.keyClicks(rate.control, "2e-4")
    assert form.values()["training.learning_rate"] == pytest.approx(2e-4)
    assert form.problems() == []


@pytest.mark.parametrize("text", ["abc", "", "7", "-1", "nan"])
def test_a_value_that_is_not_allowed_is_said_under_its_field(qtbot: QtBot, form: ConfigForm, text: str):
    rate = form.editor("training.learning_rate")
    rate.control.clear()
    qtbot.keyClicks(rate.control, text)
    assert len(form.problems()) == 1
    assert "'Learning rate'" in form.problems()[0]
    shown = [label.text() for label in form.findChildren(QLabel) if label.isVisible()]
    assert form.problems()[0] in shown


def test_mending_the_value_takes_the_complaint_away(qtbot: QtBot, form: ConfigForm):
    rate = form.editor("training.learning_rate")
    rate.control.setText("much")
    complaint = form.problems()[0]
    rate.control.setText("0.01")
    assert form.problems() == []
    assert complaint not in [label.text() for label in form.findChildren(QLabel) if label.isVisible()]


def test_whole_numbers_stay_in_their_range(form: ConfigForm):
    editor = form.editor("encoder.supercell_sites")
    editor.set_value(10_000)
    assert editor.value() == 500
    editor.set_value(-3)
    assert editor.value() == 1


def test_changed_settings_are_bold_until_set_back(form: ConfigForm):
    def bold() -> list[str]:
        return [label.text() for label in form.findChildren(QLabel) if label.font().bold()]

    assert bold() == []
    form.editor("training.epochs").set_value(7)
    assert bold() == ["Epochs"]
    form.set_preset("standard")
    assert bold() == []


def test_advanced_settings_are_folded_away(qtbot: QtBot, form: ConfigForm):
    advanced = form.editor("training.weight_decay")
    assert not advanced.isVisible()
    qtbot.mouseClick(form.advanced_button, Qt.MouseButton.LeftButton)
    assert advanced.isVisible()
    qtbot.mouseClick(form.advanced_button, Qt.MouseButton.LeftButton)
    assert not advanced.isVisible()


@pytest.mark.parametrize("kind", [*KINDS, "study"])
@pytest.mark.parametrize("encoder", list(ENCODERS))
def test_four_to_six_settings_are_seen_at_first(qtbot: QtBot, kind: str, encoder: str):
    form = ConfigForm(kind, encoder)
    qtbot.addWidget(form)
    form.show()
    seen = [key for key in form.values() if form.editor(key).isVisible()]
    assert 4 <= len(seen) <= 6


def test_a_group_can_be_hidden_and_keeps_its_values(qtbot: QtBot, form: ConfigForm):
    qtbot.mouseClick(form.advanced_button, Qt.MouseButton.LeftButton)
    form.editor("encoder.supercell_sites").set_value(33)
    form.show_group("encoder", False)
    assert not form.editor("encoder.supercell_sites").isVisible()
    assert form.editor("training.epochs").isVisible()
    form.show_group("encoder", True)
    assert form.editor("encoder.supercell_sites").isVisible()
    assert form.values()["encoder.supercell_sites"] == 33


def test_how_long_a_run_takes_is_said_under_the_preset(form: ConfigForm):
    assert not form.estimate.isVisible()
    form.show_estimate("about 4 minutes on this machine", "Measured on 16 structures.")
    assert form.estimate.isVisible()
    assert form.estimate.toolTip() == "Measured on 16 structures."
    form.show_estimate("")
    assert not form.estimate.isVisible()


def test_a_proposed_preset_keeps_what_was_changed(form: ConfigForm):
    form.editor("training.epochs").set_value(7)
    form.propose_preset("recommended")
    assert form.presets.currentText() == "recommended"
    assert form.values()["training.blend"] is True
    assert form.values()["training.epochs"] == 7
    assert "gradient boosting" in form.meaning.text()


def test_nothing_is_proposed_to_a_user_who_has_chosen(qtbot: QtBot, form: ConfigForm):
    form.presets.setFocus()
    with qtbot.waitSignal(form.presets.activated):
        qtbot.keyClick(form.presets, Qt.Key.Key_Up)
    form.propose_preset("recommended")
    assert form.presets.currentText() == "quick"
    other = ConfigForm("finetune", "cgcnn")
    qtbot.addWidget(other)
    other.take_over(form)
    other.propose_preset("recommended")
    assert other.presets.currentText() == "quick"
