from collections.abc import Callable

import numpy as np
import pytest

from core.errors import UnknownChoice
from core.store.editing.structures import add_tag, delete_structures
from core.store.importing.files import add_structures
from core.store.library.query import PropertyRange, StructureQuery
from core.store.library.search import (
    columns_of,
    count_structures,
    find_structures,
    labels_of,
    metadata_of,
    metadata_titles,
    rows_of,
    values_of,
)
from core.store.project import Project
from core.structures.readers.read import Flag, ReadStructure
from core.structures.structure import Structure

# name, elements on the sites of a cube
CRYSTALS = {
    "halite": ("Na", "Cl"),
    "quartz": ("Si", "O", "O"),
    "spinel": ("Mg", "Al", "Al", "O", "O", "O", "O"),
    "periclase": ("Mg", "O"),
    "50%_Mg": ("Mg",),
}


@pytest.fixture
def library(project: Project, label: Callable[..., None]) -> Project:
    read = []
    for number, (name, symbols) in enumerate(CRYSTALS.items()):
        coords = np.linspace(0.0, 0.9, len(symbols))[:, None] * np.ones(3)
        species = tuple({symbol: 0.5 if name.startswith("50") else 1.0} for symbol in symbols)
        structure = Structure((4.0 + number) * np.eye(3), coords, species)
        flags = (Flag("bad_density", "Odd."),) if name == "quartz" else ()
        metadata = {"family": "oxide" if "O" in symbols else "other", "year": float(1990 + number)}
        read.append(ReadStructure(name, f"/cifs/{name}.cif", "", structure, flags, b"", metadata))
    add_structures(project, "minerals", read)
    add_structures(project, "magnesium", [one for one in read if "Mg" in one.structure.composition])
    label(project, 3)
    return project


def found(project: Project, **conditions: object) -> list[str]:
    numbers = find_structures(project, StructureQuery(**conditions))
    assert count_structures(project, StructureQuery(**conditions)) == len(numbers)
    return [row.name for row in rows_of(project, numbers)]


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ({}, list(CRYSTALS)),
        ({"collection": "magnesium"}, ["spinel", "periclase", "50%_Mg"]),
        ({"text": "QUART"}, ["quartz"]),
        ({"text": "0%_"}, ["50%_Mg"]),
        ({"text": "oxide"}, ["quartz", "spinel", "periclase"]),
        ({"text": "odd."}, ["quartz"]),
        ({"text": "'; drop table structures; --"}, []),
        ({"formula": "ClNa"}, ["halite"]),
        ({"formula": "O8Mg2Al4"}, ["spinel"]),
        ({"elements_all": ("Mg", "O")}, ["spinel", "periclase"]),
        ({"elements_any": ("Na", "Si")}, ["halite", "quartz"]),
        ({"elements_only": ("Mg", "O")}, ["periclase", "50%_Mg"]),
        ({"elements_none": ("O",)}, ["halite", "50%_Mg"]),
        ({"elements_all": ("Mg",), "elements_none": ("Al",)}, ["periclase", "50%_Mg"]),
        ({"num_sites": (2, 3)}, ["halite", "quartz", "periclase"]),
        ({"num_sites": (None, 1)}, ["50%_Mg"]),
        ({"num_sites": (4, None)}, ["spinel"]),
        ({"properties": (PropertyRange("band gap", 1.0, 2.0),)}, ["quartz"]),
        ({"properties": (PropertyRange("band gap"),)}, ["halite", "quartz", "spinel"]),
        ({"properties": (PropertyRange("band gap", highest=0.5),)}, ["halite"]),
        ({"flags": ("bad_density",)}, ["quartz"]),
        ({"flags": ("any",)}, ["quartz"]),
        ({"flags": ("deuterium",)}, []),
        ({"metadata": (("family", "other"),)}, ["halite", "50%_Mg"]),
        ({"metadata": (("family", "OXI"),)}, ["quartz", "spinel", "periclase"]),
        ({"metadata": (("family", "%"),)}, []),
        ({"metadata": (("family", "other"), ("year", "1990.0"))}, ["halite"]),
        ({"is_ordered": False}, ["50%_Mg"]),
        ({"space_groups": (221,)}, []),
    ],
)
def test_conditions_find_what_they_say(library: Project, conditions: dict[str, object], names: list[str]):
    assert found(library, **conditions) == names


