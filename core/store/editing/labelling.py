"""Attaching a table of measured values to the structures of a project."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Literal

from core.errors import LabelError
from core.jobs.spec import PropertySpec
from core.store.editing.edits import Recorder, recorded
from core.store.project import Project
from core.structures.labels.table import (
    Label,
    LabelColumn,
    LabelProblem,
    LabelTable,
    RowText,
    TableMapping,
    read_labels,
)
from core.structures.labels.table_file import read_table

PREVIEW_ROWS = 20


@dataclass
class LabelSummary:
    """What became of a table: values stored, ids without a structure, entries that are not values.

    `structures` counts the structures that the table names, `compositions` the ids without a structure
    that were kept as composition entries.
    """

    matched: int = 0
    unmatched: list[str] = field(default_factory=list)
    invalid: list[LabelProblem] = field(default_factory=list)
    structures: int = 0
    compositions: int = 0


@dataclass(frozen=True)
class LabelPreview:
    """What importing a table would do: its titles and first rows, and the summary without writing."""

    header: tuple[str, ...]
    rows: list[list[str]]
    summary: LabelSummary


@dataclass
class _Match:
    """Where the ids of a table belong, to numbers of structures or to entries without one, and the values."""

    numbers: dict[str, int] = field(default_factory=dict)
    of_structures: list[Label] = field(default_factory=list)
    of_compositions: dict[str, list[Label]] = field(default_factory=dict)
    invalid: list[LabelProblem] = field(default_factory=list)

    def summary(self) -> LabelSummary:
        return LabelSummary(
            matched=len(self.of_structures),
            unmatched=list(self.of_compositions),
            invalid=self.invalid,
            structures=len(self.numbers),
            compositions=len(self.of_compositions),
        )


def import_labels(
    project: Project,
    table: Path,
    id_column: str,
    columns: Sequence[LabelColumn],
    mapping: TableMapping | None = None,
) -> LabelSummary:
    """Store the values of a table with the structures whose names are in its id column; can be undone.

    A value replaces the one that was there; a bound such as `<1E-10` is stored as one. What the mapping
    names as metadata goes with the structure, also in rows without a value. An id without a structure is
    kept as a composition entry. `mapping` holds the further choices; its id column and columns are those
    given here. Raises LabelError when the table cannot be read, a column is missing, or a property has
    another unit or is named twice.
    """
    chosen = _complete(mapping, id_column, columns)
    read = read_labels(table, chosen)
    with recorded(project, f"Import values from {table.name}") as recorder:
        properties = {column.name: ensure_property(project, recorder, column) for column in columns}
        match = _match(project, read)
        for label in match.of_structures:
            number = match.numbers[label.structure_name]
            key = {"structure_id": number, "property_id": properties[label.property]}
            recorder.put("labels", {**key, **label_columns(label)})
        for name, number in match.numbers.items():
            for title, value in read.texts[name].metadata.items():
                recorder.put("metadata", {"structure_id": number, "name": title, "value": value})
        _forget_compositions(project, recorder, match.numbers)
        for name, labels in match.of_compositions.items():
            _put_composition(project, recorder, name, read.texts[name], labels, properties)
    return match.summary()


def preview_labels(
    project: Project,
    table: Path,
    id_column: str,
    columns: Sequence[LabelColumn],
    mapping: TableMapping | None = None,
) -> LabelPreview:
    """Tell what `import_labels` would do, and write nothing; raises LabelError."""
    read = read_labels(table, _complete(mapping, id_column, columns))
    for column in columns:
        _known_property(project, column)
    opened = read_table(table)
    return LabelPreview(
        opened.header, list(islice(opened.rows, PREVIEW_ROWS)), _match(project, read).summary()
    )


def _complete(mapping: TableMapping | None, id_column: str, columns: Sequence[LabelColumn]) -> TableMapping:
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise LabelError(f"The property '{twice}' is named twice.", "Give each column a property of its own.")
    if mapping is None:
        return TableMapping(id_column, tuple(columns))
    return replace(mapping, id_column=id_column, columns=tuple(columns))


def _match(project: Project, read: LabelTable) -> _Match:
    numbers = _structure_numbers(project)
    match = _Match(invalid=list(read.problems))
    for name, text in read.texts.items():
        found = numbers.get(name, [])
        if not found:
            match.of_compositions[name] = []
        elif len(found) == 1:
            match.numbers[name] = found[0]
        else:
            reason = f"{len(found)} structures have this name."
            match.invalid.append(LabelProblem(text.row, name, "", reason))
    for label in read.labels:
        if label.structure_name in match.numbers:
            match.of_structures.append(label)
        elif label.structure_name in match.of_compositions:
            match.of_compositions[label.structure_name].append(label)
    return match


def label_columns(label: Label) -> dict[str, object]:
    """The columns of a stored label but its key."""
    return {
        "value": label.value,
        "bound": label.bound,
        "raw": label.raw,
        "error": label.error,
        "num_values": label.num_values,
    }


def _put_composition(
    project: Project,
    recorder: Recorder,
    name: str,
    text: RowText,
    labels: Sequence[Label],
    properties: dict[str, int],
) -> None:
    known = project.query("select id from compositions where name = ?", [name])
    number = known[0]["id"] if known else recorder.next_id("compositions")
    recorder.put(
        "compositions",
        {
            "id": number,
            "name": name,
            "formula": text.formula,
            "space_group": text.space_group,
            "cell": text.cell,
            "metadata": json.dumps(text.metadata, ensure_ascii=False),
        },
    )
    for label in labels:
        key = {"composition_id": number, "property_id": properties[label.property]}
        recorder.put("composition_labels", {**key, **label_columns(label)})


def _forget_compositions(project: Project, recorder: Recorder, names: Iterable[str]) -> None:
    """Take out entries whose structures have come since."""
    for name in names:
        for row in project.query("select id from compositions where name = ?", [name]):
            sql = "select property_id from composition_labels where composition_id = ?"
            for label in project.query(sql, [row["id"]]):
                recorder.remove("composition_labels", [row["id"], label["property_id"]])
            recorder.remove("compositions", [row["id"]])


def ensure_property(project: Project, recorder: Recorder, column: LabelColumn) -> int:
    """Number of a property, made if need be; raises LabelError where unit or scale differ."""
    number = _known_property(project, column)
    if number is None:
        number = recorder.next_id("properties")
        transform = "log10" if column.log10 else "none"
        row = {"id": number, "name": column.name, "unit": column.unit, "transform": transform}
        recorder.put("properties", row)
    return number


def _known_property(project: Project, column: LabelColumn) -> int | None:
    """Number of a property, None for a new one; raises LabelError where unit or scale differ."""
    transform: Literal["log10", "none"] = "log10" if column.log10 else "none"
    own = PropertySpec(name=column.name, unit=column.unit, transform=transform)
    for known in project.query("select * from properties where name = ?", [column.name]):
        if (known["unit"], known["transform"]) != (column.unit, transform):
            stored = PropertySpec(name=column.name, unit=known["unit"], transform=known["transform"])
            raise LabelError(
                f"The property '{column.name}' is already there in {stored.learned_unit or 'no unit'}, "
                f"not in {own.learned_unit or 'no unit'}.",
                "Give the new values another property name, or the same unit.",
            )
        return int(known["id"])
    return None


def _structure_numbers(project: Project) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for row in project.query("select id, name from structures where not deleted"):
        numbers.setdefault(row["name"], []).append(row["id"])
    return numbers
