"""Tables with a column of CIFs, as benchmarks of crystal generation ship them."""

import csv
import io
from collections.abc import Callable, Sequence

import pyarrow
import pyarrow.parquet
import pytest

from core.errors import StructureError
from core.structures.readers.table_reader import find_cif_column, read_csv, read_header, read_parquet
from core.structures.reading.result import Outcome, ReadStructure, Rejection

WriteCif = Callable[..., bytes]


def as_csv(rows: Sequence[Sequence[object]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def read(content: bytes) -> list[Outcome]:
    return list(read_csv(io.BytesIO(content), "t.csv", "t"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_row_is_a_structure_with_what_stands_beside_it(cif: WriteCif, delimiter: str):
    text = cif().decode()
    header = ["", "material_id", "formation_energy", "cif", "note"]
    rows = [header, [0, "mp-1", "-1.5", text, "a, b; c"], [1, "", "x", text, ""]]
    first, second = read(as_csv(rows, delimiter))
    assert isinstance(first, ReadStructure)
    assert (first.name, first.path, first.block) == ("mp-1", "t.csv", "row 1")
    assert first.metadata == {"formation_energy": -1.5, "note": "a, b; c"}
    assert first.source.splitlines() == cif().splitlines()
    assert first.structure.composition == {"Cl": 4.0, "Na": 4.0}
    assert (second.name, second.metadata) == ("t_2", {"formation_energy": "x"})


def test_rows_without_a_readable_cif_are_reported_by_their_number(cif: WriteCif):
    outcomes = read(as_csv([["id", "cif"], ["a", ""], ["b"], [], ["c", "data_x"], ["d", cif().decode()]]))
    assert [outcome.block for outcome in outcomes] == [f"row {k}" for k in (1, 2, 4, 5)]
    assert [isinstance(outcome, Rejection) for outcome in outcomes] == [True, True, True, False]


def test_a_table_of_values_is_refused_with_what_to_do():
    with pytest.raises(StructureError, match="no column with the text of CIFs") as caught:
        read(b"id,value\na,1\n")
    assert "labels" in caught.value.hint


def test_a_quotation_mark_without_end_is_no_disaster(cif: WriteCif):
    (outcome,) = read(b'id,cif\na,"data_x\n' + b"x" * 1000)
    assert isinstance(outcome, Rejection)


def test_parquet_gives_the_same_as_csv(cif: WriteCif):
    table = {"material_id": ["a", "b", None], "cif": [cif().decode()] * 2 + [None], "e": [1.5, None, 2.0]}
    content = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(table), content)
    content.seek(0)
    first, second, third = read_parquet(content, "t.parquet", "t")
    assert (first.name, first.block, first.metadata) == ("a", "row 1", {"e": 1.5})
    assert (second.name, second.metadata) == ("b", {})
    assert isinstance(third, Rejection)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_a_damaged_parquet_file_is_refused(content: bytes):
    with pytest.raises(StructureError, match="not a readable Parquet table"):
        list(read_parquet(io.BytesIO(content), "t.parquet", "t"))


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["id", " CIF "], " CIF "),
        (["cif.conv", "cif"], "cif"),
        (["cif_text"], "cif_text"),
        (["id"], None),
        ([], None),
    ],
)
def test_the_column_of_cifs_is_found_by_its_name(columns: list[str], found: str | None):
    assert find_cif_column(columns) == found


def test_the_header_tells_the_delimiter():
    assert read_header(b"\xef\xbb\xbfid; cif ;a,b\r\n") == (["id", "cif", "a,b"], ";")
    assert read_header(b"") == ([], ",")
    assert read_header(b"id,cif\rx,y\r") == (["id", "cif"], ",")
