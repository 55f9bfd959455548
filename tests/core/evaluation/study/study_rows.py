"""Labelled rows of a study as the worker prepares them: without structures, with compositions."""

from typing import Any

from core.training.composition import composition_of
from tests.core.salts import salt_rows


def study_rows() -> list[dict[str, Any]]:
    """Thirty-two salts to learn from."""
    return [{**row, "composition": composition_of(row), "part": "learn"} for row in salt_rows()]
