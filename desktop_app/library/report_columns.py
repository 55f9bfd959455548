"""Columns of the reports on what was imported, or could not be."""

from pathlib import Path

from core.store.editing.labelling import LabelSummary
from core.store.importing.report import ReportRow
from core.structures.labels.table import LabelProblem
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel


def import_report_model() -> RowsModel:
    """An empty report: what was not read, and remarks on what was."""
    return RowsModel(
        [
            Column("Kind", lambda row: f"{row.kind}: {row.remark}" if row.remark else row.kind),
            Column("File", lambda row: Path(row.path).name, tooltip=lambda row: row.path),
            Column("Reason", lambda row: row.reason, tooltip=lambda row: row.reason),
            Column("What to do", lambda row: row.hint, tooltip=lambda row: row.hint),
            Column("Structure", lambda row: row.structure, tooltip=lambda row: row.structure),
            Column("Block", lambda row: row.block, tooltip=lambda row: row.block),
            Column("Line", lambda row: row.line, numeric=True),
            Column("Collection", lambda row: row.collection),
            Column("Folder", lambda row: str(Path(row.path).parent)),
        ],
        searched=_searched,
    )


def _searched(row: ReportRow) -> str:
    return " ".join((row.path, row.structure, row.remark, row.reason, row.hint, row.block, row.collection))


def label_problems_model(summary: LabelSummary) -> RowsModel:
    """Entries of a table of values that were not used: unknown names first, then what is not a value."""
    model = RowsModel(
        [
            Column("Row", lambda row: row.row or None, numeric=True),
            Column("Name", lambda row: row.key),
            Column("Column", lambda row: row.column),
            Column("Reason", lambda row: row.reason, tooltip=lambda row: row.reason),
        ],
        searched=lambda row: f"{row.key} {row.column} {row.reason}",
    )
    unknown = [
        LabelProblem(row=0, key=name, column="", reason="No structure of the project has this name.")
        for name in summary.unmatched
    ]
    model.set_rows([*unknown, *summary.invalid])
    return model
