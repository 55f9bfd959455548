import pytest

from core.store.library.query import PropertyRange, StructureQuery
from desktop_app.library.query_words import describe


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (StructureQuery(), ""),
        (StructureQuery(text="seen elsewhere", collection="too"), ""),
        (StructureQuery(elements_all=("Li", "O"), elements_none=("Fe",)), "with Li O, without Fe"),
        (StructureQuery(num_sites=(None, 20)), "≤ 20 sites"),
        (StructureQuery(num_sites=(4, 20), is_ordered=False), "4 to 20 sites, disordered"),
        (StructureQuery(properties=(PropertyRange("gap"),)), "with gap"),
        (StructureQuery(properties=(PropertyRange("gap", 1.5),)), "gap ≥ 1.5"),
        (StructureQuery(flags=("no_hydrogens",), tags=("good",)), "remark: no hydrogens, tag: good"),
        (StructureQuery(metadata=(("family", "garnet"),)), "family: garnet"),
        (StructureQuery(formula="NaCl", space_groups=(225,), deleted=True), "NaCl, space group 225, deleted"),
    ],
)
def test_conditions_are_named(query: StructureQuery, words: str):
    assert describe(query) == words
