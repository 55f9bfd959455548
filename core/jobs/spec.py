"""What a job is asked to do: the content of job.json, complete enough to run on another machine."""

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core import __version__
from core.config import DEFAULT_ENCODER, job_settings
from core.errors import SettingError
from core.settings import Settings, validation_sentence

SPEC_VERSION = 1

RECORDED_PACKAGES = ("numpy", "torch", "pymatgen", "gemmi", "spglib", "scikit-learn", "safetensors")


class PropertySpec(BaseModel):
    """A measured property as the network learns it; log10 properties are learned as their logarithm.

    A number, or a class: then the values are 0 and 1, and the probability of 1 is predicted. Of a property
    with other or more classes each has a column of its own: `of` names the property and `choice` the class
    whose probability it is, and the probabilities of one property add up to 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    unit: str = ""
    transform: Literal["none", "log10"] = "none"
    kind: Literal["number", "class"] = "number"
    of: str = ""
    choice: str = ""

    @property
    def label_name(self) -> str:
        """The property whose measured values it is learned from."""
        return self.of or self.name

    @property
    def learned_unit(self) -> str:
        """Unit of errors in the learned scale: `log10(S/cm)` for a log10 property in S/cm."""
        if self.transform == "none":
            return self.unit
        return f"log10({self.unit})" if self.unit else "log10"


class StartingModel(BaseModel):
    """The model that a run starts from; its file is copied into the run folder as start.safetensors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str


class JobSpec(BaseModel):
    """One request: which structures, which settings, which seed; never changed once written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec_version: int = SPEC_VERSION
    kind: Literal["pretrain", "finetune", "predict", "occlude", "features", "study", "trajectory", "clouds"]
    title: str = ""
    collection: str = ""
    encoder: str = DEFAULT_ENCODER
    objective: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)
    properties: tuple[PropertySpec, ...] = ()
    start_from: StartingModel | None = None
    seed: int = 0
    created: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    versions: dict[str, str] = Field(default_factory=lambda: installed_versions())
    structures_sha256: str = ""
    num_structures: int = 0

    def typed_settings(self) -> Settings:
        """The settings as the model of this kind of job; raises SettingError when one is not allowed."""
        model = job_settings(self.kind, self.encoder)
        try:
            return model.model_validate(self.settings)
        except ValidationError as error:
            raise SettingError(*validation_sentence(error, model)) from None


def installed_versions() -> dict[str, str]:
    """Versions of everything that may change a number."""
    versions = {"siteloupe": __version__, "python": platform.python_version()}
    for package in RECORDED_PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
