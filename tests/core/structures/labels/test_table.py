"""Tables of values: what is a value is taken, what is none is listed, what is missing is asked for."""

import codecs
from pathlib import Path

import pytest

from core.errors import LabelError
from core.structures.labels.table import (
    Label,
    LabelColumn,
    LabelProblem,
    LabelTable,
    RowText,
    TableMapping,
    read_labels,
)

GAP = LabelColumn(name="band_gap", column="gap (eV)", unit="eV")
CONDUCTIVITY = LabelColumn(name="conductivity", column="sigma", unit="S/cm", log10=True)


def read(
    tmp_path: Path, content: str | bytes, *columns: LabelColumn, id_column: str = "id"
) -> tuple[list[Label], list[LabelProblem]]:
    path = tmp_path / "labels.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    read = read_labels(path, TableMapping(id_column, columns or (GAP,)))
    return read.labels, read.problems


def test_values_come_with_property_bound_and_raw_text(tmp_path: Path):
    table = "id,gap (eV),sigma\nSi,1.12(1),<1E-10\nGe,0.66,2e-2\n"
    labels, problems = read(tmp_path, table, GAP, CONDUCTIVITY)
    assert problems == []
    assert labels == [
        Label("Si", "band_gap", 1.12, "", "1.12(1)", error=0.01),
        Label("Si", "conductivity", 1e-10, "<", "<1E-10"),
        Label("Ge", "band_gap", 0.66, "", "0.66"),
        Label("Ge", "conductivity", 0.02, "", "2e-2"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "id,gap (eV)\nSi,1.5\n",
        "id;gap (eV)\nSi;1,5\n",
        "id\tgap (eV)\nSi\t1.5\n",
        "id\tgap (eV)\r\nSi\t1,5\r\n",
        '"id","gap (eV)"\n"Si","1.5"\n',
        " id , gap (eV) \n  Si ,  1.5  \n",
        "\n".join(["gap (eV),note,id", "1.5,x,Si"]),
        codecs.BOM_UTF8 + b"id,gap (eV)\nSi,1.5\n",
        "id,gap (eV),Universit\u00e9\nSi,1.5,x\n".encode("latin-1"),
        "id,gap (eV)\nSi,1.5\n".encode("utf-16"),
        "id,gap (eV)\nSi.cif,1.5\n",
        "id,gap (eV)\nSi.CIF ,1.5\n",
        'id,note,gap (eV)\nSi,"two\nlines, one cell",1.5\n',
        "id,gap (eV)\n\n,,\nSi,1.5\n\n",
    ],
)
def test_separators_encodings_and_spellings_of_ids_make_no_difference(tmp_path: Path, content: str | bytes):
    labels, problems = read(tmp_path, content)
    assert problems == []
    assert [(label.structure_name, label.value) for label in labels] == [("Si", 1.5)]


def test_an_empty_entry_is_no_problem(tmp_path: Path):
    labels, problems = read(tmp_path, "id,gap (eV),sigma\nSi,,1e-3\nGe,n/a,\nC\n", GAP, CONDUCTIVITY)
    assert [label.structure_name for label in labels] == ["Si"]
    assert problems == []


def test_an_entry_that_is_no_number_is_listed_with_its_place(tmp_path: Path):
    labels, problems = read(tmp_path, "id,gap (eV)\nSi,1.1\nGe,small\n")
    assert len(labels) == 1
    assert problems == [LabelProblem(3, "Ge", "gap (eV)", "'small' is not a number.")]


@pytest.mark.parametrize("entry", ["0", "-1e-5", "<0"])
def test_a_value_without_logarithm_is_listed_where_the_logarithm_is_wanted(tmp_path: Path, entry: str):
    labels, (problem,) = read(tmp_path, f"id,sigma\nSi,{entry}\n", CONDUCTIVITY)
    assert labels == []
    assert "has no logarithm" in problem.reason


def test_a_value_that_is_not_positive_is_fine_without_logarithm(tmp_path: Path):
    labels, problems = read(tmp_path, "id,gap (eV)\nCu,0\nAu,-1\n")
    assert [label.value for label in labels] == [0.0, -1.0]
    assert problems == []


def test_of_two_rows_with_one_id_the_first_counts_and_the_second_is_listed(tmp_path: Path):
    labels, (problem,) = read(tmp_path, "id,gap (eV)\nSi,1.1\nGe,0.7\nSi.cif,1.2\n")
    assert [label.value for label in labels] == [1.1, 0.7]
    assert (problem.row, problem.key) == (4, "Si")
    assert "row 2" in problem.reason


def test_a_row_without_id_is_listed(tmp_path: Path):
    labels, (problem,) = read(tmp_path, "id,gap (eV)\n,1.1\n")
    assert labels == []
    assert (problem.row, problem.key, problem.reason) == (2, "", "There is no id.")


