"""Pretrained models as the program ships them, small enough to be made in a test."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file


def ship_header(
    folder: Path, name: str, *, encoder: str = "site_net", recommended: bool = False, **changes: object
) -> Path:
    """Write what a choice among shipped models reads: a model file with all of its header and no network."""
    card = {"encoder": encoder, "properties": [{"name": "gap"}]}
    description = {"title": f"Title of {name}", "learned_from": "12 salts", "recommended": recommended}
    header = {"siteloupe": json.dumps(card), "shipped": json.dumps({**description, **changes})}
    path = folder / f"{name}.safetensors"
    save_file({"encoder/weight": np.zeros(2, np.float32)}, path, header)
    return path
