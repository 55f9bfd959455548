"""Sites of a whole cell become a structure that is folded and checked like any other."""

import math

import numpy as np
import pytest

from core.errors import StructureError
from core.structures.reading.assemble import Occupants, assemble
from core.structures.reading.result import Flag

CUBE = np.eye(3) * 4.2
CORNER, CENTRE = (0.0, 0.0, 0.0), (0.5, 0.5, 0.5)


def build(*sites: tuple[Occupants, tuple[float, float, float]], labels: tuple[str, ...] = ()):
    return assemble(CUBE, np.array([place for _, place in sites]), [there for there, _ in sites], labels)


def codes(flags: tuple[Flag, ...]) -> list[str]:
    return [flag.code for flag in flags]


def test_whole_atoms_are_taken_as_they_are():
    structure, flags = build(("Cs", CORNER), ("Cl", CENTRE), labels=("Cs1", "Cl1"))
    assert structure.species == ({"Cs": 1.0}, {"Cl": 1.0})
    assert structure.site_labels == ("Cs1", "Cl1")
    assert flags == ()


@pytest.mark.parametrize("symbol", ["Fe", "Fe3+", "Fe2.5+", "Fe+", " Fe0+ "])
def test_charges_of_symbols_are_passed_over(symbol: str):
    assert build((symbol, CORNER))[0].composition == {"Fe": 1.0}


def test_ions_of_one_element_at_one_site_add_up():
    assert build(({"Fe2+": 0.25, "Fe3+": 0.5}, CORNER))[0].species == ({"Fe": 0.75},)


def test_elements_that_share_a_site_stay_together():
    structure, flags = build(({"Al": 0.25, "Si": 0.75}, CORNER), ("O", CENTRE), labels=("T1", "O1"))
    assert structure.species == ({"Al": 0.25, "Si": 0.75}, {"O": 1.0})
    assert structure.site_labels == ("T1", "O1")
    assert flags == ()


def test_sites_that_coincide_become_one():
    structure, _ = build(({"Al": 0.25}, CORNER), ({"Si": 0.75}, (0.0, 0.0, 0.999)))
    assert structure.species == ({"Al": 0.25, "Si": 0.75},)


def test_two_halves_of_one_atom_at_one_place_are_a_whole_one():
    assert build(({"Li": 0.5}, CORNER), ({"Li": 0.5}, CORNER))[0].species == ({"Li": 1.0},)


def test_the_same_atom_twice_is_counted_once_and_named():
    structure, flags = build(("Fe", CORNER), ("Fe", CORNER), labels=("Fe1", "Fe2"))
    assert structure.composition == {"Fe": 1.0}
    assert codes(flags) == ["repeated_sites"]
    assert "Fe2" in flags[0].message


def test_deuterium_is_hydrogen_with_a_remark():
    structure, flags = build(("D", CORNER), ("Pd", CENTRE))
    assert structure.composition == {"H": 1.0, "Pd": 1.0}
    assert codes(flags) == ["deuterium"]


@pytest.mark.parametrize("nothing", ["X", "Vac", "Xx0+", "", {"Li": 0.0}, {}])
def test_a_place_without_an_atom_is_left_out_and_named(nothing: Occupants):
    structure, flags = build(("Pd", CORNER), (nothing, CENTRE))
    assert structure.composition == {"Pd": 1.0}
    assert codes(flags) == ["hidden_atoms"]
    assert "site 2" in flags[0].message


def test_the_usual_checks_are_made():
    assert codes(build(("Fe", CORNER), ("O", (0.1, 0, 0)))[1]) == ["short_distance"]
    assert codes(build(({"Fe": 1.2}, CORNER))[1]) == ["occupancy_above_one"]


@pytest.mark.parametrize("occupancy", [-0.1, math.nan, math.inf, "0.5", None])
def test_an_occupancy_that_cannot_be_is_refused(occupancy: object):
    with pytest.raises(StructureError, match="is not an occupancy"):
        build(({"Li": occupancy}, CORNER))


@pytest.mark.parametrize(
    ("lattice", "coords", "occupants", "said"),
    [
        (CUBE, np.zeros((1, 3)), ["X"], "No site names an element"),
        (CUBE, np.zeros((0, 3)), [], "No site names an element"),
        (CUBE, np.zeros((2, 3)), ["Li"], "do not go with"),
        (CUBE, np.full((1, 3), np.nan), ["Li"], "not usable"),
        (np.zeros((3, 3)), np.zeros((1, 3)), ["Li"], "not usable"),
        (CUBE, np.zeros((20_001, 3)), ["Li"] * 20_001, "up to 20,000"),
    ],
)
def test_what_is_no_crystal_is_refused(
    lattice: np.ndarray, coords: np.ndarray, occupants: list[Occupants], said: str
):
    with pytest.raises(StructureError, match=said):
        assemble(lattice, coords, occupants)
