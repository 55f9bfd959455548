"""Clouds to learn from: noisy crystals of known structure types, told apart by geometry alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.cloud_settings import CloudSettings
from core.graphs.clouds.build import crystal_clouds
from core.graphs.clouds.clouds import Clouds
from core.structures.prototype_cells import prototype_cell
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


def without_species(clouds: Clouds) -> Clouds:
    """Take all particles for one species."""
    return replace(
        clouds,
        species=np.zeros_like(clouds.species),
        centre_species=np.zeros_like(clouds.centre_species),
        species_names=(_PARTICLE,),
    )
