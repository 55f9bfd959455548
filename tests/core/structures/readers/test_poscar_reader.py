"""POSCAR files in the habits of VASP 4, 5 and 6."""

import io

import pytest

from core.errors import StructureError
from core.structures.readers.poscar_reader import read_poscar
from core.structures.reading.result import ReadStructure

CELL = "4.0 0.0 0.0\n0.0 4.0 0.0\n0.0 0.0 4.0\n"


def read(text: str) -> ReadStructure:
    (outcome,) = read_poscar(io.BytesIO(text.encode()), "POSCAR", "name")
    assert isinstance(outcome, ReadStructure)
    return outcome


@pytest.mark.parametrize(
    "text",
    [
        f"title\n1.0\n{CELL}Cs Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n",
        f"title\n1.0\n{CELL}Cs Cl\n1 1\nSelective dynamics\nDirect\n0 0 0 T T F\n0.5 0.5 0.5 T T T\n",
        f"title\n1.0\n{CELL}Cs Cl\n1 1\nCartesian\n0 0 0\n2 2 2\n",
        f"title\n-64.0\n{CELL}Cs_sv Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n",
        f"title\n1.0\n{CELL}1 1\nDirect\n0 0 0 Cs\n0.5 0.5 0.5 Cl\n",
    ],
)
def test_the_ways_to_write_caesium_chloride(text: str):
    outcome = read(text)
    assert outcome.structure.composition == {"Cl": 1.0, "Cs": 1.0}
    assert outcome.structure.volume == pytest.approx(64.0)
    assert outcome.structure.frac_coords[1] == pytest.approx([0.5, 0.5, 0.5])
    assert outcome.flags == ()
    assert (outcome.name, outcome.metadata) == ("name", {"title": "title"})
    assert outcome.source == text.encode()


def test_elements_that_are_not_named_are_not_made_up():
    with pytest.raises(StructureError, match="does not say which elements") as caught:
        read(f"Cs Cl\n1.0\n{CELL}1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n")
    assert "symbols of the elements" in caught.value.hint


def test_a_number_of_atoms_that_would_fill_the_memory_is_refused_at_once():
    for number in ("20001", "99999999999999"):
        with pytest.raises(StructureError, match="more than 20,000 atoms"):
            read(f"title\n1.0\n{CELL}Cs\n{number}\nDirect\n0 0 0\n")


@pytest.mark.parametrize(
    "text",
    [
        "title",
        "title\n1.0\n" + CELL,
        f"title\none\n{CELL}Cs\n1\nDirect\n0 0 0\n",
        f"title\n1.0\n{CELL}Cs\n2\nDirect\n0 0 0\n",
        f"title\n1.0\n{CELL}Qq\n1\nDirect\n0 0 0\n",
        f"title\n1.0\n{CELL}Cs\n1\nDirect\n0 nan 0\n",
        "title\n0.0\n1 0 0\n0 1 0\n0 0 0\nCs\n1\nDirect\n0 0 0\n",
    ],
)
def test_a_damaged_file_is_refused(text: str):
    with pytest.raises(StructureError):
        read(text)
