"""The cells of a transfer study that are done, as a table that survives a kill, and its learning curves."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np

from core.jobs.csv_file import read_finished_cells, text_of_cell, write_csv

Start = Literal["scratch", "frozen", "free"]


@dataclass(frozen=True)
class TransferCell:
    """One learning of a task from few clouds, from scratch or after another task, its core frozen or free."""

    target: str
    # task that the core comes from; empty from scratch
    source: str
    start: Start
    num_clouds: int
    replica: int

    @property
    def words(self) -> str:
        """What is being done."""
        after = f"after {self.source} ({self.start})" if self.source else "from scratch"
        return f"{self.target} {after}, {self.num_clouds:,} clouds, replica {self.replica + 1}"


@dataclass(frozen=True)
class TransferRow:
    """A cell that is done: its score on the clouds that all cells are judged on, and the trivial one."""

    cell: TransferCell
    # mean squared error, lower is better, or accuracy, higher is better; see `CloudTask.score`
    score: float
    trivial: float
    seconds: float


@dataclass(frozen=True)
class TransferPoint:
    """A point of a learning curve, over replicas.

    gain: by how much the score is better than from scratch with the same clouds; None from scratch itself.
    Standard errors are None for a single replica.
    """

    target: str
    source: str
    start: Start
    num_clouds: int
    replicas: int
    mean: float
    standard_error: float | None
    gain: float | None
    gain_error: float | None


CELL_COLUMNS = tuple(field.name for field in fields(TransferCell))
COLUMNS = (*CELL_COLUMNS, "score", "trivial", "seconds")


class TransferTable:
    """transfer.csv: one line for each cell that is done, written as soon as it is."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "transfer.csv"
        self._rows = {row.cell: row for row in read_finished_cells(self.path, _parsed)}

    @property
    def rows(self) -> list[TransferRow]:
        """All lines, in the order in which cells ended."""
        return list(self._rows.values())

    def is_done(self, cell: TransferCell) -> bool:
        """Whether a cell has a line."""
        return cell in self._rows

    def put(self, row: TransferRow) -> None:
        """Add a line; raises DiskFull."""
        self._rows[row.cell] = row
        lines = [[*astuple(one.cell), one.score, one.trivial, one.seconds] for one in self.rows]
        write_csv(self.path, COLUMNS, lines)


def learning_curves(rows: Sequence[TransferRow], higher_is_better: dict[str, bool]) -> list[TransferPoint]:
    """Average cells over replicas; replicas are paired, since each has the same clouds in all cells."""
    scores: dict[tuple[str, str, Start, int], dict[int, float]] = defaultdict(dict)
    for row in rows:
        cell = row.cell
        scores[cell.target, cell.source, cell.start, cell.num_clouds][cell.replica] = row.score
    points = []
    for (target, source, start, number), by_replica in scores.items():
        mean, error = _mean_and_error([*by_replica.values()])
        scratch = scores.get((target, "", "scratch", number), {})
        sign = 1.0 if higher_is_better[target] else -1.0
        gains = [
            sign * (score - scratch[replica]) for replica, score in by_replica.items() if replica in scratch
        ]
        gain, gain_error = _mean_and_error(gains) if source and gains else (None, None)
        points.append(
            TransferPoint(target, source, start, number, len(by_replica), mean, error, gain, gain_error)
        )
    return points


def _mean_and_error(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean, and its standard error, for which two values are needed."""
    error = float(np.std(values, ddof=1) / len(values) ** 0.5) if len(values) > 1 else None
    return float(np.mean(values)), error


def _parsed(line: dict[str, str]) -> TransferRow:
    start = line["start"]
    if start not in ("scratch", "frozen", "free"):
        raise ValueError(f"'{start}' is no way to start")
    cell = TransferCell(
        text_of_cell(line["target"]),
        text_of_cell(line["source"]),
        start,  # type: ignore[arg-type]
        int(line["num_clouds"]),
        int(line["replica"]),
    )
    return TransferRow(cell, float(line["score"]), float(line["trivial"]), float(line["seconds"]))
