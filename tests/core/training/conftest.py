"""Small crystals with an invented property, for trainings that take a second."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.structures.structure import Structure

CATIONS = ("Li", "Na", "K", "Rb", "Mg", "Ca", "Sr", "Ba")
ANIONS = ("F", "Cl", "Br", "O")


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


@pytest.fixture
def salts() -> list[dict[str, Any]]:
    """Thirty-two salts, the property being the edge of the cube."""
    edges = [4.0 + 0.2 * i + 0.15 * j for i in range(len(CATIONS)) for j in range(len(ANIONS))]
    pairs = [(cation, anion) for cation in CATIONS for anion in ANIONS]
    return [
        row(number, rock_salt(*pair, edge), edge)
        for number, (pair, edge) in enumerate(zip(pairs, edges, strict=True), start=1)
    ]


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[[str, JobSpec, Sequence[dict[str, Any]]], RunFolder]:
    """Write a run folder of the given name."""

    def make(name: str, spec: JobSpec, rows: Sequence[dict[str, Any]]) -> RunFolder:
        run = RunFolder(tmp_path / "runs" / name)
        run.path.mkdir(parents=True)
        run.write_job(spec, rows)
        return run

    return make
