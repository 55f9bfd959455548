import pytest

from desktop_app.attention.site_columns import SiteRow, sites_model, species_text


@pytest.mark.parametrize(
    ("species", "text"),
    [
        ({"Na": 1.0}, "Na"),
        ({"K": 0.25, "Na": 0.5}, "Na 0.5, K 0.25, vacant 0.25"),
        ({"Li": 0.5}, "Li 0.5, vacant 0.5"),
        ({"Fe": 0.5, "Ni": 0.5}, "Fe 0.5, Ni 0.5"),
    ],
)
def test_species_are_written_with_what_is_vacant(species: dict[str, float], text: str):
    assert species_text(species) == text


def test_attention_is_shown_in_percent_and_blank_without_a_chosen_site(qapp):
    model = sites_model()
    model.set_rows([SiteRow(0, "Na1", "Na", 0.125, 0.5), SiteRow(1, "Cl1", "Cl", None, 0.5)])
    assert [model.cell_text(0, column) for column in range(4)] == ["Na1", "Na", "12.5%", "50.0%"]
    assert model.cell_text(1, 2) == ""
