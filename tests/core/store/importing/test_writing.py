from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.store.importing.preparation import FilePart, make_records, prepare_part
from core.store.importing.writing import write_contents, write_parts
from core.store.project import Project
from core.structures.readers.read import Flag, ReadStructure, Rejection

Read = Callable[..., ReadStructure]


def part_of(read: ReadStructure) -> FilePart:
    (part,) = prepare_part(Path(read.path), [read], "keep", is_last=True)
    return part


def test_what_is_written_is_there(project: Project, read_structure: Read):
    write_parts(project, "all", [part_of(read_structure("a", flags=[Flag("bad_density", "Odd.")]))])
    (row,) = project.structure_rows("all")
    assert (row.name, row.formula, row.flags) == ("a", "Po", ("Odd.",))
    assert project.structure(row.id).species == ({"Po": 1.0},)
    assert project.source(row.id) == b"data_a"
    assert project.query("select symbol, amount from elements") == [{"symbol": "Po", "amount": 1.0}]


def test_parts_are_written_all_or_not_at_all(project: Project, read_structure: Read):
    good = part_of(read_structure("a"))
    damaged = replace(good, records=[replace(good.records[0], name="b", source=99)])
    with suppress(IndexError):
        write_parts(project, "all", [good, damaged])
    assert project.structure_rows() == []
    assert project.collections() == []


def test_only_the_first_part_of_a_file_replaces_its_report(project: Project):
    def part(reason: str, is_first: bool) -> FilePart:
        return FilePart("a.jsonl", rejected=[Rejection("a.jsonl", "", reason, "")], is_first=is_first)

    write_parts(project, "all", [part("old", True)])
    write_parts(project, "all", [part("line 3", True), part("line 900", False)])
    assert [row.reason for row in project.rejections("all")] == ["line 3", "line 900"]


def test_the_report_on_what_is_inside_an_archive_is_replaced_with_it(project: Project):
    for reason in ("first", "second"):
        inside = Rejection("a.zip/b.cif", "", reason, "")
        write_parts(project, "all", [FilePart("a.zip", rejected=[inside])])
    assert [(row.path, row.reason) for row in project.rejections()] == [("a.zip/b.cif", "second")]


def test_a_deleted_collection_that_is_imported_into_comes_back(project: Project, read_structure: Read):
    write_parts(project, "all", [part_of(read_structure("a"))])
    project.db.execute("update collections set deleted = 1")
    write_parts(project, "all", [part_of(read_structure("b"))])
    assert [(row.name, row.num_structures) for row in project.collections()] == [("all", 2)]


def test_another_form_of_a_structure_takes_its_place_under_the_same_number(
    project: Project, read_structure: Read, label: Callable[..., None]
):
    read = read_structure("a", occupancy=0.8, flags=[Flag("bad_density", "Odd.")])
    write_parts(project, "all", [part_of(read)])
    label(project, 1)
    (record,) = make_records(read, "majority")
    write_contents(project, 1, record)
    (row,) = project.structure_rows()
    assert (row.id, row.name, row.is_ordered, row.flags) == (1, "a", True, ("Odd.",))
    assert project.structure(1).is_ordered
    assert len(project.labels("band gap")) == 1
