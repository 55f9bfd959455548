"""The job that compares ways to learn, cell by cell, and goes on where it was interrupted."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from core.config import StudySettings
from core.errors import DiskFull
from core.evaluation.metrics import error_figures
from core.evaluation.study.cells import DONE, FAILED, Cell, CellTable, as_row, plan_cells
from core.evaluation.study.comparison import StudyResults
from core.evaluation.study.remaining import seconds_left, time_words
from core.evaluation.study.results import write_results
from core.evaluation.study.run_arm import run_arm
from core.evaluation.study.workplace import Interrupted
from core.events import Message, Progress
from core.jobs.study_arms import Arm
from core.jobs.study_texts import parse_arms, parse_budgets
from core.worker.context import JobContext, StopRequested
from core.worker.studies.setup import StudySetup, set_up


def study(context: JobContext) -> dict[str, Any]:
    """Run every cell that is not done, then write curves, differences and the report.

    Raises StopRequested when stopped, and as `set_up` does.
    """
    settings: StudySettings = context.settings
    arms = parse_arms(settings.study.arms)
    setup = set_up(context, arms)
    if setup.remark:
        context.emit(Message("info", setup.remark))
    table = CellTable(context.run.path, arms)
    budgets = parse_budgets(settings.study.n_labels)
    cells = plan_cells(arms, budgets, len(setup.material.folds), settings.study.seeds)
    _run_cells(context, cells, arms, setup, table)
    context.emit(Message("info", "Comparing the arms."))
    results = write_results(
        context.run, context.spec, settings, arms, setup.material, table, remark=setup.remark
    )
    return {"metrics": _metrics(results), "skipped": [asdict(one) for one in setup.skipped]}


def _run_cells(
    context: JobContext, cells: Sequence[Cell], arms: Sequence[Arm], setup: StudySetup, table: CellTable
) -> None:
    by_text = {arm.text: arm for arm in arms}
    for done, cell in enumerate(cells):
        if table.is_done(cell):
            continue
        if context.run.stop_file.exists():
            raise StopRequested
        waiting = [later for later in cells[done:] if not table.is_done(later)]
        left = seconds_left(table.rows, waiting)
        ahead = "" if left is None else f"; about {time_words(left)} left"
        context.emit(Progress(f"{cell.words}{ahead}", done, len(cells)))
        try:
            _run_cell(by_text[cell.arm], cell, setup, table)
        except Interrupted:
            raise StopRequested from None
        except (StopRequested, DiskFull):
            raise
        except Exception as error:  # whatever one cell ends with, the others are run
            reason = str(error) or type(error).__name__
            context.emit(Message("warning", f"The cell '{cell.words}' failed: {reason}"))
            table.put(as_row(cell, FAILED, reason=reason))
            # A resumed study tries it from the beginning.
            shutil.rmtree(table.folder(cell), ignore_errors=True)
    context.emit(Progress("all cells", len(cells), len(cells)))


def _run_cell(arm: Arm, cell: Cell, setup: StudySetup, table: CellTable) -> None:
    started = time.perf_counter()
    material = setup.material
    lesson = material.lesson(cell)
    predicted = run_arm(arm, lesson, setup.bench, table.folder(cell))
    test = lesson.fold.test
    figures = error_figures(predicted, material.values[test], material.bounds[test])
    if figures is None or not np.isfinite(predicted).all():
        raise ArithmeticError("A prediction is no finite number.")
    row = as_row(
        cell,
        DONE,
        num_train=len(lesson.train),
        num_test=figures.num_labels,
        num_bounds=figures.num_bounds,
        mae=figures.mae,
        mae_measured=figures.mae_measured,
        seconds=round(time.perf_counter() - started, 3),
    )
    table.put(row, predicted)
    shutil.rmtree(table.folder(cell), ignore_errors=True)


def _metrics(results: StudyResults) -> dict[str, Any]:
    return {
        "curves": [asdict(point) for point in results.curves],
        "differences": [asdict(found) for found in results.differences],
        "sentences": list(results.sentences),
        "failed": results.num_failed,
    }
