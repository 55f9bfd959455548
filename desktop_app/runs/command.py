"""The line for a terminal that starts the same run as the form."""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from core.config import DEFAULT_ENCODER, ENCODERS, build_settings
from core.settings import Settings
from core.store.requests.shipped_models import SCRATCH
from desktop_app.runs.request import RunRequest


def as_command(request: RunRequest, project: Path) -> str:
    """The command with every setting that differs from the standard preset, quoted for this system's shell.

    The network is not named for a run that starts from a model, which brings its own.
    """
    words = ["siteloupe", request.kind, str(project), "--collection", request.collection]
    words += ["--preset", "standard"]
    if request.property_name:
        words += ["--property", request.property_name]
    if request.kind == "finetune":
        words += ["--from", request.start_from or SCRATCH]
    encoder = _encoder(request.settings)
    if encoder != DEFAULT_ENCODER:
        words += ["--encoder", encoder]
    if request.seed:
        words += ["--seed", str(request.seed)]
    for key, value in _changes(request, encoder).items():
        words += ["--set", f"{key}={value}"]
    return _quoted(words)


def _encoder(settings: Settings) -> str:
    own = type(cast(Any, settings).encoder)
    return next(name for name, model in ENCODERS.items() if model is own)


def _changes(request: RunRequest, encoder: str) -> dict[str, Any]:
    standard = build_settings(request.kind, "standard", encoder=encoder).model_dump()
    return {
        f"{group}.{name}": value
        for group, settings in request.settings.model_dump().items()
        for name, value in settings.items()
        if value != standard[group][name] and not (group == "encoder" and request.start_from)
    }


def _quoted(words: Sequence[str]) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
