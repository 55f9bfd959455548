"""Labelled rows of a study as the worker prepares them: without structures, with compositions."""

from typing import Any

from core.evaluation.features.composition import row_amounts
from tests.core.salts import salt_rows


def study_rows() -> list[dict[str, Any]]:
    """Thirty-two salts to learn from."""
    return [{**row, "composition": row_amounts(row), "part": "learn"} for row in salt_rows()]
