import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.structure import Structure
from desktop_app.crystal.measurement import measure, pick
from desktop_app.crystal.scene import build_scene


def water(angle: float) -> Structure:
    """A molecule with two bonds of 0.96 angstrom, in the middle of a large box."""
    arms = [[np.cos(angle), np.sin(angle), 0], [1, 0, 0]]
    places = np.array([[5.0, 5, 5], *(5 + 0.96 * np.array(arms))])
    return Structure(10 * np.eye(3), places / 10, ({"O": 1.0}, {"H": 1.0}, {"H": 1.0}))


def test_two_atoms_make_a_distance():
    found = measure(build_scene(water(1.824)), (1, 0))
    assert found.sentence == "H2 to O1 0.960 Å."
    assert [words for words, _ in found.texts] == ["0.960 Å"]


@given(st.floats(0.1, 3.1))
def test_three_atoms_make_the_angle_at_the_second(angle: float):
    found = measure(build_scene(water(angle)), (1, 0, 2))
    assert found.texts[-1][0] == f"{np.degrees(angle):.2f}°"
    assert found.sentence.endswith(f"angle at O1 {np.degrees(angle):.2f}°.")


def test_distances_are_those_between_the_copies_that_were_clicked(rock_salt: Structure):
    scene = build_scene(rock_salt, 2)
    copies = [int(atom) for atom in np.flatnonzero(scene.atom_site == 0)]
    corner, opposite = copies[0], max(copies, key=lambda atom: float(scene.atom_xyz[atom].sum()))
    length = float(measure(scene, (corner, opposite)).texts[0][0].removesuffix(" Å"))
    assert length == pytest.approx(2 * 3**0.5 * 5.640, abs=5e-4)


def test_words_stand_in_the_middle_of_what_they_measure(rock_salt: Structure):
    scene = build_scene(rock_salt)
    ((_, place),) = measure(scene, (0, 4)).texts
    assert place == pytest.approx(scene.atom_xyz[[0, 4]].mean(axis=0), abs=1e-4)


def test_a_fourth_click_begins_anew_and_a_second_on_an_atom_lets_go():
    assert pick((), 7) == (7,)
    assert pick((7, 8), 9) == (7, 8, 9)
    assert pick((7, 8, 9), 1) == (1,)
    assert pick((7, 8), 7) == (8,)


def test_without_atoms_it_says_what_to_do(rock_salt: Structure):
    scene = build_scene(rock_salt)
    assert "Click two atoms" in measure(scene, ()).sentence
    assert measure(scene, (3,)).sentence.startswith("Na4: click a second atom")
