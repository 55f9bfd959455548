import numpy as np
import pytest

from core.errors import StructureError
from core.graphs.clouds.clouds import Clouds, concatenate


def clouds(
    count: int, points: int, species_names: tuple[str, ...], structure_names: tuple[str, ...], seed: int = 0
) -> Clouds:
    """Random ones, the last place of every second cloud empty."""
    rng = np.random.default_rng(seed)
    mask = np.ones((count, points), dtype=bool)
    mask[::2, -1] = False
    return Clouds(
        vectors=np.where(mask[..., None], rng.normal(size=(count, points, 3)), 0).astype(np.float32),
        species=np.where(mask, rng.integers(len(species_names), size=mask.shape), 0),
        centre_species=rng.integers(len(species_names), size=count),
        mask=mask,
        structure=rng.integers(len(structure_names), size=count),
        replica=np.zeros(count, dtype=np.int64),
        particle=np.arange(count),
        noise=np.zeros(count, dtype=np.float32),
        scale=np.ones(count),
        species_names=species_names,
        structure_names=structure_names,
    )


def test_select_takes_clouds_in_the_given_order_and_leaves_the_source_alone():
    source = clouds(6, 4, ("Na", "Cl"), ("rock salt",))
    before = {name: array.copy() for name, array in source.arrays().items()}
    taken = source.select(np.array([4, 1]))
    taken.vectors[:] = 7.0
    assert taken.particle.tolist() == [4, 1]
    assert len(taken) == 2
    assert all(np.array_equal(before[name], array) for name, array in source.arrays().items())


def test_select_takes_a_mask_too():
    source = clouds(6, 4, ("Na", "Cl"), ("rock salt",))
    assert source.select(source.particle > 3).particle.tolist() == [4, 5]


def test_concatenate_joins_names_and_keeps_what_each_neighbour_is():
    first = clouds(5, 3, ("Na", "Cl"), ("rock salt", "other"), seed=1)
    second = clouds(4, 6, ("Cl", "K"), ("other", "sylvite"), seed=2)
    joined = concatenate([first, second])
    assert joined.species_names == ("Na", "Cl", "K")
    assert joined.structure_names == ("rock salt", "other", "sylvite")
    assert joined.mask.shape == (9, 6)

    def words(part: Clouds, cloud: int) -> list[str]:
        names = np.array(part.species_names)
        around = names[part.species[cloud][part.mask[cloud]]]
        return [names[part.centre_species[cloud]], part.structure_names[part.structure[cloud]], *around]

    both = [words(part, cloud) for part in (first, second) for cloud in range(len(part))]
    assert [words(joined, cloud) for cloud in range(9)] == both


def test_places_without_a_neighbour_are_zeros_after_joining():
    joined = concatenate([clouds(5, 3, ("Na",), ("a",)), clouds(4, 6, ("K", "Na"), ("b",))])
    assert not joined.vectors[~joined.mask].any()
    assert not joined.species[~joined.mask].any()
    assert joined.vectors.dtype == np.float32


def test_nothing_cannot_be_joined():
    with pytest.raises(StructureError, match="no clouds"):
        concatenate([])


def test_arrays_of_different_lengths_are_refused():
    source = clouds(3, 4, ("Na",), ("a",))
    arrays = source.arrays() | {"replica": np.zeros(2, dtype=np.int64)}
    with pytest.raises(StructureError, match="'replica'"):
        Clouds(**arrays, species_names=("Na",), structure_names=("a",))
