"""Small crystals with an invented property, and jobs on them that take a second."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from core.config import build_settings
from core.jobs.spec import JobSpec, PropertySpec
from core.structures.structure import Structure

CATIONS = ("Li", "Na", "K", "Rb", "Mg", "Ca", "Sr", "Ba")
ANIONS = ("F", "Cl", "Br", "O")
SIZE = PropertySpec(name="size", unit="Å")
NO_CHANGES: Mapping[str, Any] = MappingProxyType({})
SMALL = {
    "compute.device": "cpu",
    "compute.threads": 1,
    "encoder.supercell_sites": 8,
    "encoder.hidden_width": 8,
    "encoder.site_width": 4,
    "encoder.crystal_width": 4,
    "training.epochs": 3,
    "training.learning_rate": 0.01,
    "training.pairs_per_batch": 64,
    "training.checkpoint_every": 1,
}


def rock_salt(cation: str, anion: str, a: float) -> Structure:
    """Primitive cell of the rock-salt type with cubic edge `a` in angstrom."""
    lattice = a / 2 * np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    return Structure(lattice, np.array([[0.0, 0, 0], [0.5, 0.5, 0.5]]), ({cation: 1.0}, {anion: 1.0}))


def row(number: int, structure: Structure, value: float | None = None, bound: str = "") -> dict[str, Any]:
    """A row of structures.jsonl, labelled with the property 'size' when there is a value."""
    targets = {} if value is None else {"size": {"value": value, "bound": bound}}
    return {
        "id": number,
        "name": f"{structure.formula}-{number}",
        "formula": structure.formula,
        "content_hash": structure.content_hash,
        "structure": structure.to_dict(),
        "targets": targets,
    }


def salt_rows() -> list[dict[str, Any]]:
    """Thirty-two salts, the property being the edge of the cube."""
    edges = [4.0 + 0.2 * i + 0.15 * j for i in range(len(CATIONS)) for j in range(len(ANIONS))]
    pairs = [(cation, anion) for cation in CATIONS for anion in ANIONS]
    return [
        row(number, rock_salt(*pair, edge), edge)
        for number, (pair, edge) in enumerate(zip(pairs, edges, strict=True), start=1)
    ]


def pretrain_spec(changes: Mapping[str, Any] = NO_CHANGES) -> JobSpec:
    """A pretraining of three epochs with the smallest of networks; `changes` are settings by dotted key."""
    return _spec("pretrain", {"objective.scorer_width": 8, **changes}, objective="deep_infomax")


def finetune_spec(
    changes: Mapping[str, Any] = NO_CHANGES, properties: tuple[PropertySpec, ...] = (SIZE,)
) -> JobSpec:
    """A fine-tuning as small as `pretrain_spec`."""
    changes = {"objective.head_width": 8, **changes}
    return _spec("finetune", changes, objective="supervised", properties=properties)


def predict_spec() -> JobSpec:
    """A prediction."""
    return JobSpec(kind="predict", settings={"compute": {"device": "cpu", "threads": 1}})


def _spec(kind: Any, changes: Mapping[str, Any], **fields: Any) -> JobSpec:
    settings = build_settings(kind, "standard", {**SMALL, **changes})
    return JobSpec(kind=kind, collection="salts", settings=settings.model_dump(), seed=7, **fields)
