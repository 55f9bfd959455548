"""The model that a run starts from or applies: found, described, and copied along."""

import hashlib
from pathlib import Path

from core.errors import ModelError
from core.jobs.run_folder import RunFolder
from core.jobs.spec import StartingModel
from core.store.requests.shipped_models import is_shipped


def as_start(model: Path | None) -> dict[str, Path]:
    """The file to copy into a run that starts from a model."""
    return {} if model is None else {"start.safetensors": model}


def model_path(source: RunFolder | Path) -> Path:
    """The model file of a run, or the file itself; raises ModelError when there is none."""
    path = source.path if isinstance(source, RunFolder) else Path(source)
    if path.is_dir():
        path = RunFolder(path).model_file
    if not path.is_file():
        raise ModelError(f"There is no model at '{path}'.", "Choose a completed run or a .safetensors model.")
    return path


def starting_model(path: Path) -> StartingModel:
    """Describe a model by its run, where it lies in one, or its file name, and by its content."""
    run = RunFolder(path.parent)
    if is_shipped(path):
        name = f"{path.stem} (shipped)"
    else:
        name = run.name if path.name == run.model_file.name and run.job_file.exists() else path.name
    with open(path, "rb") as file:
        return StartingModel(name=name, sha256=hashlib.file_digest(file, "sha256").hexdigest())
