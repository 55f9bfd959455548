import numpy as np
import pytest

from core.cloud_settings import CloudSettings
from core.errors import StructureError, UnknownChoice
from core.structures.structure import Structure
from core.training.clouds.material import library_clouds, prototype_clouds, without_species
from tests.core.graphs.crystals import disordered, rock_salt
from tests.core.objectives.clouds.prototypes import copied, on_top, same_clouds
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


def rows(*crystals: tuple[str, Structure]) -> list[dict[str, object]]:
    return [
        {"id": number, "name": name, "structure": crystal.to_dict()}
        for number, (name, crystal) in enumerate(crystals, start=1)
    ]


def test_crystals_of_the_library_keep_their_elements_and_are_told_apart_by_name():
    clouds, left_out = library_clouds(
        rows(("salt", rock_salt()), ("salt", rock_salt()), ("conductor", disordered())), SETTINGS, seed=0
    )
    assert left_out == []
    assert clouds.structure_names == ("salt", "salt (2)", "conductor")
    assert {"Na", "Cl", "O", "Zr"} <= set(clouds.species_names)
    assert len(clouds) == 3 * 3 * 2 * 5
    first, second = (clouds.vectors[clouds.structure == k] for k in (0, 1))
    assert not np.array_equal(first, second)  # disturbed on their own


def test_crystals_whose_atoms_overlap_are_left_out_and_named():
    clouds, left_out = library_clouds(rows(("bad", on_top()), ("salt", rock_salt())), SETTINGS, seed=0)
    assert clouds.structure_names == ("salt",)
    assert [str(error).startswith("bad: particles") for error in left_out] == [True]
    with pytest.raises(StructureError, match="bad: particles"):
        library_clouds(rows(("bad", on_top())), SETTINGS, seed=0)
