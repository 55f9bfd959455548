import pytest

from core.species import main_element


@pytest.mark.parametrize(
    ("species", "element"),
    [({"Na": 1.0}, "Na"), ({"K": 0.25, "Na": 0.5}, "Na"), ({"Li": 0.2, "La": 0.6}, "La")],
)
def test_the_main_element_has_most_of_a_site(species: dict[str, float], element: str):
    assert main_element(species) == element


@pytest.mark.parametrize("species", [{"Na": 0.5, "K": 0.5}, {"K": 0.5, "Na": 0.5}])
def test_of_equal_shares_the_alphabet_decides_and_not_the_file(species: dict[str, float]):
    assert main_element(species) == "K"
