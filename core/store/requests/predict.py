"""Turning a request to apply a model into a run folder."""

from pathlib import Path

from core.config import PredictSettings
from core.errors import TooFewStructures
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.store.project import Project
from core.store.requests.model_header import predicted_properties
from core.store.requests.run_writing import write_run
from core.store.requests.starting_models import as_start, model_path, starting_model
from core.store.requests.structure_rows import members_of, structure_rows


def create_predict_run(
    project: Project,
    *,
    collection: str,
    model: RunFolder | Path,
    settings: PredictSettings,
    title: str = "",
) -> RunFolder:
    """Write the run folder that applies a model to every structure of a collection.

    What is predicted, with unit and scale, is taken over from the model where that says it.
    Raises UnknownChoice, TooFewStructures for an empty collection, and ModelError for a missing model.
    """
    if not members_of(project, collection):
        raise TooFewStructures(f"The collection '{collection}' is empty.", "Import structures first.")
    path = model_path(model)
    spec = JobSpec(
        kind="predict",
        title=title or f"Predict {collection}",
        collection=collection,
        settings=settings.model_dump(),
        properties=predicted_properties(path),
        start_from=starting_model(path),
    )
    return write_run(project, "predict", spec, structure_rows(project, collection, {}), as_start(path))
