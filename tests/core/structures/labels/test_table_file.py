"""One table in every format gives the same text; what is no table is refused in words."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow
import pytest
from pyarrow import parquet

from core.errors import LabelError
from core.structures.labels import table_file
from core.structures.labels.table_file import cell, read_table

HEADER = ("id", "gap", "note")
ROWS = [["12", "1.5", "=1+1"], ["Ge", "", "Universität"]]


def write_csv(path: Path) -> Path:
    lines = [",".join(row) for row in (HEADER, *ROWS)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in (HEADER, (12.0, 1.5, None), ("Ge", None, "Universität")):
        book.active.append(row)
    book.active["C2"].value = "=1+1"
    book.active["C2"].data_type = "s"
    book.save(path)
    return path


def write_parquet(path: Path) -> Path:
    columns = {"id": ["12", "Ge"], "gap": [1.5, None], "note": ["=1+1", "Universität"]}
    parquet.write_table(pyarrow.table(columns), path)
    return path


@pytest.mark.parametrize("write", [write_csv, write_workbook, write_parquet])
def test_every_format_gives_the_same_text(tmp_path: Path, write: Callable[[Path], Path]):
    table = read_table(write(tmp_path / "table.xlsx" if write is write_workbook else tmp_path / "table"))
    assert table.header == HEADER
    assert list(table.rows) == ROWS
    assert not table.decimal_comma


@pytest.mark.parametrize("write", [write_csv, write_workbook, write_parquet])
def test_the_kind_is_told_by_the_content_not_by_the_name(tmp_path: Path, write: Callable[[Path], Path]):
    path = write(tmp_path / "table.xlsx")
    assert read_table(path.rename(tmp_path / "table.csv")).header == HEADER


@pytest.mark.parametrize("write", [write_workbook, write_parquet])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, write: Callable[[Path], Path], kept: float):
    path = write(tmp_path / "table.xlsx")
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(LabelError, match="cannot be read"):
        list(read_table(path).rows)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "cifs.zip", "w") as archive:
        archive.writestr("a.cif", "data_a")
    with pytest.raises(LabelError, match="another archive, that cannot be read"):
        read_table(tmp_path / "cifs.zip")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_workbook(tmp_path / "table.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", b"\0" * 10**6)
    monkeypatch.setattr(table_file, "LARGEST_FILE", 500_000)
    with pytest.raises(LabelError, match="far larger unpacked"):
        read_table(path)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table_file, "LARGEST_FILE", 10)
    with pytest.raises(LabelError, match="it has 0 MB"):
        read_table(write_csv(tmp_path / "table.csv"))


def test_a_part_of_a_title_finds_the_column_in_the_hint(tmp_path: Path):
    path = tmp_path / "table.csv"
    path.write_text("id,Ionic conductivity (S cm-1)\n")
    with pytest.raises(LabelError) as caught:
        read_table(path).place("ionic")
    assert "Did you mean 'Ionic conductivity (S cm-1)'?" in caught.value.hint


def test_a_row_that_is_cut_short_has_empty_cells():
    assert cell(["a ", "b"], 0) == "a"
    assert cell(["a", "b"], 2) == ""


def test_the_table_of_a_cgcnn_folder_gets_titles_and_keeps_its_first_row(tmp_path: Path):
    (tmp_path / "a.cif").write_text("data_a")
    (tmp_path / "id_prop.csv").write_text("a,1.5\nb,2\n")
    table = read_table(tmp_path / "id_prop.csv")
    assert (table.header, table.first_row) == (("id", "target"), 1)
    assert list(table.rows) == [["a", "1.5"], ["b", "2"]]
