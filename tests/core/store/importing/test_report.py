import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import UnknownChoice
from core.store.editing.structures import delete_structures
from core.store.importing.files import add_structures, import_files
from core.store.importing.preparation import FilePart
from core.store.importing.report import ReportRow, count_flagged, import_report, write_report
from core.store.importing.writing import write_parts
from core.store.project import Project
from core.structures.readers.read import Flag, ReadStructure, Rejection

Read = Callable[..., ReadStructure]


@pytest.fixture
def library(project: Project, read_structure: Read) -> Project:
    """A structure with two remarks, one without any, and two entries of a file that were not read."""
    flags = [Flag("repaired_file", "Line 21: a tag stands twice."), Flag("bad_density", "Odd.")]
    add_structures(project, "all", [read_structure("a", flags=flags), read_structure("b")])
    rejected = [
        Rejection("/many.jsonl", "line 7", "It is not JSON.", "Mend it."),
        Rejection("/x.cif", "x", "Line 3 is broken.", ""),
    ]
    write_parts(project, "all", [FilePart("/many.jsonl", rejected=rejected)])
    return project


def test_what_was_not_read_and_all_remarks_are_listed_with_what_to_do(library: Project):
    rows = import_report(library, "all")
    assert [(row.kind, row.line, row.structure) for row in rows] == [
        ("not read", 7, ""),
        ("not read", 3, ""),
        ("remark", 21, "a"),
        ("remark", None, "a"),
    ]
    assert rows[3] == ReportRow(
        *("remark", "/cifs/a.cif", "a", None, "a", "odd density", "Odd."),
        *("Check the cell and the atoms; lengths must be in angstrom.", "all", 1),
    )


def test_each_collection_has_its_own_report(library: Project, read_structure: Read):
    add_structures(library, "other", [read_structure("c", flags=[Flag("bad_density", "Odd.")])])
    assert [row.structure for row in import_report(library, "other")] == ["c"]
    assert len(import_report(library, "all")) == 4
    assert len(import_report(library)) == 5
    with pytest.raises(UnknownChoice):
        import_report(library, "none")


def test_a_structure_of_two_collections_is_reported_once_with_both(library: Project, read_structure: Read):
    add_structures(library, "other", [read_structure("a", flags=[Flag("bad_density", "Odd.")])])
    (remark,) = (row for row in import_report(library) if row.kind == "remark")
    assert remark.collection == "all, other"


def test_structures_with_remarks_are_counted_once_and_deleted_ones_not(library: Project):
    assert (count_flagged(library), count_flagged(library, "all")) == (1, 1)
    delete_structures(library, [1])
    assert (count_flagged(library), count_flagged(library, "all")) == (0, 0)
    assert {row.kind for row in import_report(library)} == {"not read"}


def test_a_code_of_a_newer_version_is_shown_as_it_is(library: Project):
    library.db.execute("update flags set code = 'curious'")
    assert {row.remark for row in import_report(library) if row.kind == "remark"} == {"curious"}


def test_hostile_texts_are_no_formulas_in_the_file(
    project: Project, read_structure: Read, hostile: str, tmp_path: Path
):
    add_structures(project, hostile, [read_structure(hostile, flags=[Flag("bad_density", hostile)])])
    write_report(tmp_path / "report.csv", import_report(project))
    with open(tmp_path / "report.csv", newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["reason"].removeprefix("'") == hostile
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_every_messy_file_is_a_structure_or_a_row_with_a_reason_and_advice(
    project: Project, shared_data: Path
):
    import_files(project, [shared_data / "messy_cifs"], "messy")
    rows = import_report(project, "messy")
    told = {row.path for row in rows} | {row.path for row in project.structure_rows()}
    assert {Path(path).name for path in told} == {
        path.name for path in (shared_data / "messy_cifs").glob("*.cif")
    }
    assert all(row.reason and row.hint for row in rows)
    assert {row.structure_id for row in rows if row.kind == "remark"} == {
        row.id for row in project.structure_rows() if row.flags
    }
