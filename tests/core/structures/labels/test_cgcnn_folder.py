"""The folders that CGCNN reads are recognised by their table without a header."""

from pathlib import Path

import pytest

from core.structures.labels.cgcnn_folder import CgcnnFolder, cgcnn_titles, find_cgcnn_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("9000046.cif", "a.cif"):
        (tmp_path / name).write_text("data_x")
    return tmp_path


def test_ids_are_matched_with_the_files_beside(folder: Path):
    (folder / "id_prop.csv").write_text("9000046,1.5\na,2\nmissing,3\n")
    assert find_cgcnn_folder(folder) == CgcnnFolder(folder / "id_prop.csv", 2, 3, 2)


@pytest.mark.parametrize(
    "table",
    ["id,value\na,1\n", "", "a\n", "\n\n", "../a,1\n", "/etc/passwd,1\n", "x" * 5000 + ",1", "\0,1\n"],
)
def test_other_tables_are_not_taken_for_it(folder: Path, table: str):
    (folder / "id_prop.csv").write_text(table)
    assert find_cgcnn_folder(folder) is None


def test_a_folder_without_the_table_is_an_ordinary_one(folder: Path):
    assert find_cgcnn_folder(folder) is None
    assert find_cgcnn_folder(folder / "missing") is None


def test_its_columns_get_titles(folder: Path):
    table = folder / "id_prop.csv"
    table.write_text("a,1,2\n")
    assert cgcnn_titles(table) == ("id", "target", "target 2")
    (folder / "other.csv").write_text("a,1,2\n")
    assert cgcnn_titles(folder / "other.csv") is None
