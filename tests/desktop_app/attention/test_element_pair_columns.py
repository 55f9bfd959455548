import numpy as np
import pytest

from core.jobs.results.attention_survey import AttentionSurvey
from desktop_app.attention.element_pair_columns import element_pair_rows, element_pairs_model


@pytest.fixture
def survey() -> AttentionSurvey:
    """One Na that pays a quarter to Na and the rest to Cl, each with one pair of two."""
    return AttentionSurvey(
        centres=("Na", "Na"),
        neighbours=("Cl", "Na"),
        edges=np.array([0.0, 0.5]),
        attention=np.array([[[0.75]], [[0.25]]]),
        even=np.array([[0.5], [0.5]]),
        num_pairs=np.array([[1200], [1]]),
        heads=("attention",),
        num_structures=1,
    )


def test_attention_stands_beside_the_even_share(survey: AttentionSurvey):
    model = element_pairs_model()
    model.set_rows(element_pair_rows(survey, None))
    cells = [[model.cell_text(line, column) for column in range(6)] for line in range(2)]
    assert cells == [
        ["Na", "Cl", "75.0%", "50.0%", "1.50", "1,200"],
        ["Na", "Na", "25.0%", "50.0%", "0.50", "1"],
    ]


def test_a_pair_is_found_by_both_of_its_elements(survey: AttentionSurvey):
    model = element_pairs_model()
    model.set_rows(element_pair_rows(survey, 0))
    model.set_filter("na-cl")
    assert model.rowCount() == 1
