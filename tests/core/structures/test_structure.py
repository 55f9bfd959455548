"""The crystal as arrays: what it computes about itself, and what it refuses to hold."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import StructureError
from core.structures.structure import Structure, format_formula

FCC = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])


def rock_salt() -> Structure:
    return Structure(
        lattice=np.eye(3) * 5.6402,
        frac_coords=np.vstack([FCC, FCC + 0.5]),
        species=({"Na": 1.0},) * 4 + ({"Cl": 1.0},) * 4,
    )


def cubic(species: tuple[dict[str, float], ...], length: float = 4.0) -> Structure:
    coords = np.linspace(0.0, 1.0, len(species), endpoint=False)[:, None] * [1.0, 1.0, 1.0]
    return Structure(lattice=np.eye(3) * length, frac_coords=coords, species=species)


def test_density_of_rock_salt_matches_the_handbook():
    assert rock_salt().density == pytest.approx(2.165, abs=0.005)  # CRC Handbook, g/cm3


def test_density_counts_partial_occupancy():
    full, half = cubic(({"Fe": 1.0},)), cubic(({"Fe": 0.5},))
    assert half.density == pytest.approx(full.density / 2)


def test_volume_is_that_of_the_parallelepiped_whatever_its_handedness():
    lattice = np.array([[4.0, 0, 0], [1.0, 5.0, 0], [0.5, 0.7, 6.0]])
    for rows in (lattice, lattice[[1, 0, 2]]):
        assert Structure(rows, np.zeros((1, 3)), ({"H": 1.0},)).volume == pytest.approx(120.0)


@pytest.mark.parametrize(
    ("species", "formula"),
    [
        (({"Na": 1.0}, {"Cl": 1.0}), "NaCl"),
        (({"O": 1.0}, {"Si": 1.0}, {"O": 1.0}), "SiO2"),
        (({"O": 1.0}, {"Li": 1.0}, {"O": 1.0}, {"Li": 1.0}), "LiO"),
        (({"O": 1.0}, {"Li": 0.5, "Na": 0.25}), "Na0.25Li0.5O"),
        (({"Fe": 1.0}, {"Fe": 1.0}), "Fe"),
    ],
)
def test_formula_is_reduced_only_where_all_amounts_are_whole(
    species: tuple[dict[str, float], ...], formula: str
):
    assert cubic(species).formula == formula


def test_amounts_have_at_most_three_decimals():
    assert format_formula({"O": 2.0, "La": 1 / 3, "H": 1.00001}) == "La0.333HO2"


def test_composition_weighs_by_occupancy():
    shared = cubic(({"Al": 0.25, "Si": 0.75}, {"O": 1.0}, {"O": 0.5}))
    assert shared.composition == pytest.approx({"Al": 0.25, "O": 1.5, "Si": 0.75})
    assert shared.occupancies == pytest.approx([1.0, 1.0, 0.5])


@pytest.mark.parametrize(
    ("site", "is_ordered"),
    [({"Li": 1.0}, True), ({"Li": 0.5}, False), ({"Li": 0.5, "Na": 0.5}, False), ({"Li": 1.1}, False)],
)
def test_a_structure_is_ordered_when_each_site_is_one_whole_atom(site: dict[str, float], is_ordered: bool):
    assert cubic(({"O": 1.0}, site)).is_ordered is is_ordered


@given(coords=arrays(float, (3, 3), elements=st.floats(-5, 5)))
def test_coordinates_are_wrapped_into_the_cell(coords: np.ndarray):
    structure = Structure(np.eye(3) * 5, coords, ({"C": 1.0},) * 3)
    assert (structure.frac_coords >= 0.0).all()
    assert (structure.frac_coords < 1.0).all()
    difference = structure.frac_coords - coords
    assert difference == pytest.approx(np.round(difference), abs=1e-9)


@pytest.mark.parametrize(
    ("lattice", "coords", "species", "said"),
    [
        (np.eye(2), np.zeros((1, 3)), ({"H": 1.0},), "3x3 lattice"),
        (np.eye(3), np.zeros((2, 3)), ({"H": 1.0},), "for 1 sites"),
        (np.eye(3), np.zeros((0, 3)), (), "no sites"),
        (np.eye(3) * np.nan, np.zeros((1, 3)), ({"H": 1.0},), "not finite"),
        (np.eye(3), np.full((1, 3), np.inf), ({"H": 1.0},), "not finite"),
        (np.ones((3, 3)), np.zeros((1, 3)), ({"H": 1.0},), "no volume"),
        (np.eye(3) * 1e5, np.zeros((1, 3)), ({"H": 1.0},), "longer than 10,000 angstrom"),
        (np.eye(3), np.zeros((1, 3)), ({"Xx": 1.0},), "'Xx' is not an element"),
        (np.eye(3), np.zeros((1, 3)), ({"D": 1.0},), "'D' is not an element"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    lattice: np.ndarray, coords: np.ndarray, species: tuple, said: str
):
    with pytest.raises(StructureError, match=said):
        Structure(lattice, coords, species)


def test_the_fingerprint_does_not_depend_on_site_order_or_orientation():
    structure = rock_salt()
    order = [3, 1, 0, 2, 7, 5, 6, 4]
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    moved = Structure(
        lattice=structure.lattice @ turn,
        frac_coords=structure.frac_coords[order] + 3.0,
        species=tuple(structure.species[k] for k in order),
    )
    assert moved.content_hash == structure.content_hash


def test_the_fingerprint_tells_other_crystals_apart():
    plain = cubic(({"Na": 1.0}, {"Cl": 1.0}))
    others = [
        cubic(({"K": 1.0}, {"Cl": 1.0})),
        cubic(({"Na": 0.9}, {"Cl": 1.0})),
        cubic(({"Na": 1.0}, {"Cl": 1.0}), length=4.1),
        Structure(plain.lattice, plain.frac_coords + np.diag([0.01, 0, 0])[:2], plain.species),
    ]
    assert len({structure.content_hash for structure in (plain, *others)}) == 5


def test_a_structure_survives_json():
    structure = Structure(
        lattice=np.array([[4.0, 0, 0], [1.0, 5.0, 0], [0.5, 0.7, 6.0]]),
        frac_coords=np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
        species=({"Al": 0.5, "Si": 0.25}, {"O": 1.0}),
        site_labels=("T1", "O1"),
    )
    copy = Structure.from_dict(json.loads(json.dumps(structure.to_dict())))
    assert np.array_equal(copy.lattice, structure.lattice)
    assert np.array_equal(copy.frac_coords, structure.frac_coords)
    assert (copy.species, copy.site_labels) == (structure.species, structure.site_labels)


@pytest.mark.parametrize("missing", ["lattice", "frac_coords", "species"])
def test_a_damaged_record_is_refused(missing: str):
    content = rock_salt().to_dict()
    del content[missing]
    with pytest.raises(StructureError, match="damaged"):
        Structure.from_dict(content)


def test_alternatives_are_told_of_all_sites_or_of_none():
    with pytest.raises(StructureError, match="of all of its sites, or of none"):
        Structure(np.eye(3), np.zeros((2, 3)), ({"O": 0.5}, {"F": 0.5}), alternatives=((0, 0),))
