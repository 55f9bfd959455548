import pytest

from core.errors import SettingError
from core.store.library.query import StructureQuery, formula_as_stored, to_sql
from core.store.project import Project


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("NaCl", "NaCl"),
        ("ClNa", "NaCl"),
        ("Na4Cl4", "NaCl"),
        ("O2 Si", "SiO2"),
        ("Zr1.5Ta0.5La3Li6.5O12", "Li6.5La3Zr1.5Ta0.5O12"),
        (" not a formula ", "not a formula"),
    ],
)
def test_a_formula_is_found_however_it_is_written(text: str, formula: str):
    assert formula_as_stored(text) == formula


def test_values_never_become_part_of_the_sql(project: Project, hostile: str):
    sql, parameters = to_sql(
        project, StructureQuery(text=hostile, tags=(hostile,), metadata=((hostile, hostile),))
    )
    assert sql.count("?") == len(parameters)
    assert hostile not in sql or hostile == " "


def test_a_word_that_is_no_element_is_refused(project: Project):
    with pytest.raises(SettingError, match="'Xx' is not an element"):
        to_sql(project, StructureQuery(elements_all=("Li", "Xx")))
