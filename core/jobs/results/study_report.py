"""What a study has found so far, read from the tables of its run folder."""

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from core.errors import RunError
from core.jobs.csv_file import text_of_cell
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.jobs.study_texts import parse_arm, parse_arms, parse_budgets
from core.study_settings import StudyPlanSettings

Line = TypeVar("Line")

REPORT_FOLDER = "report"
_ALL = "all"


@dataclass(frozen=True)
class CellTally:
    """How many of the cells of one arm and budget (0: all labels) are done, have failed, and are planned."""

    arm: str
    n_labels: int
    done: int
    failed: int
    planned: int


@dataclass(frozen=True)
class CurvePoint:
    """Mean absolute error of an arm with a budget, on the learned scale.

    num_train: labels that were learned from, on average. lower, upper: ends of the 95 % interval; None while
    the study goes on.
    """

    arm: str
    n_labels: int
    num_train: float
    mae: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class DifferenceLine:
    """Error of an arm minus that of the reference, with its 95 % interval, and what that means in words."""

    arm: str
    reference: str
    n_labels: int
    repeats: int
    difference: float
    lower: float
    upper: float
    sentence: str


@dataclass(frozen=True)
class StudyReport:
    """Everything that a study shows of itself; `differences` are empty while it goes on."""

    tallies: tuple[CellTally, ...]
    points: tuple[CurvePoint, ...]
    differences: tuple[DifferenceLine, ...] = ()

    @property
    def done(self) -> int:
        """Cells that have ended, well or not."""
        return sum(tally.done + tally.failed for tally in self.tallies)

    @property
    def planned(self) -> int:
        """Cells in all."""
        return sum(tally.planned for tally in self.tallies)

    @property
    def failed(self) -> int:
        """Cells that have failed."""
        return sum(tally.failed for tally in self.tallies)


@dataclass(frozen=True)
class _Cell:
    arm: str
    n_labels: int
    is_done: bool
    num_train: int
    mae: float | None


def read_study(run: RunFolder, spec: JobSpec) -> StudyReport:
    """Read the tables of a study; raises RunError for one that is damaged."""
    plan = StudyPlanSettings.model_validate(spec.settings.get("study", {}))
    cells = list(_lines(run.path / "cells.csv", _cell))
    tallies, points = [], []
    for arm in parse_arms(plan.arms):
        for budget in parse_budgets(plan.n_labels):
            ended = [cell for cell in cells if (cell.arm, cell.n_labels) == (arm.text, budget)]
            done = [cell for cell in ended if cell.is_done and cell.mae is not None]
            planned = plan.seeds * plan.folds
            tallies.append(CellTally(arm.text, budget, len(done), len(ended) - len(done), planned))
            if done:
                mae = fmean(cell.mae for cell in done if cell.mae is not None)
                num_train = fmean(cell.num_train for cell in done)
                points.append(CurvePoint(arm.text, budget, num_train, mae))
    intervals = dict(_lines(run.path / REPORT_FOLDER / "curves.csv", _interval))
    differences = _lines(run.path / REPORT_FOLDER / "differences.csv", _difference)
    return StudyReport(
        tallies=tuple(tallies),
        points=tuple(_with_interval(point, intervals) for point in points),
        differences=tuple(differences),
    )


def report_page(run: RunFolder) -> Path:
    """The report of a finished study as a page to read."""
    return run.path / REPORT_FOLDER / "report.html"


def arm_words(arm: str) -> str:
    """An arm as a reader would call it."""
    return parse_arm(arm).words


def _with_interval(
    point: CurvePoint, intervals: dict[tuple[str, int], tuple[float, float, float]]
) -> CurvePoint:
    """The figures of the finished report in place of those of the cells, where there are some."""
    found = intervals.get((point.arm, point.n_labels))
    if found is None:
        return point
    mae, lower, upper = found
    return replace(point, mae=mae, lower=lower, upper=upper)


def _lines(path: Path, parse: Callable[[dict[str, str]], Line]) -> Iterator[Line]:
    """Parsed lines of a table; none where there is no file yet."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            yield from map(parse, csv.DictReader(file))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise RunError(
            f"The file '{path}' is damaged: {error}.", "Resume the study, or run it again."
        ) from error


def _cell(line: dict[str, str]) -> _Cell:
    return _Cell(
        arm=text_of_cell(line["arm"]),
        n_labels=int(line["n_labels"]),
        is_done=line["status"] == "done",
        num_train=int(line["num_train"]),
        mae=float(line["mae"]) if line["mae"] else None,
    )


def _interval(line: dict[str, str]) -> tuple[tuple[str, int], tuple[float, float, float]]:
    figures = (_number(line["mae"]), _number(line["mae_lower"]), _number(line["mae_upper"]))
    return (text_of_cell(line["arm"]), _budget(line["n_labels"])), figures


def _difference(line: dict[str, str]) -> DifferenceLine:
    return DifferenceLine(
        arm=text_of_cell(line["arm"]),
        reference=text_of_cell(line["reference"]),
        n_labels=_budget(line["n_labels"]),
        repeats=int(line["repeats"]),
        difference=_number(line["difference"]),
        lower=_number(line["lower"]),
        upper=_number(line["upper"]),
        sentence=text_of_cell(line["sentence"]),
    )


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _budget(text: str) -> int:
    return 0 if text == _ALL else int(text)
