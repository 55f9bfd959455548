"""What a user can set: everything is described, and wrong values are explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import (
    ENCODERS,
    JOB_SETTINGS,
    OBJECTIVES,
    PRESETS,
    build_settings,
    encoder_name,
    job_settings,
)
from core.errors import SettingError, UnknownChoice
from core.settings import SettingField, setting_fields

FIELDS = [
    pytest.param(field, id=f"{kind}-{field.key}")
    for kind, model in JOB_SETTINGS.items()
    for field in setting_fields(model)
]
NUMBERS = [param for param in FIELDS if param.values[0].kind in (int, float)]


@pytest.mark.parametrize("field", FIELDS)
def test_every_setting_has_a_label_and_a_help_of_full_sentences(field: SettingField):
    assert field.label[0].isupper()
    assert field.label != field.key
    assert field.help.endswith(".")
    assert len(field.help) > len(field.label)


@pytest.mark.parametrize("field", NUMBERS)
def test_every_number_has_a_range_around_its_default(field: SettingField):
    assert field.minimum is not None
    assert field.maximum is not None
    assert field.minimum <= field.default <= field.maximum


@pytest.mark.parametrize("field", FIELDS)
def test_every_default_is_among_the_choices(field: SettingField):
    assert not field.choices or field.default in field.choices


def test_labels_are_different_within_a_group_of_a_form():
    for model in JOB_SETTINGS.values():
        labels = [(field.key.split(".")[0], field.label) for field in setting_fields(model)]
        assert len(labels) == len(set(labels))


def test_every_encoder_and_objective_has_a_form():
    for model in (*ENCODERS.values(), *OBJECTIVES.values()):
        assert list(setting_fields(model))


@pytest.mark.parametrize(
    ("kind", "preset"), [(kind, name) for kind, names in PRESETS.items() for name in names]
)
def test_every_preset_is_valid_and_has_its_values(kind: str, preset: str):
    settings = build_settings(kind, preset).model_dump()
    for key, value in PRESETS[kind][preset].items():
        group, name = key.split(".")
        assert settings[group][name] == value


def test_every_kind_of_job_has_a_standard_preset_that_changes_nothing():
    for kind, model in JOB_SETTINGS.items():
        assert build_settings(kind) == model()


def test_a_change_overrides_the_preset():
    assert build_settings("pretrain", "quick", {"training.epochs": 3}).training.epochs == 3


def test_a_short_name_is_completed_where_only_one_group_has_it():
    assert build_settings("finetune", changes={"epochs": 7}).training.epochs == 7


def test_text_from_a_command_line_is_understood():
    changes = {"learning_rate": "3e-4", "vacancy_input": "no", "epochs": "12"}
    settings = build_settings("pretrain", changes=changes)
    assert settings.training.learning_rate == 3e-4
    assert settings.encoder.vacancy_input is False
    assert settings.training.epochs == 12


@given(epochs=st.integers(1, 100_000), rate=st.floats(1e-7, 1.0))
def test_any_value_within_its_range_is_taken_as_it_is(epochs: int, rate: float):
    training = build_settings("pretrain", changes={"epochs": epochs, "learning_rate": rate}).training
    assert (training.epochs, training.learning_rate) == (epochs, rate)


@pytest.mark.parametrize(
    ("changes", "proposal"),
    [
        ({"training.epoch": 3}, "Did you mean 'training.epochs'?"),
        ({"learning_rte": 3}, "Did you mean 'training.learning_rate'?"),
        ({"encoder.hiden_width": 3}, "Did you mean 'encoder.hidden_width'?"),
    ],
)
def test_an_unknown_key_gets_the_nearest_one_proposed(changes: dict[str, object], proposal: str):
    with pytest.raises(UnknownChoice) as caught:
        build_settings("pretrain", changes=changes)
    assert proposal in caught.value.hint


def test_an_unknown_kind_or_preset_is_named():
    with pytest.raises(UnknownChoice, match=r"Unknown kind of job 'pretrian'.*Did you mean 'pretrain'\?"):
        build_settings("pretrian")
    with pytest.raises(UnknownChoice, match=r"Unknown preset 'fast'"):
        build_settings("pretrain", "fast")


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("training.epochs", 0, "Allowed: 1 to 100000"),
        ("training.learning_rate", "fast", "Allowed: 1e-07 to 1"),
        ("training.learning_rate", float("nan"), "Allowed: 1e-07 to 1"),
        ("training.schedule", "linear", "Choices: cosine, constant."),
        ("encoder.supercell_sites", 50.5, "sites."),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(key: str, value: object, hint: str):
    with pytest.raises(SettingError) as caught:
        build_settings("pretrain", changes={key: value})
    assert key in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("kind", ["pretrain", "finetune"])
def test_the_network_of_a_job_follows_the_encoder(kind: str, encoder: str):
    settings = build_settings(kind, encoder=encoder)
    assert isinstance(settings, JOB_SETTINGS[kind])
    assert encoder_name(settings.encoder) == encoder
    assert job_settings(kind, encoder).model_validate(settings.model_dump()) == settings


def test_a_setting_of_another_encoder_is_unknown():
    with pytest.raises(UnknownChoice, match="supercell_sites"):
        build_settings("pretrain", changes={"supercell_sites": 20}, encoder="cgcnn")


def test_an_unknown_encoder_is_answered_with_the_nearest():
    with pytest.raises(UnknownChoice, match="cgnn") as caught:
        build_settings("pretrain", encoder="cgnn")
    assert "Did you mean 'cgcnn'?" in caught.value.hint


def test_predicting_trains_no_network_whatever_the_encoder():
    assert build_settings("predict", encoder="cgcnn") == build_settings("predict")
