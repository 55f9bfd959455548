from pathlib import Path

import pytest

from desktop_app.library.value_tables import find_value_table

NAMES = ("halite", "sylvite", "fluorite")


@pytest.fixture
def cifs(tmp_path: Path) -> Path:
    folder = tmp_path / "collection" / "cifs"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("place", [".", ".."])
def test_a_table_in_the_folder_or_beside_it_is_found(cifs: Path, place: str):
    table = (cifs / place / "gaps.csv").resolve()
    table.write_text("id,gap\nhalite,5.0\nsylvite.cif,5.1\nunknown,1\n", encoding="utf-8")
    assert find_value_table([cifs], NAMES) == table
    assert find_value_table([cifs / "halite.cif"], NAMES) == (table if place == "." else None)


def test_names_may_stand_in_any_column(cifs: Path):
    table = cifs / "gaps.tsv"
    table.write_text("formula\tgap\tname\nNaCl\t5.0\thalite\n", encoding="utf-8")
    assert find_value_table([cifs], NAMES) == table


def test_a_table_may_tell_of_many_more_than_the_structures(cifs: Path):
    table = cifs / "everything.csv"
    table.write_text("id,gap\n" + "other,1\n" * 50 + "halite,5\nfluorite,12\n", encoding="utf-8")
    assert find_value_table([cifs], NAMES) == table


@pytest.mark.parametrize("content", ["", "id,gap\n", "day,euros\n1,2\n", "id,gap\n" + "other,1\n" * 20])
def test_a_table_of_something_else_is_passed_over(cifs: Path, content: str):
    (cifs / "table.csv").write_text(content, encoding="utf-8")
    (cifs / "notes.xlsx").write_bytes(b"\xd0\xcf\x11\xe0")
    assert find_value_table([cifs], NAMES) is None


def test_a_folder_that_is_gone_has_no_table(tmp_path: Path):
    assert find_value_table([tmp_path / "gone" / "folder"], NAMES) is None
