"""Taking a finished run into the project's database; doing it twice changes nothing."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from core.errors import RunError
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.rows import PredictionRow


def ingest_run(project: Project, run: RunFolder) -> None:
    """Record a completed run and its predictions in one transaction; raises RunError when it is not completed."""
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
    with project.db.atomic():
        project.db.table("runs").insert(row, replace=True)
        project.db.table("predictions").delete_where("run = ?", [run.name])
        project.db.table("predictions").insert_all(_prediction_rows(run))


def ingest_finished_runs(project: Project) -> list[str]:
    """Take in every completed run that is not in the database yet; gives their names."""
    known = {row["name"] for row in project.db.query("select name from runs")}
    new = [run for run in project.runs() if run.name not in known and run.status() is Status.COMPLETED]
    for run in new:
        ingest_run(project, run)
    return [run.name for run in new]


def predictions(project: Project, run_name: str) -> list[PredictionRow]:
    """What a run predicted, in original units, with the measured value beside where there is one."""
    rows = project.db.query(
        "select p.*, coalesce(s.name, '') as name from predictions p "
        "left join structures s on s.id = p.structure_id where p.run = ? order by p.structure_id, p.property",
        [run_name],
    )
    return [PredictionRow(**{key: value for key, value in row.items() if key != "run"}) for row in rows]


def _prediction_rows(run: RunFolder) -> Iterator[dict[str, Any]]:
    if not run.predictions_file.exists():
        return
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield {
                "run": run.name,
                "structure_id": int(row["structure_id"]),
                "property": row["property"],
                "measured": _number(row["measured"]),
                "bound": row["bound"],
                "predicted": _number(row["predicted"]),
                "lower": _number(row["lower"]),
                "upper": _number(row["upper"]),
                "split": row["split"],
            }


def _number(text: str) -> float | None:
    return float(text) if text else None
