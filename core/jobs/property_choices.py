"""Settings that are written with the names of properties: their weights, and which are classes."""

import math
from collections.abc import Collection, Sequence

from core.errors import SettingError, UnknownChoice
from core.jobs.spec import PropertySpec


def property_weights(text: str, properties: Sequence[PropertySpec]) -> list[float]:
    """Read `gap=2, energy=0.5` as the weight of each property; 1 for those not named.

    Raises UnknownChoice for a name that is not learned and SettingError for a weight that is no number from 0
    up, or when none is left above 0.
    """
    weights = {prop.label_name: 1.0 for prop in properties}
    for entry in _entries(text):
        name, _, number = (part.strip() for part in entry.rpartition("="))
        if name not in weights:
            raise UnknownChoice("property in 'Weights of properties'", name or entry, weights)
        try:
            weights[name] = float(number)
        except ValueError:
            weights[name] = math.nan
        if not (math.isfinite(weights[name]) and weights[name] >= 0):
            raise SettingError(f"The weight of '{name}' cannot be '{number}'.", "Write a number from 0 up.")
    if not any(weights.values()):
        raise SettingError("All properties have the weight 0.", "Give one of them a weight above 0.")
    return [weights[prop.label_name] for prop in properties]


def weights_among(text: str, names: Collection[str]) -> str:
    """What of a text of weights is of the properties with these names, where others are learned elsewhere."""
    return ", ".join(entry for entry in _entries(text) if entry.rpartition("=")[0].strip() in names)


def with_kinds(properties: Sequence[PropertySpec], text: str) -> tuple[PropertySpec, ...]:
    """Mark the properties that `text` names, with commas between, as classes.

    Raises UnknownChoice for a name that is not learned, and SettingError for a property that is learned as
    its logarithm.
    """
    names, known = _entries(text), [prop.name for prop in properties]
    for name in names:
        if name not in known:
            raise UnknownChoice("property in 'Properties that are classes'", name, known)
    chosen = [prop for prop in properties if prop.name in names]
    if logarithmic := [prop.name for prop in chosen if prop.transform == "log10"]:
        raise SettingError(
            f"The property '{logarithmic[0]}' is learned as its logarithm and cannot be classes too.",
            "Import it under another name without log10.",
        )
    return tuple(p.model_copy(update={"kind": "class"}) if p in chosen else p for p in properties)


def check_can_be_blended(properties: Sequence[PropertySpec]) -> None:
    """Raise SettingError for a property that is learned as classes: only numbers can be blended."""
    classes = [prop.label_name for prop in properties if prop.kind == "class"]
    if classes:
        raise SettingError(
            f"'{classes[0]}' is learned as classes, and a blend can be weighed for numbers only.",
            "Switch 'Blend with boosting' off, or take the property out of 'Properties that are classes'.",
        )


def _entries(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",") if entry.strip()]
