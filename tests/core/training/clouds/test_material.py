import numpy as np
import pytest

from core.cloud_settings import CloudSettings
from core.errors import UnknownChoice
from core.training.clouds.material import prototype_clouds, without_species
from tests.core.objectives.clouds.prototypes import copied, same_clouds
from tests.core.objectives.clouds.prototypes import prototype_clouds as two_metals

SETTINGS = CloudSettings(fewest_particles=64, clouds_per_crystal=5, replicas=2)


def test_structure_types_keep_their_names_and_lose_their_elements():
    clouds = prototype_clouds(["cF4-Cu", "cI2-W"], SETTINGS, seed=0)
    assert clouds.structure_names == ("cF4-Cu", "cI2-W")
    assert clouds.species_names == ("particle",)
    assert not clouds.species.any()
    assert not clouds.centre_species.any()
    assert len(clouds) == 2 * 3 * 2 * 5
    assert np.unique(clouds.replica).tolist() == [0, 1]


def test_without_species_nothing_else_changes_and_nothing_in_place():
    clouds = two_metals(clouds_per_crystal=2)
    kept = copied(clouds)
    found = without_species(clouds)
    assert same_clouds(clouds, kept)
    assert found.vectors is clouds.vectors


def test_a_structure_type_that_is_not_known_is_an_error():
    with pytest.raises(UnknownChoice):
        prototype_clouds(["cF4-Unobtainium"], SETTINGS, seed=0)
