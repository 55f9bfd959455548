"""What looks wrong is found and said; what is right is left alone."""

import numpy as np
import pytest

from core.structures.formula import Agreement
from core.structures.reading.checks import check_formula, check_structure
from core.structures.reading.result import Flag
from core.structures.structure import Species, Structure


def crystal(*sites: tuple[Species, tuple[float, float, float]], length: float = 5.0) -> Structure:
    return Structure(
        lattice=np.eye(3) * length,
        frac_coords=np.array([place for _, place in sites]),
        species=tuple(site for site, _ in sites),
        site_labels=tuple(f"{next(iter(site))}{k}" for k, (site, _) in enumerate(sites, start=1)),
    )


def codes(flags: list[Flag]) -> list[str]:
    return [flag.code for flag in flags]


def test_a_sound_crystal_has_no_flags():
    assert check_structure(crystal(({"Cs": 1.0}, (0, 0, 0)), ({"Cl": 1.0}, (0.5, 0.5, 0.5)))) == []


@pytest.mark.parametrize(("occupancy", "found"), [(1.0, []), (1.01, []), (1.02, ["occupancy_above_one"])])
def test_a_place_holds_one_atom_at_most(occupancy: float, found: list[str]):
    assert codes(check_structure(crystal(({"Fe": occupancy / 2, "Ni": occupancy / 2}, (0, 0, 0))))) == found


def test_two_whole_atoms_cannot_be_closer_than_half_an_angstrom():
    (flag,) = check_structure(crystal(({"Fe": 1.0}, (0, 0, 0)), ({"O": 1.0}, (0.08, 0, 0))))
    assert flag.code == "short_distance"
    assert flag.message == "Fe1: too close for two atoms, 0.40 angstrom apart."


@pytest.mark.parametrize(
    ("symbol", "distance", "found"),
    [("O", 0.95, ["short_distance"]), ("O", 1.05, []), ("H", 0.74, []), ("H", 0.45, ["short_distance"])],
)
def test_only_hydrogen_comes_nearer_than_one_angstrom(symbol: str, distance: float, found: list[str]):
    pair = crystal(({"N": 1.0}, (0, 0, 0)), ({symbol: 1.0}, (distance / 5.0, 0, 0)))
    assert codes(check_structure(pair)) == found


def test_the_distance_is_the_one_across_the_border_of_the_cell():
    found = check_structure(crystal(({"Fe": 1.0}, (0.01, 0, 0)), ({"O": 1.0}, (0.95, 0, 0))))
    assert codes(found) == ["short_distance"]


def test_two_halves_of_an_atom_may_be_close_and_are_called_split():
    (flag,) = check_structure(crystal(({"Fe": 0.5}, (0, 0, 0)), ({"Fe": 0.5}, (0.08, 0, 0))))
    assert flag.code == "split_sites"


def test_halves_of_too_much_are_not_split_sites():
    found = check_structure(crystal(({"Fe": 0.64}, (0, 0, 0)), ({"Fe": 0.64}, (0.08, 0, 0))))
    assert codes(found) == ["short_distance"]


@pytest.mark.parametrize(
    ("symbol", "length", "found"),
    [("Os", 2.4, []), ("Os", 2.0, ["bad_density"]), ("H", 3.0, []), ("H", 4.0, ["bad_density"])],
)
def test_densities_beyond_those_of_matter_are_flagged(symbol: str, length: float, found: list[str]):
    assert codes(check_structure(crystal(({symbol: 1.0}, (0, 0, 0)), length=length))) == found


def test_sites_without_labels_are_named_by_their_elements():
    structure = Structure(np.eye(3) * 3.0, np.zeros((1, 3)), ({"Fe": 0.8, "Ni": 0.8},))
    assert check_structure(structure)[0].message.startswith("Fe/Ni: more than one atom")


def test_agreement_with_the_formula_needs_no_words():
    assert check_formula(Agreement("agrees", 4.0, {})) == []


def test_each_kind_of_disagreement_has_its_flag():
    assert codes(check_formula(Agreement("agrees", 1.0, {}, missing_hydrogen=True))) == ["no_hydrogens"]
    assert codes(check_formula(Agreement("units", 2.0, {}))) == ["formula_units"]
    (flag,) = check_formula(Agreement("differs", 1.0, {"Li": (3.0, 4.0), "O": (8.5, 8.0)}))
    assert flag.code == "formula_mismatch"
    assert "Li 3 instead of 4; O 8.5 instead of 8" in flag.message
