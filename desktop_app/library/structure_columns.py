"""Columns of the table of structures."""

from collections.abc import Sequence

from core.store.rows import PropertyRow, StructureRow
from desktop_app.library.library_model import LibraryRow, StoredColumn
from desktop_app.look.plain_text import with_unit
from desktop_app.models.cells_model import number_text

_NAMES = (
    StoredColumn("Name", lambda row: row.name, tooltip=lambda row: row.path, order="name"),
    StoredColumn("Formula", lambda row: row.formula, tooltip=lambda row: row.formula, order="formula"),
)
_FACTS = (
    StoredColumn(
        "Sites",
        lambda row: row.num_sites,
        numeric=True,
        header_tooltip="Sites in the imported cell",
        order="num_sites",
    ),
    StoredColumn(
        "Order",
        lambda row: row.is_ordered,
        text=lambda row: "ordered" if row.is_ordered else "disordered",
        tooltip=lambda row: _order_tooltip(row),
        header_tooltip="Disordered: some site is shared by elements or partly vacant",
        order="is_ordered",
    ),
    StoredColumn(
        "Space group",
        lambda row: row.space_group,
        text=lambda row: f"{row.space_group_symbol} ({row.space_group})" if row.space_group else "",
        header_tooltip="Found by spglib from the sites; empty until it was looked for",
        order="space_group",
    ),
    StoredColumn(
        "Density (g/cm³)",
        lambda row: row.density,
        text=lambda row: number_text(row.density, 3),
        numeric=True,
        header_tooltip="A strange density is the quickest sign of a file that was misread",
        order="density",
    ),
    StoredColumn(
        "Tags", lambda row: ", ".join(row.tags), header_tooltip="Words of your own", order="num_tags"
    ),
    StoredColumn(
        "Remarks",
        lambda row: len(row.flags),
        text=lambda row: "; ".join(row.flags),
        tooltip=lambda row: "\n".join(row.flags),
        header_tooltip="What was noticed or repaired while reading",
        order="num_flags",
    ),
)


def structure_columns(properties: Sequence[PropertyRow] = ()) -> list[StoredColumn]:
    """The columns of a :class:`LibraryRow`, one more for each measured property."""
    return [*_NAMES, *map(_label_column, properties), *_FACTS]


def _label_column(prop: PropertyRow) -> StoredColumn:
    def value(row: LibraryRow) -> float | None:
        return row.labels[prop.name].value if prop.name in row.labels else None

    def text(row: LibraryRow) -> str:
        label = row.labels.get(prop.name)
        return "" if label is None else f"{label.bound}{number_text(label.value)}"

    return StoredColumn(
        with_unit(prop.name, prop.unit),
        value,
        text=text,
        numeric=True,
        header_tooltip=f"Measured, for {prop.num_labels:,} structures; double-click a value to edit it",
        property_name=prop.name,
    )


def _order_tooltip(row: StructureRow) -> str:
    return (
        ""
        if row.is_ordered
        else "Shared or partly vacant sites are drawn as wedges and learned by occupancy."
    )
