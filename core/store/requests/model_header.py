"""What a model file says that it predicts: told by its header, without weights and without torch."""

from pathlib import Path

from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError, safe_open

from core.jobs.spec import PropertySpec

CARDS = ("siteloupe", "fixed_features")  # the entries of a header that list properties


class _Card(BaseModel):
    """The part of a model's card that is read here."""

    properties: tuple[PropertySpec, ...] = ()


def predicted_properties(path: Path) -> tuple[PropertySpec, ...]:
    """The properties with unit and scale, in the order of the output; none where the file does not say.

    Whether the file is a model at all is found out, and said, by whoever loads it.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
        cards = [_Card.model_validate_json(header[name]) for name in CARDS if name in header]
    except (SafetensorError, OSError, ValidationError):
        return ()
    return next((card.properties for card in cards if card.properties), ())
