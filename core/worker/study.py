"""The job that compares ways to learn, cell by cell, and goes on where it was interrupted."""

import time
from dataclasses import asdict
from typing import Any

import numpy as np

from core.config import StudySettings
from core.encoders import create_encoder
from core.errors import DiskFull
from core.evaluation.metrics import error_figures
from core.evaluation.study.cells import DONE, FAILED, Cell, CellRow, CellTable, as_row, plan_cells
from core.evaluation.study.comparison import StudyResults
from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.study.material import Material, is_labelled, read_material
from core.evaluation.study.pretraining import Pretraining
from core.evaluation.study.remaining import seconds_left, time_words
from core.evaluation.study.results import write_results
from core.evaluation.study.run_arm import Bench, run_arm
from core.evaluation.study.workplace import Interrupted, Workplace
from core.events import Message, Progress
from core.jobs.study_arms import Arm, model_file, models_of, parse_arms, parse_budgets
from core.training.transfer import plan_transfer
from core.worker.context import JobContext, StopRequested
from core.worker.study_structures import StudyStructures, read_structures

NUM_FEATURES = 10  # of a site; any number will do to count the layers of a network


def study(context: JobContext) -> dict[str, Any] | None:
    """Run every cell that is not done, then write curves, differences and the report; None when stopped."""
    settings: StudySettings = context.settings
    arms = parse_arms(settings.study.arms)
    _check_transfer(context, arms)
    structures = read_structures(context, arms)
    prop, seed = context.spec.properties[0], context.spec.seed
    labelled = np.array([k for k, row in enumerate(structures.rows) if is_labelled(row, prop)])
    material = read_material([structures.rows[k] for k in labelled], prop, settings.study, seed)
    bench = _bench(context, structures, labelled, material)
    table = CellTable(context.run.path, arms)
    cells = plan_cells(
        arms, parse_budgets(settings.study.n_labels), len(material.folds), settings.study.seeds
    )
    _run_cells(context, cells, arms, material, bench, table)
    context.emit(Message("info", "Comparing the arms."))
    results = write_results(context.run, context.spec, settings, arms, material, table)
    return {"metrics": _metrics(results), "skipped": [asdict(one) for one in structures.skipped]}


def _check_transfer(context: JobContext, arms: tuple[Arm, ...]) -> None:
    """Raise SettingError now, not in each cell, for more layers to keep fixed than the network has."""
    if any(arm.source is not None and arm.source.is_pretrained_here and not arm.learner for arm in arms):
        encoder = create_encoder(context.spec.encoder, context.settings.encoder, NUM_FEATURES)
        plan_transfer(encoder, context.settings.transfer, has_start=True)


def _bench(
    context: JobContext, structures: StudyStructures, labelled: np.ndarray[Any, Any], material: Material
) -> Bench:
    arms = parse_arms(context.settings.study.arms)
    place = Workplace(
        settings=context.settings,
        encoder=context.spec.encoder,
        properties=context.spec.properties,
        rows=structures.rows,
        labelled=labelled,
        graphs_of=structures.graphs_of,
        models={path: context.run.path / model_file(k) for k, path in enumerate(models_of(arms))},
        device=context.device,
        folder=context.run.path,
        seed=context.spec.seed,
        emit=context.emit,
        should_stop=context.run.stop_file.exists,
        lineage=context.lineage,
    )
    features = FeatureTable(
        material.rows,
        context.run.structures,
        context.run.path / "features.npz",
        context.progress("describing structures"),
    )
    return Bench(place, features, Pretraining(place))


def _run_cells(
    context: JobContext,
    cells: list[Cell],
    arms: tuple[Arm, ...],
    material: Material,
    bench: Bench,
    table: CellTable,
) -> None:
    by_text = {arm.text: arm for arm in arms}
    for done, cell in enumerate(cells):
        if table.is_done(cell):
            continue
        if context.run.stop_file.exists():
            raise StopRequested
        left = seconds_left(table.rows, [later for later in cells[done:] if not table.is_done(later)])
        ahead = "" if left is None else f"; about {time_words(left)} left"
        context.emit(Progress(f"{cell.words}{ahead}", done, len(cells)))
        try:
            _run_cell(by_text[cell.arm], cell, material, bench, table)
        except Interrupted:
            raise StopRequested from None
        except (StopRequested, DiskFull):
            raise
        except Exception as error:  # whatever one cell ends with, the others are run
            context.emit(Message("warning", f"The cell '{cell.words}' failed: {_reason(error)}"))
            table.put(as_row(cell, FAILED, reason=_reason(error)))
    context.emit(Progress("all cells", len(cells), len(cells)))


def _run_cell(arm: Arm, cell: Cell, material: Material, bench: Bench, table: CellTable) -> None:
    started = time.perf_counter()
    lesson = material.lesson(cell)
    predicted = run_arm(arm, lesson, bench, table.folder(cell))
    test = lesson.fold.test
    figures = error_figures(predicted, material.values[test], material.bounds[test])
    if figures is None or not np.isfinite(predicted).all():
        raise ArithmeticError("a prediction is no finite number")
    row: CellRow = as_row(
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


def _metrics(results: StudyResults) -> dict[str, Any]:
    return {
        "curves": [asdict(point) for point in results.curves],
        "differences": [asdict(found) for found in results.differences],
        "sentences": list(results.sentences),
        "failed": results.num_failed,
    }


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
