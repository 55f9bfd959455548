"""The cells of a study, one per arm, budget, fold and seed, and the table of those that are done."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.study.array_file import load_array, save_array
from core.jobs.csv_file import read_finished_cells, text_of_cell, write_csv
from core.jobs.study_arms import Arm

DONE, FAILED = "done", "failed"


@dataclass(frozen=True)
class Cell:
    """One training with one test. n_labels: 0 for all."""

    arm: str
    n_labels: int
    fold: int
    seed: int

    @property
    def words(self) -> str:
        """What is being done."""
        labels = f"{self.n_labels:,} labels" if self.n_labels else "all labels"
        return f"{self.arm}, {labels}, fold {self.fold + 1}, seed {self.seed + 1}"


@dataclass(frozen=True)
class CellRow:
    """One line of cells.csv: a cell, how it ended, and its errors on the test on the learned scale.

    mae: a bound counts only by what the prediction exceeds it; mae_measured: without bounds.
    """

    arm: str
    n_labels: int
    fold: int
    seed: int
    status: str
    num_train: int
    num_test: int
    num_bounds: int
    mae: float | None
    mae_measured: float | None
    seconds: float
    reason: str = ""

    @property
    def cell(self) -> Cell:
        """Which cell it is."""
        return Cell(self.arm, self.n_labels, self.fold, self.seed)


COLUMNS = tuple(field.name for field in fields(CellRow))


def plan_cells(arms: Sequence[Arm], budgets: Sequence[int], num_folds: int, seeds: int) -> list[Cell]:
    """All cells in the order in which they are done: every arm once, then the next seed."""
    return [
        Cell(arm.text, budget, fold, seed)
        for seed in range(seeds)
        for fold in range(num_folds)
        for budget in budgets
        for arm in arms
    ]


class CellTable:
    """cells.csv and the predictions beside it; what was written survives a kill."""

    def __init__(self, folder: Path, arms: Sequence[Arm]) -> None:
        self.path = folder / "cells.csv"
        self._folder = folder / "cells"
        self._folder.mkdir(exist_ok=True)
        self._number = {arm.text: k for k, arm in enumerate(arms)}
        self._rows = {row.cell: row for row in read_finished_cells(self.path, _parsed)}

    @property
    def rows(self) -> list[CellRow]:
        """All lines, in the order in which cells ended."""
        return list(self._rows.values())

    def is_done(self, cell: Cell) -> bool:
        """Whether a cell has ended well; one that failed is tried again when the study is resumed."""
        return cell in self._rows and self._rows[cell].status == DONE

    def folder(self, cell: Cell) -> Path:
        """Where a cell may keep what it is working on."""
        return self._folder / self._name(cell)

    def put(self, row: CellRow, predicted: NDArray[np.float64] | None = None) -> None:
        """Write the predictions (num_test,) of a cell, then its line; raises DiskFull."""
        if predicted is not None:
            save_array(self._predictions(row.cell), predicted)
        self._rows.pop(row.cell, None)
        self._rows[row.cell] = row
        write_csv(self.path, COLUMNS, [["" if v is None else v for v in vars(r).values()] for r in self.rows])

    def predictions(self, cell: Cell) -> NDArray[np.float64]:
        """What a cell predicted for the test of its fold, (num_test,); raises RunError."""
        return load_array(self._predictions(cell))

    def _predictions(self, cell: Cell) -> Path:
        return self._folder / f"{self._name(cell)}.npy"

    def _name(self, cell: Cell) -> str:
        arm = re.sub("[^A-Za-z0-9_-]+", "_", cell.arm)[:40]
        budget = cell.n_labels or "all"
        return f"{self._number[cell.arm]:02d}-{arm}-n{budget}-f{cell.fold}-s{cell.seed}"


def as_row(cell: Cell, status: str, **figures: Any) -> CellRow:
    """The line of a cell; figures that are not given are none or zero."""
    nothing = {"num_train": 0, "num_test": 0, "num_bounds": 0, "mae": None, "mae_measured": None}
    return CellRow(**{**asdict(cell), "status": status, "seconds": 0.0, **nothing, **figures})


def _parsed(line: dict[str, str]) -> CellRow:
    whole = ("n_labels", "fold", "seed", "num_train", "num_test", "num_bounds")
    return CellRow(
        arm=text_of_cell(line["arm"]),
        status=line["status"],
        mae=float(line["mae"]) if line["mae"] else None,
        mae_measured=float(line["mae_measured"]) if line["mae_measured"] else None,
        seconds=float(line["seconds"]),
        reason=text_of_cell(line["reason"]),
        **{name: int(line[name]) for name in whole},
    )
