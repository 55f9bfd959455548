import pytest

from desktop_app.crystal.elements import element_look

ase_data = pytest.importorskip("ase.data")
colors = pytest.importorskip("ase.data.colors")


def test_colours_are_those_of_jmol():
    differing = [
        symbol
        for number, symbol in enumerate(ase_data.chemical_symbols[1:104], start=1)
        if element_look(symbol).color
        != "#{:02x}{:02x}{:02x}".format(*(round(x * 255) for x in colors.jmol_colors[number]))
    ]
    assert differing == []


def test_radii_are_the_covalent_ones_of_cordero():
    differing = [
        symbol
        for number, symbol in enumerate(ase_data.chemical_symbols[1:97], start=1)
        if abs(element_look(symbol).radius - ase_data.covalent_radii[number]) > 0.005
    ]
    assert differing == []


@pytest.mark.parametrize(("symbol", "metal"), [("Na", True), ("Fe", True), ("Cl", False), ("O", False)])
def test_metals_are_known(symbol: str, metal: bool):
    assert element_look(symbol).metal is metal


def test_deuterium_looks_like_hydrogen():
    assert element_look("D") == element_look("H")


def test_an_unknown_symbol_is_shown_rather_than_refused():
    assert element_look("Xx").color == "#ff1493"
