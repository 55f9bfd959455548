"""What stands beside a structure in its file: values, identifiers, sources."""

import math
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

LONGEST_ENTRY: Final = 1000  # characters; longer ones are texts of their own

# Columns that name a structure, the most telling first.
NAME_KEYS: Final = ("material_id", "id", "structure_id", "mp_id", "jid", "cif_id", "identifier", "name")

_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)?(?:\.\d+|(?<=\d)\.?)(?:[eE][+-]?\d+)?")  # but not 007


def as_metadata(beside: Mapping[Any, Any], leave_out: Collection[str] = ()) -> dict[str, str | float]:
    """Keep the finite numbers and short texts of a mapping; a text that is a number becomes one."""
    entries = ((str(key), _entry(value)) for key, value in beside.items() if key not in leave_out)
    return {key: entry for key, entry in entries if key and entry is not None}


def find_name(beside: Mapping[Any, Any]) -> tuple[str, str]:
    """The key and the text that name a structure; both empty when none does."""
    keys = {key.lower(): key for key in beside if isinstance(key, str)}
    for wanted in NAME_KEYS:
        value = beside[keys[wanted]] if wanted in keys else None
        if isinstance(value, str | int) and (name := str(value).strip()):
            return keys[wanted], name
    return "", ""


def _entry(value: Any) -> str | float | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ENTRY:
        return None
    text = value.strip()
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else text