def test_tags_and_deleted_structures_are_found_when_asked_for(library: Project):
    add_tag(library, [1, 2], "seen")
    delete_structures(library, [2])
    assert found(library, tags=("seen",)) == found(library, text="SEEN") == ["halite"]
    assert found(library, deleted=True) == ["quartz"]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("name", ["50%_Mg", "halite", "periclase", "quartz", "spinel"]),
        ("volume", list(CRYSTALS)),
        ("num_sites", ["50%_Mg", "halite", "periclase", "quartz", "spinel"]),
        ("is_ordered", ["50%_Mg", "halite", "quartz", "spinel", "periclase"]),
    ],
)
def test_structures_are_sorted_both_ways(library: Project, order: str, names: list[str]):
    numbers = find_structures(library, order=order)
    assert [row.name for row in rows_of(library, numbers)] == names
    keys = [
        getattr(row, order)
        for row in rows_of(library, find_structures(library, order=order, descending=True))
    ]
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize("descending", [False, True])
def test_what_has_no_value_comes_last(library: Project, descending: bool):
    numbers = find_structures(library, property_name="band gap", descending=descending)
    assert numbers == [*([3, 2, 1] if descending else [1, 2, 3]), 4, 5]
    library.db.execute("update structures set space_group = id where id in (2, 4)")
    numbers = find_structures(library, order="space_group", descending=descending)
    assert numbers == [*([4, 2] if descending else [2, 4]), 1, 3, 5]


def test_unknown_columns_properties_and_collections_are_named(library: Project):
    with pytest.raises(UnknownChoice, match="Unknown column 'name; --'"):
        find_structures(library, order="name; --")
    with pytest.raises(UnknownChoice, match="Unknown property 'gap'"):
        find_structures(library, property_name="gap")
    with pytest.raises(UnknownChoice, match="Unknown collection"):
        found(library, collection="mineral")


def test_a_long_page_is_given_in_its_order(project: Project, fill: Callable[..., None]):
    fill(project, 1203)
    wanted = [*range(1203, 0, -1), 5000]
    assert [row.id for row in rows_of(project, wanted)] == wanted[:-1]


def test_metadata_is_listed_for_filters(library: Project):
    assert metadata_of(library, 1) == {"family": "other", "year": "1990.0"}
    assert metadata_titles(library) == ["family", "year"]


def test_values_of_a_page_are_given_by_structure_and_property(library: Project):
    (prop,) = library.properties()
    expected = {number: {prop.name: value} for number, value in library.labels(prop.name).items()}
    assert len(expected) == 3
    assert labels_of(library, find_structures(library)) == expected
    assert labels_of(library, []) == {}


def test_columns_are_those_of_the_rows(library: Project):
    numbers = find_structures(library)
    delete_structures(library, numbers[:1])
    told = columns_of(library, [*numbers, 999], ("name", "density", "num_sites"))
    expected = {row.id: (row.name, row.density, row.num_sites) for row in rows_of(library, numbers)}
    assert told.keys() == expected.keys()
    for number, (name, density, num_sites) in expected.items():
        assert told[number] == (name, pytest.approx(density, rel=1e-14), num_sites)
    assert columns_of(library, [], ("name",)) == {}
    with pytest.raises(UnknownChoice):
        columns_of(library, numbers, ("content",))


def test_values_are_those_of_the_labels(library: Project):
    (prop,) = library.properties()
    labels = library.labels(prop.name)
    expected = {number: label.value for number, label in labels.items()}
    assert values_of(library, prop.name) == pytest.approx(expected, rel=1e-14)
    assert len(labels) == 3


def test_structures_with_most_notes_come_first(library: Project):
    first = find_structures(library, order="num_flags", descending=True)[0]
    assert [row.name for row in rows_of(library, [first])] == ["quartz"]