@pytest.mark.parametrize(
    ("id_column", "column", "said", "proposal"),
    [
        ("ID", "gap (eV)", "has no column 'ID'", "Did you mean 'id'? It has: id, gap (eV)."),
        ("id", "gap", "has no column 'gap'", "Did you mean 'gap (eV)'? It has: id, gap (eV)."),
        ("id", "zzz", "has no column 'zzz'", "It has: id, gap (eV)."),
    ],
)
def test_a_missing_column_is_named_with_those_there_are(
    tmp_path: Path, id_column: str, column: str, said: str, proposal: str
):
    with pytest.raises(LabelError) as caught:
        read(tmp_path, "id,gap (eV)\nSi,1.1\n", LabelColumn("gap", column), id_column=id_column)
    assert said in caught.value.message
    assert caught.value.hint == proposal


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"PK\x03\x04 rest of a workbook", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0 rest of an old workbook", "Excel workbook of the old kind"),
        (b"PAR1 rest of a Parquet file", "cannot be read"),
        (b'id,gap (eV)\n"' + b"x" * 200_000 + b'",1\n', "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(tmp_path: Path, content: bytes, said: str):
    with pytest.raises(LabelError, match=said):
        read(tmp_path, content)


def test_a_missing_table_is_refused(tmp_path: Path):
    with pytest.raises(LabelError, match="cannot be opened: No such file"):
        read_labels(tmp_path / "missing.csv", TableMapping("id", (GAP,)))


def map_and_read(tmp_path: Path, text: str, mapping: TableMapping) -> LabelTable:
    path = tmp_path / "labels.csv"
    path.write_text(text)
    return read_labels(path, mapping)


def test_rows_with_one_id_are_averaged_when_asked(tmp_path: Path):
    mapping = TableMapping("id", (GAP,), replicates="mean")
    read = map_and_read(tmp_path, "id,gap (eV)\nSi,1.0\nGe,0.7\nSi.cif,1.2\nSi,\n", mapping)
    assert read.problems == []
    assert read.labels == [
        Label("Si", "band_gap", pytest.approx(1.1), "", "1.0 | 1.2", num_values=2),
        Label("Ge", "band_gap", 0.7, "", "0.7"),
    ]


def test_conductivities_are_averaged_in_the_logarithm(tmp_path: Path):
    mapping = TableMapping("id", (CONDUCTIVITY,), replicates="mean")
    (label,) = map_and_read(tmp_path, "id,sigma\nSi,1e-6\nSi,1e-2\n", mapping).labels
    assert label.value == pytest.approx(1e-4)


def test_limits_that_exclude_each_other_are_listed(tmp_path: Path):
    mapping = TableMapping("id", (GAP,), replicates="median")
    read = map_and_read(tmp_path, "id,gap (eV)\nGe,1\nSi,<1\nSi,>2\n", mapping)
    assert [(problem.row, problem.key) for problem in read.problems] == [(3, "Si")]
    assert [label.structure_name for label in read.labels] == ["Ge"]


def test_errors_come_from_their_own_column_or_from_the_value(tmp_path: Path):
    column = LabelColumn("gap", "gap", error="sd")
    text = "id,gap,sd\nSi,1.1,0.2\nGe,0.66(3),\nC,5.5,\nSn,0.1,wide\nPb,0.2,-1\n"
    read = map_and_read(tmp_path, text, TableMapping("id", (column,)))
    assert [(label.structure_name, label.error) for label in read.labels] == [
        ("Si", 0.2),
        ("Ge", pytest.approx(0.03)),
        ("C", None),
    ]
    assert [problem.key for problem in read.problems] == ["Sn", "Pb"]


def test_other_columns_are_kept_as_texts_of_the_first_row(tmp_path: Path):
    mapping = TableMapping(
        *("id", (GAP,), "mean"),
        metadata=("DOI", "note"),
        formula="formula",
        space_group="sg",
        cell=("a", "b", "c", "", "", ""),
    )
    rows = ["Si,1,10.1/x,,Si,Fd-3m,5.43,,5.43", "Si,2,10.1/y,,,,,,", "C,,,,,,,,"]
    text = "\n".join(["id,gap (eV),DOI,note,formula,sg,a,b,c", *rows])
    assert map_and_read(tmp_path, text, mapping).texts == {
        "Si": RowText({"DOI": "10.1/x"}, "Si", "Fd-3m", cell="5.43 ? 5.43 ? ? ?", row=2),
        "C": RowText({}, row=4),
    }


def test_a_missing_metadata_column_is_named(tmp_path: Path):
    with pytest.raises(LabelError, match="has no column 'doi'"):
        map_and_read(tmp_path, "id,gap (eV),DOI\nSi,1,x\n", TableMapping("id", (GAP,), metadata=("doi",)))


def test_the_conductivities_of_obelix_are_read_whole_with_their_upper_bounds(shared_data: Path):
    column = LabelColumn("conductivity", "Ionic conductivity (S cm-1)", "S/cm", log10=True)
    read = read_labels(shared_data / "obelix" / "labels.csv", TableMapping("ID", (column,)))
    assert read.problems == []
    assert len(read.labels) == 478
    bounds = [label for label in read.labels if label.bound]
    assert len(bounds) == 29
    assert {label.raw for label in bounds} == {"<1E-10", "<1E-8"}
    assert all(0 < label.value < 1 for label in read.labels)
