from pathlib import Path

import pytest

from core.cli.library.cgcnn_tables import TARGET, cgcnn_folders, cgcnn_mapping
from core.structures.labels.table import LabelColumn, TableMapping


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.cif").write_text("data_a")
    (tmp_path / "id_prop.csv").write_text("a,1.5,2\n")
    return tmp_path


def test_only_folders_with_the_table_are_taken(folder: Path):
    (found,) = cgcnn_folders([folder / "missing", folder, folder / "a.cif"])
    assert found.table == folder / "id_prop.csv"


def test_without_a_wish_all_values_are_read_under_their_own_titles(folder: Path):
    (found,) = cgcnn_folders([folder])
    mapping = cgcnn_mapping(found, TableMapping("name", ()))
    assert mapping.id_column == "id"
    assert [column.name for column in mapping.columns] == [TARGET, "target 2"]


def test_wishes_are_kept(folder: Path):
    (found,) = cgcnn_folders([folder])
    gap = LabelColumn("gap", TARGET, "eV", log10=True)
    mapping = cgcnn_mapping(found, TableMapping("name", (gap,), replicates="mean"))
    assert mapping == TableMapping("id", (gap,), replicates="mean")
