"""A setting is described once: label, help, unit, range and default."""

from typing import Literal

import pytest
from pydantic import ValidationError

from core.settings import Settings, setting, setting_fields, validation_sentence


class Inner(Settings):
    """A group inside another."""

    width: int = setting(64, label="Width", help="How wide.", unit="sites", ge=4, le=128)
    shape: Literal["round", "square"] = setting("round", label="Shape", help="Its form.", advanced=True)


class Outer(Settings):
    """A group with a changed default of the inner one."""

    inner: Inner = Inner(width=32)
    name: str = setting("x", label="Name", help="What it is called.")


def test_fields_of_nested_groups_have_dotted_keys_in_order():
    assert [field.key for field in setting_fields(Outer)] == ["inner.width", "inner.shape", "name"]


def test_a_field_knows_label_help_unit_range_and_choices():
    width, shape, name = setting_fields(Outer)
    assert (width.label, width.help, width.unit) == ("Width", "How wide.", "sites")
    assert (width.kind, width.minimum, width.maximum, width.advanced) == (int, 4, 128, False)
    assert (shape.choices, shape.advanced) == (("round", "square"), True)
    assert (name.choices, name.minimum, name.maximum, name.unit) == ((), None, None, "")


def test_the_default_of_a_field_is_the_one_of_its_group():
    assert next(setting_fields(Inner)).default == 64
    assert next(setting_fields(Outer)).default == 32


def test_a_group_of_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        Inner().width = 5


def test_an_unknown_name_is_refused():
    with pytest.raises(ValidationError):
        Inner(wdith=5)


@pytest.mark.parametrize(
    ("content", "said", "hint"),
    [
        (
            {"inner": {"width": 3}},
            "The setting 'Width' (inner.width) cannot be 3",
            "Allowed: 4 to 128 sites.",
        ),
        (
            {"inner": {"shape": "flat"}},
            "The setting 'Shape' (inner.shape) cannot be 'flat'",
            "round, square.",
        ),
        ({"inner": {"wdith": 9}}, "The setting 'inner.wdith' cannot be 9", ""),
    ],
)
def test_a_wrong_value_is_explained_in_one_sentence(content: dict[str, object], said: str, hint: str):
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(content)
    message, advice = validation_sentence(caught.value, Outer)
    assert message.startswith(said)
    assert advice.endswith(hint)
