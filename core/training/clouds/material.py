"""Clouds to learn from: noisy crystals of known structure types, told apart by geometry alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.cloud_settings import CloudSettings
from core.errors import StructureError
from core.graphs.clouds.build import crystal_clouds
from core.graphs.clouds.clouds import Clouds, concatenate
from core.structures.prototype_cells import prototype_cell
from core.structures.structure import Structure
from core.structures.trajectories.particles import particles_of

_PARTICLE = "particle"


def prototype_clouds(names: Sequence[str], settings: CloudSettings, seed: int) -> Clouds:
    """Surround the particles of structure types, repeated and disturbed, by their neighbours.

    All particles are of one species, as published (arXiv 2411.14680): copper and tungsten would otherwise be
    told apart without a look at where they stand. Raises UnknownChoice for a structure type that is not
    known.
    """
    crystals = [particles_of(prototype_cell(name), name) for name in names]
    return without_species(crystal_clouds(crystals, settings, seed))


def library_clouds(
    rows: Iterable[Mapping[str, Any]], settings: CloudSettings, seed: int
) -> tuple[Clouds, list[StructureError]]:
    """Surround the particles of crystals, repeated and disturbed, by their neighbours; elements are kept.

    rows: crystals as structures.jsonl has them. A disordered site is given to its most abundant element. Of
    several crystals with one name the later ones get their number behind it. Gives beside the clouds why
    crystals were left out; raises the first such StructureError where none is left.
    """
    parts: list[Clouds] = []
    left_out: list[StructureError] = []
    names: set[str] = set()
    for row in rows:
        name = row["name"] if row["name"] not in names else f"{row['name']} ({row['id']})"
        names.add(name)
        try:
            crystal = particles_of(Structure.from_dict(row["structure"]), name, disordered="majority")
            parts.append(crystal_clouds([crystal], settings, seed))
        except StructureError as error:
            left_out.append(error)
    if left_out and not parts:
        raise left_out[0]
    return concatenate(parts), left_out


def without_species(clouds: Clouds) -> Clouds:
    """Take all particles for one species."""
    return replace(
        clouds,
        species=np.zeros_like(clouds.species),
        centre_species=np.zeros_like(clouds.centre_species),
        species_names=(_PARTICLE,),
    )
