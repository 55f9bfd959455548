"""Columns of the table of structures."""

from collections.abc import Mapping

from core.store.rows import PropertyRow, StoredLabel, StructureRow
from desktop_app.models.rows_model import Column, RowsModel, number_text

Labels = Mapping[int, StoredLabel]

_NAMES = (
    Column("Name", lambda row: row.name.lower(), text=lambda row: row.name, tooltip=lambda row: row.path),
    Column("Formula", lambda row: row.formula, tooltip=lambda row: row.formula),
)
_FACTS = (
    Column("Sites", lambda row: row.num_sites, numeric=True, header_tooltip="Sites in the imported cell"),
    Column(
        "Order",
        lambda row: row.is_ordered,
        text=lambda row: "ordered" if row.is_ordered else "disordered",
        tooltip=lambda row: _order_tooltip(row),
        header_tooltip="Disordered: some site is shared by elements or partly vacant",
    ),
    Column(
        "Density (g/cm³)",
        lambda row: row.density,
        text=lambda row: number_text(row.density, 3),
        numeric=True,
        header_tooltip="A strange density is the quickest sign of a file that was misread",
    ),
    Column(
        "Notes",
        lambda row: len(row.flags),
        text=lambda row: "; ".join(row.flags),
        tooltip=lambda row: "\n".join(row.flags),
        header_tooltip="What was noticed or repaired while reading",
    ),
)


def structures_model() -> RowsModel:
    """An empty table of :class:`StructureRow`, searched by name, formula, order and notes."""
    return RowsModel(structure_columns({}), searched=_searched)


def structure_columns(measured: Mapping[PropertyRow, Labels]) -> list[Column]:
    """The columns, one more for each measured property."""
    return [*_NAMES, *(_label_column(prop, labels) for prop, labels in measured.items()), *_FACTS]


def _label_column(prop: PropertyRow, labels: Labels) -> Column:
    def value(row: StructureRow) -> float | None:
        return labels[row.id].value if row.id in labels else None

    def text(row: StructureRow) -> str:
        label = labels.get(row.id)
        return "" if label is None else f"{label.bound}{number_text(label.value)}"

    title = f"{prop.name} ({prop.unit})" if prop.unit else prop.name
    return Column(
        title, value, text=text, numeric=True, header_tooltip=f"Measured, for {prop.num_labels} structures"
    )


def _searched(row: StructureRow) -> str:
    order = "ordered" if row.is_ordered else "disordered"
    return " ".join((row.name, row.formula, order, *row.flags))


def _order_tooltip(row: StructureRow) -> str:
    return (
        ""
        if row.is_ordered
        else "Shared or partly vacant sites are drawn as wedges and learned by occupancy."
    )
