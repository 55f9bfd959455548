"""Turning a request to hide the sites of structures into a run folder."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.config import OcclusionSettings
from core.errors import TooFewStructures
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, StartingModel
from core.store.project import Project
from core.store.requests.run_writing import write_run
from core.store.requests.starting_models import as_start, model_path, starting_model


def create_occlusion_run(
    project: Project,
    *,
    structure_ids: Sequence[int],
    model: RunFolder | Path,
    settings: OcclusionSettings,
) -> RunFolder:
    """Write the run folder that hides the sites of structures from a model, one after the other.

    `model` is a model file, or a run that made a model or applied one. Raises TooFewStructures for no
    structures, ModelError for a missing model, RunError for a damaged run.
    """
    rows = list(_rows(project, structure_ids))
    if not rows:
        raise TooFewStructures("No structure was chosen.", "Choose one whose sites are to be hidden.")
    path, source = model_of(model)
    spec = JobSpec(
        kind="occlude",
        title=f"Hide sites of {rows[0]['name']}" + (f" and {len(rows) - 1} more" if len(rows) > 1 else ""),
        settings=settings.model_dump(),
        start_from=source,
    )
    return write_run(project, "occlude", spec, rows, as_start(path))


def model_of(source: RunFolder | Path) -> tuple[Path, StartingModel]:
    """The model file that a run made or, where it made none, applied; or the file itself.

    Raises ModelError when there is none, RunError for a damaged run.
    """
    if isinstance(source, RunFolder) and not source.model_file.exists() and source.start_model_file.exists():
        applied = source.spec().start_from
        if applied is not None:
            return source.start_model_file, applied
    path = model_path(source)
    return path, starting_model(path)


def _rows(project: Project, structure_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    sql = (
        "select s.id, s.name, s.formula, s.content_hash, t.content from structures s "
        "join contents t on t.structure_id = s.id where s.id = ? and not s.deleted"
    )
    for structure_id in structure_ids:
        for row in project.query(sql, [structure_id]):
            content = json.loads(row.pop("content"))
            yield {**row, "targets": {}, "structure": content}
