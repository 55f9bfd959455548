"""Formal charges are those of textbooks where these are simple."""

import pytest

from core.structures.disorder.formal_charges import formal_charges


@pytest.mark.parametrize(
    ("elements", "charges"),
    [
        (["Na", "Cl"], {"Na": 1, "Cl": -1}),
        (["Li", "P", "S"], {"Li": 1, "P": 5, "S": -2}),
        (["Al", "Si", "O"], {"Al": 3, "Si": 4, "O": -2}),
        (["La", "Ti", "O", "F"], {"La": 3, "Ti": 4, "O": -2, "F": -1}),
        (["Ga", "As"], {"Ga": 3, "As": -3}),
    ],
)
def test_charges_of_simple_compounds(elements: list[str], charges: dict[str, float]):
    assert formal_charges(elements) == charges


def test_a_metal_alone_is_no_anion():
    assert formal_charges(["Fe"])["Fe"] > 0
