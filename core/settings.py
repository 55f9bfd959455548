"""What a setting is: a typed value with a label, a help text, a unit and a range."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic.fields import FieldInfo


def setting(
    default: Any,
    *,
    label: str,
    help: str,
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    advanced: bool = False,
) -> Any:
    """Declare one user-visible setting; `advanced` ones are folded away in the form."""
    extra: dict[str, JsonValue] = {"unit": unit, "advanced": advanced}
    return Field(default, ge=ge, le=le, title=label, description=help, json_schema_extra=extra)


class Settings(BaseModel):
    """A frozen group of settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def check_together(self) -> None:
        """Raise SettingError where settings, each of them allowed, contradict each other.

        A form that is being filled in may contradict itself for a while, so this is no part of validation.
        """
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Settings):
                value.check_together()


@dataclass(frozen=True)
class SettingField:
    """One setting as a form, a help text or a manual needs it; `key` is dotted (training.epochs)."""

    key: str
    label: str
    help: str
    unit: str
    default: Any
    kind: type
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    advanced: bool


def setting_fields(settings: type[Settings], prefix: str = "") -> Iterator[SettingField]:
    """List the settings of a model in order, those of nested groups with a dotted key."""
    defaults = settings()
    for name, field in settings.model_fields.items():
        default = getattr(defaults, name)
        if isinstance(default, Settings):
            nested = setting_fields(type(default), f"{prefix}{name}.")
            for inner in nested:
                shown = getattr(default, inner.key.rsplit(".", 1)[-1])
                yield replace(inner, default=shown)
        else:
            yield _describe(f"{prefix}{name}", field, default)


def validation_sentence(error: ValidationError, model: type[Settings]) -> tuple[str, str]:
    """Turn the first pydantic complaint into a message and a hint."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    described = {field.key: field for field in setting_fields(model)}.get(key)
    label = f"'{described.label}' ({key})" if described else f"'{key}'"
    hint = f"{described.help}{_range_words(described)}" if described else ""
    return f"The setting {label} cannot be {first.get('input')!r}: {first['msg'].lower()}.", hint


def _describe(key: str, field: FieldInfo, default: Any) -> SettingField:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    limits: dict[str, float] = {}
    for part in field.metadata:
        limits.update({name: getattr(part, name) for name in ("ge", "le") if hasattr(part, name)})
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return SettingField(
        key=key,
        label=field.title or key,
        help=field.description or "",
        unit=str(extra.get("unit", "")),
        default=default,
        kind=type(default),
        choices=choices,
        minimum=limits.get("ge"),
        maximum=limits.get("le"),
        advanced=bool(extra.get("advanced", False)),
    )


def _range_words(field: SettingField) -> str:
    if field.choices:
        return f" Choices: {', '.join(field.choices)}."
    if field.minimum is None and field.maximum is None:
        return ""
    return f" Allowed: {field.minimum:g} to {field.maximum:g} {field.unit}".rstrip() + "."
