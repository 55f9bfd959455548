"""Columns of the two tables of a study: how far its cells are, and how the arms differ."""

import math
from collections.abc import Sequence
from functools import partial

from core.jobs.results.study_report import CellTally, DifferenceLine, StudyReport, arm_words
from desktop_app.look.plain_text import with_unit
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel

TallyRow = dict[int, CellTally]  # the cells of one arm by budget


def cells_model() -> RowsModel:
    """An empty table of the cells, one line per arm; its columns depend on the study."""
    return RowsModel([Column("Arm", _arm_of)], searched=_arm_of)


def tally_rows(report: StudyReport) -> list[TallyRow]:
    """The lines of the table of cells."""
    arms = dict.fromkeys(tally.arm for tally in report.tallies)
    return [{t.n_labels: t for t in report.tallies if t.arm == arm} for arm in arms]


def tally_columns(rows: Sequence[TallyRow]) -> list[Column]:
    """The arm and a column for each budget."""
    budgets = list(rows[0]) if rows else []
    return [
        Column("Arm", _arm_of, tooltip=lambda row: arm_words(_arm_of(row))),
        *(
            Column(
                f"{budget:,} labels" if budget else "all labels",
                partial(_done_of, budget),
                text=partial(_tally_text, budget),
                tooltip=lambda row: "Cells done of those planned; ✗ before the number that failed",
                numeric=True,
            )
            for budget in budgets
        ),
    ]


def differences_model(unit: str = "") -> RowsModel:
    """An empty table of :class:`DifferenceLine`."""
    return RowsModel(difference_columns(unit), searched=lambda line: f"{line.arm} {line.sentence}")


def difference_columns(unit: str) -> list[Column]:
    """The columns for errors in this unit."""
    return [
        Column("Arm", lambda line: line.arm, tooltip=lambda line: line.sentence),
        Column(
            "Labels",
            lambda line: line.n_labels or math.inf,
            text=lambda line: f"{line.n_labels:,}" if line.n_labels else "all",
            numeric=True,
        ),
        Column(
            with_unit("Difference", unit),
            lambda line: line.difference,
            text=lambda line: f"{line.difference:+.3g}",
            tooltip=lambda line: line.sentence,
            header_tooltip="Error of the arm minus that of the reference: below zero, the arm is better",
            numeric=True,
        ),
        Column("95 % interval", lambda line: line.lower, text=_interval_text, numeric=True),
        Column("Against", lambda line: line.reference),
        Column("Repeats", lambda line: line.repeats, numeric=True),
    ]


def _interval_text(line: DifferenceLine) -> str:
    return f"{line.lower:+.2g} to {line.upper:+.2g}"


def _arm_of(row: TallyRow) -> str:
    return next(iter(row.values())).arm


def _done_of(budget: int, row: TallyRow) -> int:
    return row[budget].done


def _tally_text(budget: int, row: TallyRow) -> str:
    tally = row[budget]
    failed = f"  ✗ {tally.failed}" if tally.failed else ""
    return f"{tally.done}/{tally.planned}{failed}"
