import pytest
from pytestqt.qtbot import QtBot

from desktop_app.forms.setting_forms import SettingForms


@pytest.fixture
def forms(qtbot: QtBot) -> SettingForms:
    forms = SettingForms(["pretrain", "finetune"])
    qtbot.addWidget(forms)
    forms.show()
    return forms


def test_one_form_is_seen_and_the_names_of_all_stand_in_one_column(forms: SettingForms):
    first, second = forms.form("pretrain", "site_net"), forms.form("finetune", "cgcnn")
    forms.show_form("finetune", "cgcnn")
    assert (first.isVisible(), second.isVisible()) == (False, True)
    assert forms.label_width >= max(first.label_width, second.label_width)


def test_what_was_changed_is_taken_to_another_network_but_for_the_network(forms: SettingForms):
    first = forms.form("pretrain", "site_net")
    first.editor("training.epochs").set_value(3)
    first.editor("encoder.supercell_sites").set_value(20)
    second = forms.form("pretrain", "site_net_multihead")
    assert second.values()["training.epochs"] == 3
    assert second.values()["encoder.supercell_sites"] != 20


def test_a_form_made_later_hides_its_network_and_offers_words_as_the_others_do(forms: SettingForms):
    forms.show_network("finetune", False)
    forms.suggest("training.group_by", ("formula", "family"))
    forms.form("pretrain", "cgcnn")  # has no such setting
    form = forms.form("finetune", "cgcnn")
    forms.show_form("finetune", "cgcnn")
    assert form.editor("encoder.neighbour_choice").isHidden()
    box = form.editor("training.group_by").box
    assert [box.itemText(k) for k in range(box.count())] == ["formula", "family"]
    forms.show_network("finetune", True)
    assert not form.editor("encoder.neighbour_choice").isHidden()


def test_an_edit_of_any_form_is_told(qtbot: QtBot, forms: SettingForms):
    form = forms.form("finetune", "site_net")
    with qtbot.waitSignal(forms.changed):
        form.editor("training.epochs").set_value(5)
