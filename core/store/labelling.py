"""Attaching a table of measured values to the structures of a project."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import LabelError
from core.store.project import Project
from core.structures.label_table import Label, LabelColumn, LabelProblem, read_label_table


@dataclass
class LabelSummary:
    """What became of a table: values stored, ids without a structure, entries that are not values."""

    matched: int = 0
    unmatched: list[str] = field(default_factory=list)
    invalid: list[LabelProblem] = field(default_factory=list)


def import_labels(
    project: Project, table: Path, id_column: str, columns: Sequence[LabelColumn]
) -> LabelSummary:
    """Store the values of a table with the structures whose names are in its id column.

    A value replaces the one that was there; a bound such as `<1E-10` is stored as one. Raises
    LabelError when the table cannot be read, a column is missing, or a property has another unit or is
    named twice.
    """
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise LabelError(f"The property '{twice}' is named twice.", "Give each column a property of its own.")
    labels, invalid = read_label_table(table, id_column, columns)
    summary = LabelSummary(invalid=list(invalid))
    unmatched: dict[str, None] = {}  # in the order of the table, each once
    with project.transaction():
        numbers = _structure_numbers(project)
        properties = {column.name: _ensure_property(project, column) for column in columns}
        for label in labels:
            structure_ids = numbers.get(label.structure_name, [])
            if not structure_ids:
                unmatched[label.structure_name] = None
            elif len(structure_ids) > 1:
                summary.invalid.append(_ambiguous(label, len(structure_ids)))
            else:
                _store(project, structure_ids[0], properties[label.property], label)
                summary.matched += 1
    summary.unmatched = list(unmatched)
    return summary


def _store(project: Project, structure_id: int, property_id: int, label: Label) -> None:
    project.db.table("labels").insert(
        {
            "structure_id": structure_id,
            "property_id": property_id,
            "value": label.value,
            "bound": label.bound,
            "raw": label.raw,
        },
        replace=True,
    )


def _ensure_property(project: Project, column: LabelColumn) -> int:
    transform = "log10" if column.log10 else "none"
    for known in project.query("select * from properties where name = ?", [column.name]):
        if (known["unit"], known["transform"]) != (column.unit, transform):
            raise LabelError(
                f"The property '{column.name}' is already there in '{known['unit']}' ({known['transform']}), "
                f"not in '{column.unit}' ({transform}).",
                "Give the new values another property name, or the same unit.",
            )
        return int(known["id"])
    row = {"name": column.name, "unit": column.unit, "transform": transform}
    property_id = project.db.table("properties").insert(row).last_pk
    return int(str(property_id))


def _structure_numbers(project: Project) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for row in project.query("select id, name from structures where not deleted"):
        numbers.setdefault(row["name"], []).append(row["id"])
    return numbers


def _ambiguous(label: Label, count: int) -> LabelProblem:
    reason = f"{count} structures have this name."
    return LabelProblem(row=0, key=label.structure_name, column=label.property, reason=reason)
