"""Keeping models away from the crystals and labels that they have seen before a study."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from core.errors import ModelError
from core.training.model.seen import Seen, fingerprint

Rows = Sequence[Mapping[str, Any]]
_HINT = (
    "Set 'Structures that a model has seen' to leave_out or, knowing that the figures flatter it, to ignore."
)


def check_unseen(models: Mapping[str, Seen | None], tested: Rows, labelled: Rows, property_name: str) -> None:
    """Raise ModelError for a model that has seen a structure of the test, or a label beyond any budget.

    models: by the file as given, what each has seen; it must be recorded. tested: rows of all tests.
    labelled: all rows with a label of the property that is studied.
    """
    for path, seen in models.items():
        name = Path(path).name
        if seen is None:
            raise ModelError(f"The model '{name}' does not record what it was trained on.", _HINT)
        in_test = len(_among(tested, seen.crystals))
        if in_test:
            raise ModelError(
                f"The model '{name}' was trained on {in_test} of the formulas that it would be tested on.",
                _HINT,
            )
        known = len(_among(labelled, seen.labels.get(property_name, frozenset())))
        if known:
            raise ModelError(
                f"The model '{name}' has learned '{property_name}' of {known} formulas of this study.", _HINT
            )


def leave_out_seen(models: Mapping[str, Seen | None], rows: Rows) -> list[int]:
    """Places of the rows whose formula no model has seen; raises ModelError where that is not recorded."""
    for path, seen in models.items():
        if seen is None:
            raise ModelError(f"The model '{Path(path).name}' does not record what it was trained on.", _HINT)
    met = frozenset[int]().union(*(seen.crystals for seen in models.values() if seen is not None))
    return [k for k, row in enumerate(rows) if fingerprint(row["formula"]) not in met]


def remark_on_seen(
    models: Iterable[str], how: Literal["refuse", "leave_out", "ignore"], left_out: int
) -> str:
    """What the report says of it; empty where there is nothing to say."""
    if not list(models) or how == "refuse":
        return ""
    if how == "leave_out":
        return (
            f"{left_out} labelled structures whose formulas a model had seen were left out for all methods."
        )
    return "Whether the given models had seen structures or labels of this study was not checked."


def _among(rows: Rows, marks: frozenset[int]) -> set[str]:
    return {row["formula"] for row in rows if fingerprint(row["formula"]) in marks}
