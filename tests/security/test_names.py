"""Names that people give to structures, collections, properties and tags, which are words of SQL or paths."""

from pathlib import Path

import pytest

from core.store.editing.collections import delete_collection, make_collection, rename_collection
from core.store.editing.edits import redo, undo
from core.store.editing.labelling import import_labels
from core.store.editing.structures import (
    add_tag,
    remove_tag,
    rename_property,
    rename_structure,
    set_label,
    tags,
)
from core.store.importing.files import add_structures
from core.store.library.query import PropertyRange, StructureQuery
from core.store.library.search import find_structures, metadata_of
from core.store.project import Project
from core.store.requests.training import create_finetune_run
from core.structures.labels.table import LabelColumn
from core.structures.reading.result import ReadStructure
from tests.core.salts import finetune_spec, rock_salt
from tests.security.guard import watching


@pytest.fixture
def project(tmp_path: Path, hostile: str) -> Project:
    """Twenty salts of a collection, with values of a property and metadata, that all have a hostile name."""
    table = tmp_path / "table.csv"
    salts = [rock_salt("Na", "Cl", 5.0 + 0.05 * number) for number in range(20)]
    read = [
        ReadStructure(f"salt {n}", f"/{n}.cif", "", salt, (), b"", metadata={hostile: hostile})
        for n, salt in enumerate(salts)
    ]
    table.write_text("id,v\n" + "".join(f"salt {n},{1 + n / 7}\n" for n in range(20)))
    with Project.create(tmp_path / "project") as project:
        add_structures(project, hostile, read)
        import_labels(project, table, "id", [LabelColumn(name=hostile, column="v", unit=hostile)])
        yield project


def test_a_name_finds_what_has_it_and_nothing_else(project: Project, hostile: str):
    everything = list(range(1, 21))
    add_tag(project, [3], hostile)
    rename_structure(project, 4, hostile)
    asked = {
        "collection": StructureQuery(collection=hostile),
        "property": StructureQuery(properties=(PropertyRange(hostile, lowest=0.0),)),
        "metadata": StructureQuery(metadata=((hostile, hostile),)),
        "tag": StructureQuery(tags=(hostile,)),
        "text": StructureQuery(text=hostile),
    }
    found = {kind: find_structures(project, query) for kind, query in asked.items()}
    assert found == {**dict.fromkeys(asked, everything), "tag": [3]}
    assert metadata_of(project, 1) == {hostile: hostile}
    assert find_structures(project, StructureQuery(text="salt 7' or 1 = 1 --")) == []


def test_edits_by_such_names_are_made_undone_and_made_again(project: Project, hostile: str):
    before = [row.name for row in project.structure_rows()]
    add_tag(project, [1, 2], hostile)
    make_collection(project, f"{hostile} too", [1])
    rename_collection(project, f"{hostile} too", f"{hostile} again")
    set_label(project, 1, hostile, "3.5")
    rename_property(project, hostile, f"{hostile} renamed")
    remove_tag(project, [2], hostile)
    delete_collection(project, f"{hostile} again")
    for turn in (undo, redo):
        for _ in range(7):
            assert turn(project) is not None
    assert tags(project) == {hostile: 1}
    assert [row.name for row in project.collections()] == [hostile]
    assert [row.name for row in project.properties()] == [f"{hostile} renamed"]
    assert project.labels(f"{hostile} renamed")[1].value == pytest.approx(3.5)
    assert [row.name for row in project.structure_rows()] == before


def test_a_run_named_after_them_lies_among_the_runs(project: Project, hostile: str):
    settings = finetune_spec().typed_settings()
    with watching(project.folder):
        run = create_finetune_run(project, collection=hostile, property_names=[hostile], settings=settings)  # type: ignore[arg-type]
    assert run.path.parent == project.runs_folder
    assert {path.name for path in project.folder.parent.iterdir()} == {"project", "table.csv"}
