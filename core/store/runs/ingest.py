"""Taking a finished run into the project's database; doing it twice changes nothing."""

import csv
import json
import logging
from collections.abc import Iterator
from typing import Any

from core.errors import RunError
from core.jobs.csv_file import text_of_cell
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.rows import PredictionRow

logger = logging.getLogger(__name__)

_IN_DOMAIN = {"": None, "false": 0, "true": 1}


def ingest_run(project: Project, run: RunFolder) -> None:
    """Record a run and its predictions in one transaction.

    Raises RunError when it is not completed or its predictions are damaged.
    """
    if run.status() is not Status.COMPLETED:
        raise RunError(
            f"The run '{run.name}' is {run.status()}, not completed.", "Wait for it, or resume it."
        )
    spec = run.spec()
    row = {
        "name": run.name,
        "kind": spec.kind,
        "title": spec.title,
        "collection": spec.collection,
        "created": spec.created,
        "metrics": json.dumps(run.result().get("metrics", {})),
    }
    with project.transaction():
        project.db.table("runs").insert(row, replace=True)
        project.db.table("predictions").delete_where("run = ?", [run.name])
        project.db.table("predictions").insert_all(_prediction_rows(project, run))


def ingest_finished_runs(project: Project) -> list[str]:
    """Take in every completed run that is not in the database yet; gives their names.

    A damaged run is passed over, so that it does not keep the others out; the log says why. Into a project
    that can only be looked at none is taken.
    """
    if project.is_read_only:
        return []
    known = {row["name"] for row in project.query("select name from runs")}
    taken = []
    for run in project.runs():
        if run.name not in known and run.status() is Status.COMPLETED:
            try:
                ingest_run(project, run)
            except RunError as error:
                logger.warning("The run '%s' was not taken in: %s", run.name, error)
            else:
                taken.append(run.name)
    return taken


def predictions(project: Project, run_name: str) -> list[PredictionRow]:
    """What a run predicted, in original units, with the measured value beside where there is one."""
    rows = project.query(
        "select structure_id, name, property, measured, bound, predicted, lower, upper, split, spread, "
        "in_domain, reasons from predictions where run = ? order by rowid",
        [run_name],
    )
    known = {None: None, 0: False, 1: True}
    return [PredictionRow(**{**row, "in_domain": known[row["in_domain"]]}) for row in rows]


def _prediction_rows(project: Project, run: RunFolder) -> Iterator[dict[str, Any]]:
    if not run.predictions_file.exists():
        return
    names = {row["id"]: row["name"] for row in project.query("select id, name from structures")}
    try:
        with open(run.predictions_file, newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            for row in rows:
                if None in row.values():
                    raise ValueError(f"line {rows.line_num} is too short")
                if not row["predicted"]:
                    continue  # the network gave no finite number
                structure_id, name = int(row["structure_id"]), text_of_cell(row["name"])
                yield {
                    "run": run.name,
                    # In a run that was made in another project the numbers are those of that project.
                    "structure_id": structure_id if names.get(structure_id) == name else None,
                    "name": name,
                    "property": text_of_cell(row["property"]),
                    "measured": _number(row["measured"]),
                    "bound": row["bound"],
                    "predicted": float(row["predicted"]),
                    "lower": _number(row["lower"]),
                    "upper": _number(row["upper"]),
                    "split": row["split"],
                    # Runs of an earlier version do not have these.
                    "spread": _number(row.get("spread", "")),
                    "in_domain": _IN_DOMAIN[row.get("in_domain", "")],
                    "reasons": text_of_cell(row.get("reasons", "")),
                }
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise RunError(
            f"The file '{run.predictions_file}' is damaged: {error}.", "Run the job again."
        ) from error


def _number(text: str) -> float | None:
    return float(text) if text else None
