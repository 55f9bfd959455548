"""What a model file says of itself: told by its header, without weights and without torch."""

from pathlib import Path

from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError, safe_open

from core.config import ENCODERS
from core.errors import ModelError
from core.jobs.spec import PropertySpec

_NETWORK, _FIXED_FEATURES = "siteloupe", "fixed_features"
CARDS = (_NETWORK, _FIXED_FEATURES)  # the entries of a header that list properties
_HINT = (
    "Choose the .safetensors file of a model with a network. A checkpoint of the original CGCNN is first "
    "converted in a terminal, with 'siteloupe convert'."
)


class _Card(BaseModel):
    """The part of a model's card that is read here."""

    properties: tuple[PropertySpec, ...] = ()


class _NetworkCard(BaseModel):
    """The part of the card of a network that says which it is."""

    encoder: str


def predicted_properties(path: Path) -> tuple[PropertySpec, ...]:
    """The properties with unit and scale, in the order of the output; none where the file does not say.

    Whether the file is a model at all is found out, and said, by whoever loads it.
    """
    try:
        header = _read(path)
        cards = [_Card.model_validate_json(header[name]) for name in CARDS if name in header]
    except (SafetensorError, OSError, ValidationError):
        return ()
    return next((card.properties for card in cards if card.properties), ())


def network_of(path: Path) -> str:
    """The encoder of a model that can be trained further, as `core.config.ENCODERS` calls it.

    Raises ModelError for a file that cannot be read, is no model, has no network, or one that is not known.
    """
    try:
        header = _read(path)
        if _NETWORK not in header and _FIXED_FEATURES in header:
            raise ModelError(
                f"'{path}' has no network: it learned on composition and structure alone.", _HINT
            )
        encoder = _NetworkCard.model_validate_json(header.get(_NETWORK, "")).encoder
    except OSError as error:
        raise ModelError(f"'{path}' cannot be read: {error.strerror or error}.", _HINT) from error
    except (SafetensorError, ValidationError):
        raise ModelError(f"'{path}' is no model of Siteloupe.", _HINT) from None
    if encoder not in ENCODERS:
        raise ModelError(
            f"The model '{path}' was made by a newer version of Siteloupe.", "Update Siteloupe to use it."
        )
    return encoder


def _read(path: Path) -> dict[str, str]:
    with safe_open(path, framework="numpy") as file:
        return file.metadata() or {}
