import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import DiskFull, ProjectError
from core.store.importing.files import add_structures, import_files
from core.store.library.export import export_structures, safe_file_name
from core.store.project import Project
from core.structures.readers.read import ReadStructure, read_file

WriteCifs = Callable[..., list[Path]]


@pytest.fixture
def library(project: Project, tmp_path: Path, write_cifs: WriteCifs, label: Callable[..., None]) -> Project:
    """Two single crystals, and a file with two blocks of which one is disordered."""
    folder = tmp_path / "cifs"
    paths = write_cifs(folder, 2)
    first, second = (path.read_text() for path in paths)
    (folder / "both.cif").write_text(first + second.replace("Po 0 0 0 1.0", "Po 0 0 0 0.8"))
    import_files(project, [folder], "all")
    label(project, 1)
    return project


def ids(project: Project) -> list[int]:
    return [row.id for row in project.structure_rows()]


def test_files_come_out_as_they_went_in_and_once(library: Project, tmp_path: Path):
    summary = export_structures(library, ids(library), tmp_path / "out", "cif_as_imported")
    assert (summary.num_written, summary.skipped) == (4, [])
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert written == {path.name: path.read_bytes() for path in (tmp_path / "cifs").iterdir()}


def test_what_was_not_read_from_a_file_is_told(project: Project, tmp_path: Path, fill: Callable[..., None]):
    fill(project, 1)
    project.db.execute("update structures set source_id = null")
    summary = export_structures(project, [1], tmp_path / "out", "cif_as_imported")
    assert (summary.num_written, summary.skipped) == (0, [("s0", "It was not read from a file.")])


def test_plain_cifs_are_read_back_equal(library: Project, tmp_path: Path):
    export_structures(library, ids(library), tmp_path / "out", "cif")
    for row in library.structure_rows():
        (read,), _ = read_file(tmp_path / "out" / f"{row.name}.cif")
        assert read.structure.content_hash == library.structure(row.id).content_hash


def test_a_file_that_is_there_is_not_replaced(library: Project, tmp_path: Path):
    (tmp_path / "S0.CIF").write_text("mine")
    export_structures(library, ids(library), tmp_path, "cif")
    assert (tmp_path / "S0.CIF").read_text() == "mine"
    assert (tmp_path / "s0_2.cif").exists()


def test_a_table_has_values_bounds_and_errors(library: Project, tmp_path: Path):
    library.db.execute("update labels set bound = '<', error = 0.1")
    export_structures(library, ids(library), tmp_path / "out.csv", "csv")
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
    assert [row["id"] for row in rows] == [row.name for row in library.structure_rows()]
    assert (rows[0]["band gap (eV)"], rows[0]["band gap bound"], rows[0]["band gap error (eV)"]) == (
        "0.5",
        "<",
        "0.1",
    )
    assert rows[1]["band gap (eV)"] == ""


def test_formulas_in_names_are_defused_in_tables(
    project: Project, tmp_path: Path, read_structure: Callable[..., ReadStructure], hostile: str
):
    add_structures(project, "all", [read_structure(hostile)])
    export_structures(project, [1], tmp_path / "out.csv", "csv")
    (_, line) = csv.reader((tmp_path / "out.csv").open(encoding="utf-8", newline=""))
    assert not line[0].startswith(("=", "+", "-", "@"))
    assert line[0].removeprefix("'") == hostile


def test_json_lines_are_read_back_equal(library: Project, tmp_path: Path):
    export_structures(library, ids(library), tmp_path / "out.jsonl", "jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert lines[0]["band gap"] == 0.5
    read, rejected = read_file(tmp_path / "out.jsonl")
    assert rejected == []
    hashes = [library.structure(row.id).content_hash for row in library.structure_rows()]
    assert [one.structure.content_hash for one in read] == hashes


def test_ordered_structures_are_read_back_from_extended_xyz(library: Project, tmp_path: Path):
    summary = export_structures(library, ids(library), tmp_path / "out.xyz", "extxyz")
    disordered = [row.name for row in library.structure_rows() if not row.is_ordered]
    assert [name for name, _ in summary.skipped] == disordered != []
    ase_io = pytest.importorskip("ase.io", reason="needs ASE to read extended XYZ")
    frames = ase_io.read(tmp_path / "out.xyz", index=":")
    assert len(frames) == summary.num_written == 3
    ordered = [row for row in library.structure_rows() if row.is_ordered]
    for frame, row in zip(frames, ordered, strict=True):
        assert frame.info["name"] == row.name
        assert np.allclose(frame.cell.array, library.structure(row.id).lattice)


def test_hostile_names_stay_in_the_folder(
    project: Project, tmp_path: Path, read_structure: Callable[..., ReadStructure], hostile: str
):
    add_structures(project, "all", [read_structure(hostile)])
    for kind in ("cif", "cif_as_imported"):
        export_structures(project, [1], tmp_path / kind, kind)
        (path,) = (tmp_path / kind).iterdir()
        assert path.suffix == ".cif"
        assert len(path.name) < 120
    export_structures(project, [1], tmp_path / "out.xyz", "extxyz")
    assert len((tmp_path / "out.xyz").read_text(encoding="utf-8").splitlines()) >= 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NaCl", "NaCl"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("CON", "_CON"),
        ("nul.cif", "_nul.cif"),
        ("", "_"),
        ("...", "_"),
        ("a:b*c?", "a_b_c_"),
        ("带隙", "带隙"),
    ],
)
def test_file_names_are_made_harmless(name: str, expected: str):
    assert safe_file_name(name) == expected


def test_a_place_that_cannot_be_written_is_told(library: Project, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ProjectError, match="cannot be written"):
        export_structures(library, ids(library), tmp_path / "file" / "out.csv", "csv")


def test_a_full_disk_is_told(library: Project, small_disk: Path):
    (small_disk / "ballast").write_bytes(b"x" * 252 * 1024)
    with pytest.raises(DiskFull):
        export_structures(library, ids(library) * 1000, small_disk / "out.jsonl", "jsonl")
