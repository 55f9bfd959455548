import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.store.library.search import metadata_of
from core.store.project import Project

Siteloupe = Callable[..., Any]

LABELS = ("--id-column", "name", "--property", "size=cubic edge (Å):Å")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    Project.create(tmp_path / "empty").close()
    return tmp_path / "empty"


@pytest.fixture
def mixed(tmp_path: Path, salt_files: Path) -> Path:
    """One structure, one file that is none."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "NaCl.cif").write_bytes((salt_files / "salts" / "NaCl.cif").read_bytes())
    (folder / "letter.cif").write_text("Dear reader")
    return folder


def test_an_import_is_summed_up_for_machines(siteloupe: Siteloupe, empty: Path, salt_files: Path):
    table = ("--labels", salt_files / "labels.csv", *LABELS)
    outcome = siteloupe("import", empty, salt_files / "salts", *table, "--log10", "size", "--json")
    assert outcome.status == 0
    assert outcome.json == {
        "collection": "salts",
        "n_files": 32,
        "n_imported": 32,
        "n_rejected": 0,
        "n_flagged": 0,
        "rejected": [],
        "labels": {"matched": 32, "unmatched": [], "invalid": [], "structures": 32, "compositions": 0},
    }
    listed = siteloupe("list", empty, "--json").json
    assert listed["collections"] == [{"name": "salts", "num_structures": 32}]
    assert listed["properties"] == [{"name": "size", "unit": "Å", "transform": "log10", "num_labels": 32}]


def test_an_import_is_summed_up_for_people(siteloupe: Siteloupe, empty: Path, salt_files: Path):
    table = ("--labels", salt_files / "labels.csv", *LABELS)
    outcome = siteloupe("import", empty, salt_files / "salts", *table, "--collection", "halides")
    assert "Read 32 structures from 32 files into 'halides'" in outcome.out
    assert "Stored 32 values" in outcome.out


def test_what_cannot_be_read_is_reported_and_the_import_goes_on(
    siteloupe: Siteloupe, empty: Path, mixed: Path, tmp_path: Path
):
    report = tmp_path / "report.csv"
    outcome = siteloupe("import", empty, mixed, "--report", report, "--json")
    assert outcome.status == 0
    assert (outcome.json["n_imported"], outcome.json["n_rejected"]) == (1, 1)
    (rejected,) = outcome.json["rejected"]
    assert rejected.keys() == {"path", "block", "reason", "hint"}
    with open(report, newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["kind"] == "not read"
    assert {key: row[key] for key in rejected} == rejected
    assert row["path"].endswith("letter.cif")


def test_a_rejected_file_is_named_to_people_with_its_reason(siteloupe: Siteloupe, empty: Path, mixed: Path):
    outcome = siteloupe("import", empty, mixed)
    assert "1 could not be read" in outcome.out
    assert re.search(r"letter\.cif[^:]*: \w", outcome.out)


def test_an_import_of_which_nothing_can_be_read_fails_with_the_reason(
    siteloupe: Siteloupe, empty: Path, mixed: Path, tmp_path: Path
):
    report = tmp_path / "report.csv"
    outcome = siteloupe("import", empty, mixed / "letter.cif", "--report", report, "--json")
    assert outcome.status == 1
    assert outcome.out == ""
    assert "None of the 1 files could be read. The first, " in outcome.err
    assert "letter.cif" in report.read_text()


def test_labels_that_match_nothing_or_are_no_numbers_are_counted_and_listed(
    siteloupe: Siteloupe, empty: Path, mixed: Path, tmp_path: Path
):
    table = tmp_path / "labels.csv"
    table.write_text("name,cubic edge (Å)\nNaCl,5.64\nNaCl,5.7\nKCl,6.3\nKF,large\n", encoding="utf-8")
    labels = siteloupe("import", empty, mixed, "--labels", table, *LABELS, "--json").json["labels"]
    assert labels["matched"] == 1
    assert labels["unmatched"] == ["KCl", "KF"]
    assert (labels["structures"], labels["compositions"]) == (1, 2)
    assert [(problem["row"], problem["key"]) for problem in labels["invalid"]] == [(3, "NaCl"), (5, "KF")]
    people = siteloupe("import", empty, mixed, "--labels", table, *LABELS).out
    counts = (
        "Stored 1 values for 1 structures; 2 ids have no structure and are kept as compositions, 2 entries"
    )
    assert counts in people
    assert "row 5, 'KF', cubic edge (Å): 'large' is not a number." in people
    assert "'KCl' is no structure" in people


def test_a_bound_is_stored_as_one(siteloupe: Siteloupe, empty: Path, mixed: Path, tmp_path: Path):
    table = tmp_path / "labels.csv"
    table.write_text("name,cubic edge (Å)\nNaCl,<1E-10\n", encoding="utf-8")
    assert siteloupe("import", empty, mixed, "--labels", table, *LABELS).status == 0
    with Project.open(empty) as project:
        (label,) = project.labels("size").values()
    assert (label.value, label.bound, label.raw) == (1e-10, "<", "<1E-10")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--property", "size=cubic edge"), "has no column 'cubic edge'. Did you mean 'cubic edge (Å)'?"),
        (("--id-column", "ID", "--property", "size=cubic edge (Å)"), "has no column 'ID'"),
        (("--property", "size"), "Write it as NAME=COLUMN or NAME=COLUMN:UNIT."),
        (("--property", "=x"), "Write it as NAME=COLUMN or NAME=COLUMN:UNIT."),
        ((), "--labels and --property belong together."),
        (("--property", "size=x", "--log10", "siez"), "'--log10 siez' names no property."),
        (("--property", "size=x", "--report", "nowhere/report.csv"), "The folder of 'nowhere/report.csv'"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_imported(
    siteloupe: Siteloupe, empty: Path, salt_files: Path, options: tuple[str, ...], sentence: str
):
    if "--id-column" not in options:
        options = ("--id-column", "name", *options)
    table = ("--labels", salt_files / "labels.csv")
    outcome = siteloupe("import", empty, salt_files / "salts", *table, *options)
    assert outcome.status == 1
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1
    assert siteloupe("list", empty, "--json").json["collections"] == []


def test_a_unit_may_hold_a_slash_and_a_column_a_colon(
    siteloupe: Siteloupe, empty: Path, mixed: Path, tmp_path: Path
):
    table = tmp_path / "labels.csv"
    table.write_text("id,sigma: bulk\nNaCl,5\n", encoding="utf-8")
    status = siteloupe("import", empty, mixed, "--labels", table, "--property", "s=sigma: bulk:S/cm").status
    assert status == 0
    assert siteloupe("list", empty, "--json").json["properties"][0]["unit"] == "S/cm"


def test_disordered_structures_are_left_out_only_when_asked(
    siteloupe: Siteloupe, empty: Path, tmp_path: Path, mixed: Path
):
    cif = (mixed / "NaCl.cif").read_text().replace(" 1\n", " 0.5\n").replace(" 1.0\n", " 0.5\n")
    folder = tmp_path / "disordered"
    folder.mkdir()
    (folder / "half.cif").write_text(cif)
    (folder / "NaCl.cif").write_bytes((mixed / "NaCl.cif").read_bytes())
    counts = [
        siteloupe("import", empty, folder, *options, "--json").json["n_imported"]
        for options in ((), ("--disorder", "majority"), ("--disorder", "skip"))
    ]
    assert counts == [2, 2, 1]


def test_a_missing_folder_is_a_sentence(siteloupe: Siteloupe, empty: Path, tmp_path: Path):
    outcome = siteloupe("import", empty, tmp_path / "nowhere")
    assert outcome.status == 1
    assert outcome.err.count("\n") == 1


def test_a_property_that_neither_table_nor_files_have_is_refused(
    siteloupe: Siteloupe, empty: Path, mixed: Path
):
    outcome = siteloupe("import", empty, mixed, "--property", "size=edge")
    assert outcome.status == 1
    assert "No structure came with a value 'edge'." in outcome.err


def test_values_that_stand_beside_the_structures_are_taken(siteloupe: Siteloupe, empty: Path, tmp_path: Path):
    crystal = {"lattice": [[4, 0, 0], [0, 4, 0], [0, 0, 4]], "species": ["Po"], "frac_coords": [[0, 0, 0]]}
    lines = [
        json.dumps({"id": f"po{k}", "band_gap": gap, **crystal}) for k, gap in enumerate((0.5, None, 1e-3))
    ]
    (tmp_path / "po.jsonl").write_text("\n".join(lines))
    options = ("--property", "gap=band_gap:eV", "--json")
    outcome = siteloupe("import", empty, tmp_path / "po.jsonl", *options)
    assert outcome.json["labels"]["matched"] == 2
    with Project.open(empty) as project:
        assert {number: label.value for number, label in project.labels("gap").items()} == {1: 0.5, 3: 1e-3}


def test_a_table_alone_is_attached_to_what_is_there(
    siteloupe: Siteloupe, empty: Path, mixed: Path, tmp_path: Path
):
    siteloupe("import", empty, mixed)
    table = tmp_path / "labels.csv"
    table.write_text("name,cubic edge (Å),sd,DOI\nNaCl,5.6,0.2,10.1/x\nNaCl,5.8,0.2,\nKCl,6.3,,\n")
    options = ("--labels", table, *LABELS, "--error", "size=sd", "--metadata", "DOI", "--replicates", "mean")
    preview = siteloupe("import", empty, *options, "--preview")
    assert "Would store 1 values for 1 structures; 1 ids have no structure" in preview.out
    assert siteloupe("list", empty, "--json").json["properties"] == []
    assert siteloupe("import", empty, *options, "--json").json["labels"]["matched"] == 1
    with Project.open(empty) as project:
        (label,) = project.labels("size").values()
        assert label.value == pytest.approx(5.7)
        assert label.error == pytest.approx(0.2 / 2**0.5)
        assert [row.name for row in project.compositions()] == ["KCl"]
        assert metadata_of(project, 1) == {"DOI": "10.1/x"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((".", "--preview"), "--preview needs a table."),
        ((".", "--property", "size=x", "--error", "siez=sd"), "'--error siez' names no property."),
        ((".", "--property", "size=x", "--error", "size"), "Write it as NAME=COLUMN."),
    ],
)
def test_options_that_do_not_fit_are_refused(
    siteloupe: Siteloupe, empty: Path, options: tuple[str, ...], sentence: str
):
    outcome = siteloupe("import", empty, *options)
    assert outcome.status == 1
    assert sentence in outcome.err


def test_what_a_table_says_of_a_compound_without_structure_is_listed(
    siteloupe: Siteloupe, empty: Path, tmp_path: Path
):
    table = tmp_path / "labels.csv"
    table.write_text("id,f,sg,a,b,c,al,be,ga,doi\nzinc,ZnS,F-43m,5.41,5.41,5.41,90,90,90,10.1/x\n")
    columns = ("--formula-column", "f", "--space-group-column", "sg", "--metadata", "doi")
    cell = ("--cell-columns", "a", "b", "c", "al", "be", "ga")
    assert siteloupe("import", empty, "--labels", table, *columns, *cell).status == 0
    (entry,) = siteloupe("list", empty, "--compositions", "--json").json["compositions"]
    assert entry == {
        "id": 1,
        "name": "zinc",
        "formula": "ZnS",
        "space_group": "F-43m",
        "cell": "5.41 5.41 5.41 90 90 90",
        "metadata": {"doi": "10.1/x"},
    }
    assert "F-43m" in siteloupe("list", empty, "--compositions").out


def test_nothing_to_import_is_wrong_usage(siteloupe: Siteloupe, empty: Path):
    outcome = siteloupe("import", empty, "--preview")
    assert outcome.status == 2
    assert "give files or folders to import, or a table with --labels" in outcome.err


def test_structures_are_read_by_several_processes(siteloupe: Siteloupe, empty: Path, salt_files: Path):
    outcome = siteloupe("import", empty, salt_files / "salts", "--workers", "2", "--json")
    assert outcome.json["n_imported"] == 32


def test_the_report_holds_remarks_as_well(siteloupe: Siteloupe, empty: Path, mixed: Path, tmp_path: Path):
    text = (mixed / "NaCl.cif").read_text()
    (mixed / "small.cif").write_text(re.sub(r"(_cell_length_\w )\s*\S+", r"\g<1> 1.5", text))
    outcome = siteloupe("import", empty, mixed, "--report", tmp_path / "report.csv", "--json")
    assert (outcome.json["n_rejected"], outcome.json["n_flagged"]) == (1, 1)
    with open(tmp_path / "report.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    remarks = [(row["structure"], row["remark"]) for row in rows if row["kind"] == "remark"]
    assert ("small", "odd density") in remarks
    assert all(row["hint"] for row in rows)


@pytest.fixture
def cgcnn_folder(tmp_path: Path, salt_files: Path) -> Path:
    """Two structures and their table, without titles; it names a third."""
    folder = tmp_path / "cgcnn"
    folder.mkdir()
    for name in ("NaCl", "KCl"):
        (folder / f"{name}.cif").write_bytes((salt_files / "salts" / f"{name}.cif").read_bytes())
    (folder / "id_prop.csv").write_text("NaCl,5.6\nKCl,6.3\nAbsent,7.0\n")
    return folder


@pytest.mark.parametrize(
    ("options", "name", "unit", "transform"),
    [
        ((), "target", "", "none"),
        (("--property", "edge"), "edge", "", "none"),
        (("--property", "edge:Å", "--log10", "edge"), "edge", "Å", "log10"),
        (("--property", "edge=target:Å"), "edge", "Å", "none"),
    ],
)
def test_the_table_of_a_cgcnn_folder_is_read_with_it(
    siteloupe: Siteloupe, empty: Path, cgcnn_folder: Path, options: Any, name: str, unit: str, transform: str
):
    outcome = siteloupe("import", empty, cgcnn_folder, *options, "--json")
    assert outcome.json["n_imported"] == 2
    assert (outcome.json["labels"]["matched"], outcome.json["labels"]["unmatched"]) == (2, ["Absent"])
    listed = siteloupe("list", empty, "--json").json
    assert listed["properties"] == [{"name": name, "unit": unit, "transform": transform, "num_labels": 2}]


def test_it_is_told_that_the_table_of_a_cgcnn_folder_was_read(
    siteloupe: Siteloupe, empty: Path, cgcnn_folder: Path
):
    outcome = siteloupe("import", empty, cgcnn_folder)
    assert "a table as CGCNN reads it; it was read for 'target'" in outcome.out
    assert "Stored 2 values" in outcome.out


def test_another_table_takes_the_place_of_that_of_a_cgcnn_folder(
    siteloupe: Siteloupe, empty: Path, cgcnn_folder: Path, salt_files: Path
):
    table = ("--labels", salt_files / "labels.csv", *LABELS)
    assert siteloupe("import", empty, cgcnn_folder, *table, "--json").json["labels"]["matched"] == 2
    listed = siteloupe("list", empty, "--json").json
    assert [row["name"] for row in listed["properties"]] == ["size"]


def test_a_property_without_a_column_needs_a_cgcnn_folder(siteloupe: Siteloupe, empty: Path, mixed: Path):
    outcome = siteloupe("import", empty, mixed, "--property", "edge")
    assert outcome.status == 1
    assert "NAME=COLUMN" in outcome.err


def test_paths_are_stored_and_collections_named_without_dots(
    siteloupe: Siteloupe, empty: Path, mixed: Path, monkeypatch: pytest.MonkeyPatch
):
    (mixed / "inner").mkdir()
    monkeypatch.chdir(mixed / "inner")
    assert siteloupe("import", empty, "..", "--json").json["collection"] == "mixed"
    with Project.open(empty) as project:
        assert [row.path for row in project.structure_rows()] == [str(mixed.resolve() / "NaCl.cif")]
