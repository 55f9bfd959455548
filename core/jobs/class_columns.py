"""Properties that are learned as classes: which there are, and the columns that are predicted of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from core.errors import SettingError
from core.jobs.spec import PropertySpec

MOST_CLASSES: Final = 50
YES_OR_NO: Final = frozenset({"0", "1"})


def class_name(target: Mapping[str, Any]) -> str:
    """The class that a label in structures.jsonl names: its word, else its number."""
    return str(target["class"]) if "class" in target else f"{float(target['value']):g}"


def class_columns(prop: PropertySpec, targets: Iterable[Mapping[str, Any]]) -> tuple[PropertySpec, ...]:
    """The columns that the property is learned as: itself where all values are 0 and 1, else one a class.

    targets: its labels, as in structures.jsonl. Classes come in the order of their numbers, or of the
    alphabet. Raises SettingError where there are too many, one alone, or values between whole numbers.
    """
    labels = list(targets)
    names = sorted({class_name(label) for label in labels}, key=_order)
    is_in_words = any("class" in label for label in labels)
    if YES_OR_NO.issuperset(names) and not is_in_words:
        return (prop,)
    if broken := [name for name in names if not is_in_words and not _is_class(name)]:
        raise SettingError(
            f"The property '{prop.name}' is to be learned as classes, but has the value {broken[0]}.",
            "Give its classes as whole numbers or as words, or take it out of 'Properties that are classes'.",
        )
    if len(names) > MOST_CLASSES or len(names) < 2:
        raise SettingError(
            f"The property '{prop.name}' has {len(names)} different values, and 2 to {MOST_CLASSES} classes "
            "can be learned.",
            "Take it out of 'Properties that are classes', or join classes.",
        )
    return tuple(
        prop.model_copy(update={"name": f"{prop.name} = {name}", "of": prop.name, "choice": name})
        for name in names
    )


def class_groups(properties: Sequence[PropertySpec]) -> list[list[int]]:
    """Places of the columns of each property that is learned as classes; those of numbers are in none."""
    groups: dict[str, list[int]] = {}
    for k, prop in enumerate(properties):
        if prop.kind == "class":
            groups.setdefault(prop.label_name, []).append(k)
    return list(groups.values())


def class_names(properties: Sequence[PropertySpec], group: Sequence[int]) -> list[str]:
    """What the classes of a group of columns are called; 0 and 1 where it is a single one."""
    return [properties[k].choice for k in group] if len(group) > 1 else ["0", "1"]


def _is_class(name: str) -> bool:
    return name.removeprefix("-").isdecimal()


def _order(name: str) -> tuple[bool, float, str]:
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name
