"""The pretrained models that come with the program: what each is, and where it lies, told without torch."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open

from core.config import DEFAULT_ENCODER, FinetuneSettings, build_settings, encoder_name
from core.errors import RunError, UnknownChoice
from core.jobs.run_folder import RunFolder
from core.store.project import Project

FOLDER = Path(str(files("resources"))) / "pretrained"
LARGEST_FILE = 8_000_000  # bytes
HEADER = "shipped"  # the entry in the header of a model file that holds its Description
SCRATCH = "scratch"


class Description(BaseModel):
    """What a shipped model says of itself beside its card."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    learned_from: str = Field(min_length=1)  # ends a sentence that begins with "Learned from"
    recommended: bool = False  # among those with its encoder; fine-tuning starts from it by default


class _Card(BaseModel):
    """The part of a model's card that a choice among models needs."""

    encoder: str
    properties: tuple[Mapping[str, Any], ...] = ()


class ShippedModel(BaseModel):
    """One model of the folder; `properties` are those that its output layers predict, `size` is in bytes."""

    model_config = ConfigDict(frozen=True)

    path: Path
    encoder: str
    properties: tuple[str, ...]
    description: Description
    size: int

    @property
    def name(self) -> str:
        """What one calls it on the command line."""
        return self.path.stem

    @property
    def sentence(self) -> str:
        """What it has learned from."""
        return f"Learned from {self.description.learned_from}."


def shipped_models() -> list[ShippedModel]:
    """All by name, the recommended ones first; a file that is damaged or describes nothing is none."""
    found = [model for path in FOLDER.glob("*.safetensors") for model in _read(path)]
    return sorted(found, key=lambda model: (not model.description.recommended, model.name))


def recommended_model(encoder: str | None = None) -> ShippedModel | None:
    """The one with this encoder, or with any, that learning from labels starts from unless told otherwise."""
    chosen = [m for m in shipped_models() if m.description.recommended and encoder in (None, m.encoder)]
    return chosen[0] if chosen else None


def encoder_to_start_from(start_from: str | None) -> str:
    """The encoder where none is named: that of the shipped model that is named or recommended."""
    if start_from is None:
        start = recommended_model()
    else:
        start = next((model for model in shipped_models() if model.name == start_from), None)
    return DEFAULT_ENCODER if start is None else start.encoder


def default_start(settings: FinetuneSettings) -> ShippedModel | None:
    """What a fine-tuning starts from when nothing is said; None for scratch.

    Whoever changes the settings of the network wants that network, which no shipped model has.
    """
    encoder = encoder_name(settings.encoder)
    standard = build_settings("finetune", "standard", {}, encoder)
    as_it_comes = isinstance(standard, FinetuneSettings) and settings.encoder == standard.encoder
    return recommended_model(encoder) if as_it_comes else None


def starting_point(project: Project, text: str) -> RunFolder | Path | None:
    """The shipped model, the model file or the run that a text names; None for scratch.

    Raises UnknownChoice, or RunError where no models are shipped.
    """
    if text == SCRATCH:
        return None
    path = shipped_or_file(text)
    if path.exists():
        return path
    try:
        return project.run_folder(text)
    except RunError:
        shipped = [model.name for model in shipped_models()]
        if not shipped:
            raise
        names = [*shipped, *(run.name for run in project.runs())]
        raise UnknownChoice("run or model", text, names) from None


def shipped_or_file(text: str) -> Path:
    """The file of the shipped model of this name; where there is none, the path that the text is."""
    return next((model.path for model in shipped_models() if model.name == text), Path(text))


def is_shipped(path: Path) -> bool:
    """Whether a model file lies among the shipped ones."""
    return path.absolute().parent == FOLDER.absolute()


def _read(path: Path) -> Iterator[ShippedModel]:
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
        card = _Card.model_validate_json(header.get("siteloupe", ""))
        description = Description.model_validate_json(header.get(HEADER, ""))
        size = path.stat().st_size
    except (SafetensorError, OSError, ValidationError):
        return
    names = tuple(str(prop.get("name", "")) for prop in card.properties)
    yield ShippedModel(path=path, encoder=card.encoder, properties=names, description=description, size=size)
