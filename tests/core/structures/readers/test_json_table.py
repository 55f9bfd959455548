import io
import json
from typing import Any

import pytest

from core.errors import StructureError
from core.structures.readers.json_stream import JsonStream
from core.structures.readers.json_table import is_json_table, read_rows


def rows_of(table: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(read_rows(JsonStream(json.dumps(table).encode(), io.BytesIO())))


@pytest.mark.parametrize(
    ("start", "is_table"),
    [
        (b'{"index":[0,1', True),
        (b' {\n "columns" : ["a"', True),
        (b'{"data": [[', True),
        (b'{"data": {"a"', False),
        (b'{"lattice": [[', False),
        (b'["index"', False),
        (b"", False),
    ],
)
def test_a_table_is_known_by_its_beginning(start: bytes, is_table: bool):
    assert is_json_table(start) == is_table


def test_the_column_of_crystals_is_found_whatever_its_title(rock_salt: dict[str, Any]):
    table = {"columns": ["gap", "relaxed"], "index": ["a"], "data": [[1.5, rock_salt]], "name": "gaps"}
    assert rows_of(table) == [("a", {"structure": rock_salt, "gap": 1.5})]


def test_rows_without_an_index_are_numbered(rock_salt: dict[str, Any]):
    assert [key for key, _ in rows_of({"columns": ["s"], "data": [[rock_salt]] * 2})] == ["0", "1"]


def test_titles_that_come_too_late_are_an_error(rock_salt: dict[str, Any]):
    with pytest.raises(StructureError, match="no column"):
        rows_of({"data": [[rock_salt]], "columns": ["structure"]})
