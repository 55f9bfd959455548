"""The results of a study as files: tables, plots, a report to read, a paragraph for a paper."""

import hashlib
from pathlib import Path

from core.config import StudySettings
from core.errors import TooFewStructures
from core.evaluation.study.cells import FAILED, CellTable
from core.evaluation.study.comparison import (
    CurvePoint,
    Difference,
    StudyResults,
    absolute_errors,
    learning_curves,
    paired_differences,
    sentence,
)
from core.evaluation.study.html_report import html_report
from core.evaluation.study.material import Material
from core.evaluation.study.methods_text import methods_text
from core.evaluation.study.plots import plot_curves
from core.jobs.atomic import write_atomically
from core.jobs.csv_file import write_csv
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.jobs.study_arms import ENTRIES_FILE, Arm, model_file, models_of
from core.jobs.study_texts import parse_budgets

CURVE_COLUMNS = (
    *("arm", "n_labels", "repeats", "failed", "mae", "mae_lower", "mae_upper", "median_mae", "mae_measured"),
)
DIFFERENCE_COLUMNS = (
    *("arm", "reference", "n_labels", "repeats", "difference", "lower", "upper"),
    *("relative_change_of_median", "sentence"),
)


def write_results(
    run: RunFolder,
    spec: JobSpec,
    settings: StudySettings,
    arms: tuple[Arm, ...],
    material: Material,
    table: CellTable,
    *,
    remark: str = "",
) -> StudyResults:
    """Compare the arms and write curves.csv, differences.csv, curves.svg, curves.png, report.html and
    methods.txt, with the remark at its end, into report/ of the run.

    Raises TooFewStructures when no cell has ended well, RunError for damaged predictions.
    """
    results = compare(spec, settings, arms, material, table)
    folder = run.path / "report"
    folder.mkdir(exist_ok=True)
    write_csv(folder / "curves.csv", CURVE_COLUMNS, [_curve_line(point) for point in results.curves])
    lines = zip(results.differences, results.sentences, strict=True)
    write_csv(folder / "differences.csv", DIFFERENCE_COLUMNS, [_difference_line(*line) for line in lines])
    plot_curves(folder, results.curves, arms, spec.properties[0])
    methods = " ".join(filter(None, [methods_text(spec, settings, arms, material), remark]))
    _write_text(folder / "methods.txt", methods + "\n")
    plot = (folder / "curves.svg").read_text(encoding="utf-8")
    failures = [row for row in table.rows if row.status == FAILED]
    page = html_report(spec, settings, arms, results, failures, methods, plot, data_marks(run, spec, arms))
    _write_text(folder / "report.html", page)
    return results


def compare(
    spec: JobSpec, settings: StudySettings, arms: tuple[Arm, ...], material: Material, table: CellTable
) -> StudyResults:
    """Work out curves and differences from the finished cells; raises TooFewStructures when there is none."""
    errors = absolute_errors(table, material.folds, material.values, material.bounds)
    failed = [row for row in table.rows if row.status == FAILED]
    if not errors:
        reason = failed[0].reason if failed else "none was run"
        raise TooFewStructures(f"No cell of the study ended well. The first: {reason}", "See cells.csv.")
    budgets = parse_budgets(settings.study.n_labels)
    reference = reference_arm(arms, settings.study.reference)
    shape = (material.folds, material.groups, arms, budgets)
    differences = paired_differences(errors, *shape, reference.text)
    by_text = {arm.text: arm for arm in arms}
    unit = spec.properties[0].learned_unit
    return StudyResults(
        curves=learning_curves(table.rows, errors, *shape),
        differences=differences,
        sentences=[sentence(found, by_text[found.arm], reference, unit) for found in differences],
        reference=reference.text,
        num_failed=len(failed),
    )


def data_marks(run: RunFolder, spec: JobSpec, arms: tuple[Arm, ...]) -> list[tuple[str, str]]:
    """What figures came from, by name, with its SHA-256: structures with values, entries, models."""
    files = {"entries without a structure": run.path / ENTRIES_FILE}
    files |= {f"model {path}": run.path / model_file(k) for k, path in enumerate(models_of(arms))}
    marks = [("structures and values", spec.structures_sha256)]
    for name, path in files.items():
        if path.exists():
            with open(path, "rb") as file:
                marks.append((name, hashlib.file_digest(file, "sha256").hexdigest()))
    return marks


def reference_arm(arms: tuple[Arm, ...], wanted: str) -> Arm:
    """The arm that others are compared with: the one asked for, else from scratch, else the first."""
    by_text = {arm.text: arm for arm in arms}
    return by_text.get(wanted or "scratch", arms[0])


def _curve_line(point: CurvePoint) -> list[object]:
    budget = point.n_labels or "all"
    mae = (point.mae.mean, point.mae.lower, point.mae.upper, point.median_mae)
    measured = "" if point.mae_measured is None else point.mae_measured
    return [point.arm, budget, point.repeats, point.failed, *mae, measured]


def _difference_line(found: Difference, words: str) -> list[object]:
    interval = found.difference
    numbers = (interval.mean, interval.lower, interval.upper, found.relative)
    return [found.arm, found.reference, found.n_labels or "all", found.repeats, *numbers, words]


def _write_text(path: Path, text: str) -> None:
    write_atomically(path, lambda partial: partial.write_text(text, encoding="utf-8"))
