"""What a user must know of a model that has met the structures before: errors on them flatter it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.events import Message
from core.training.model.seen import Seen, fingerprint

if TYPE_CHECKING:
    from core.worker.context import JobContext

Rows = Sequence[Mapping[str, Any]]


def tell_of_held_out(context: "JobContext", seen: Seen | None, held_out: Rows) -> None:
    """Say in a run where the model that it starts from, which has seen `seen`, has met the held-out rows."""
    start = context.spec.start_from
    if start is not None:
        names = sorted({prop.label_name for prop in context.spec.properties})
        for remark in remarks_on_held_out(start.name, seen, held_out, names):
            context.emit(remark)


def remarks_on_held_out(
    name: str, seen: Seen | None, held_out: Rows, properties: Iterable[str]
) -> list[Message]:
    """What a fine-tuning says of the model that it starts from, whose figures come from the held-out rows.

    Labels that it has learned make them too good, which is a warning; formulas met without a label may.
    """
    if seen is None:
        text = "Whether it has seen the structures of the validation and the test is not known."
        return [Message("info", f"The model '{name}' does not record what it was trained on. {text}")]
    of = f"of the {len(held_out)} structures of the validation and the test"
    remarks = [
        Message(
            "warning",
            f"The model '{name}' has learned '{prop}' for the formulas of {count} {of}: the errors reported "
            "on them are lower than those on new structures will be.",
        )
        for prop, count in _known_labels(seen, held_out, properties)
    ]
    met = _count(held_out, seen.crystals)
    if met and not remarks:
        text = f"The model '{name}' has met the formulas of {met} {of}, though without these values."
        remarks.append(Message("info", text))
    return remarks


def remarks_on_predictions(
    name: str, seen: Seen | None, rows: Rows, properties: Iterable[str]
) -> list[Message]:
    """What a prediction says of structures whose values the model has learned."""
    known = [] if seen is None else _known_labels(seen, rows, properties)
    return [
        Message(
            "info",
            f"The model '{name}' has learned '{prop}' for the formulas of {count} of the {len(rows)} "
            "structures: how near it comes to their measured values is no test of it.",
        )
        for prop, count in known
    ]


def _known_labels(seen: Seen, rows: Rows, properties: Iterable[str]) -> list[tuple[str, int]]:
    """The properties that the model has learned for formulas of the rows, and for how many rows."""
    counts = [(name, _count(rows, seen.labels.get(name, frozenset()))) for name in properties]
    return [(name, count) for name, count in counts if count]


def _count(rows: Rows, marks: frozenset[int]) -> int:
    return sum(fingerprint(row["formula"]) in marks for row in rows)
