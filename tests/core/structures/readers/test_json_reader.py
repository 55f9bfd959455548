"""JSON in each of its habits: an object, a list, named objects, lines; entry by entry."""

import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import StructureError
from core.structures.readers import json_reader, json_stream
from core.structures.readers.json_reader import read_json, read_json_lines
from core.structures.reading.result import Outcome, ReadStructure, Rejection

Entry = dict[str, Any]


def read(content: bytes | str) -> list[Outcome]:
    source = content if isinstance(content, bytes) else content.encode()
    return list(read_json(io.BytesIO(source), "f.json", "f"))


def names(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    assert all(isinstance(outcome, ReadStructure) for outcome in outcomes)
    return [(outcome.name, outcome.block) for outcome in outcomes]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_is_one_structure_with_the_name_of_the_file(rock_salt: Entry, indent: int | None):
    text = json.dumps(rock_salt, indent=indent)
    (outcome,) = read(text)
    assert names([outcome]) == [("f", "")]
    assert outcome.source == text.encode()


@pytest.mark.parametrize("indent", [None, 2])
def test_each_entry_of_a_list_is_a_structure_with_its_own_text(rock_salt: Entry, indent: int | None):
    entries = [{**rock_salt, "id": "a"}, rock_salt, {**rock_salt, "comment": '] , { " \u00fc'}]
    outcomes = read("\ufeff \n" + json.dumps(entries, indent=indent, ensure_ascii=False))
    assert names(outcomes) == [("a", "entry 1"), ("f_2", "entry 2"), ("f_3", "entry 3")]
    assert [json.loads(outcome.source) for outcome in outcomes] == entries


def test_a_list_is_cut_right_wherever_the_pieces_end(rock_salt: Entry, monkeypatch: pytest.MonkeyPatch):
    text = json.dumps([{**rock_salt, "note": "\u00fc\U0001f600"}] * 3, indent=1, ensure_ascii=False)
    for chunk in (1, 7, 100):
        monkeypatch.setattr(json_stream, "CHUNK", chunk)
        assert len(names(read(text))) == 3


def test_an_object_of_structures_gives_their_names(rock_salt: Entry):
    outcomes = read(json.dumps({"x": rock_salt, "y": rock_salt}, indent=1))
    assert names(outcomes) == [("x", "x"), ("y", "y")]


def test_lines_are_recognised_under_the_name_of_json(rock_salt: Entry):
    line = json.dumps(rock_salt)
    assert names(read(f"{line}\n{line}\n\n{line}")) == [(f"f_{k}", f"line {k}") for k in (1, 2, 4)]


def test_a_bad_line_is_reported_with_its_number_and_the_rest_is_read(rock_salt: Entry):
    line = json.dumps(rock_salt).encode()
    content = b"\n".join([b"not json", line, b'{"id": 1}', b"", b"\xff\xfe", line])
    outcomes = list(read_json_lines(io.BytesIO(content), "f.jsonl", "f"))
    assert [outcome.block for outcome in outcomes] == [f"line {k}" for k in (1, 2, 3, 5, 6)]
    assert [isinstance(outcome, Rejection) for outcome in outcomes] == [True, False, True, True, False]
    assert outcomes[0].reason == "It is not JSON."
    assert "not a crystal" in outcomes[2].reason


def test_a_bad_entry_of_a_list_is_reported_and_the_rest_is_read(rock_salt: Entry):
    bad, good = read(json.dumps([{**rock_salt, "species": ["Na"]}, rock_salt]))
    assert isinstance(bad, Rejection)
    assert bad.block == "entry 1"
    assert isinstance(good, ReadStructure)


def test_a_list_that_breaks_off_keeps_what_came_before(rock_salt: Entry):
    stream = io.BytesIO(json.dumps([rock_salt, rock_salt]).encode()[:-20])
    entries = read_json(stream, "f.json", "f")
    assert isinstance(next(entries), ReadStructure)
    with pytest.raises(StructureError, match="After 1 entries the file is no longer JSON"):
        next(entries)


def test_the_text_of_a_cif_may_stand_in_an_object(cif: Callable[..., bytes]):
    (outcome,) = read(json.dumps({"material_id": "m", "cif": cif().decode(), "e": 1.5}))
    assert names([outcome]) == [("m", "")]
    assert outcome.metadata == {"e": 1.5}
    assert outcome.source == cif()


@pytest.mark.parametrize("content", ["", " \n\n", "\ufeff"])
def test_an_empty_file_is_refused(content: str):
    with pytest.raises(StructureError, match="empty"):
        read(content)


@pytest.mark.parametrize("content", ["nonsense", "{", '{"a": 1}', "[1]", "[[]]", "3", "[" * 100_000])
def test_what_is_no_crystal_is_refused(content: str):
    try:
        outcomes = read(content)
    except StructureError:
        return
    assert outcomes
    assert all(isinstance(outcome, Rejection) for outcome in outcomes)


def test_one_object_has_a_limit_that_lists_do_not_have(rock_salt: Entry, monkeypatch: pytest.MonkeyPatch):
    text = json.dumps(rock_salt, indent=1)
    monkeypatch.setattr(json_reader, "LARGEST_TEXT", len(text) - 10)
    with pytest.raises(StructureError, match="JSON lines"):
        read(text)
    compact = json.dumps(rock_salt)
    monkeypatch.setattr(json_reader, "LARGEST_TEXT", 2 * len(compact))
    monkeypatch.setattr(json_stream, "LARGEST_TEXT", 2 * len(compact))
    assert len(names(read(f"[{compact}, {compact}, {compact}, {compact}]"))) == 4


def split_table(rows: list[list[Any]], columns: list[str], index: list[Any] | None = None) -> Entry:
    return {"index": index or list(range(len(rows))), "columns": columns, "data": rows}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("keys", [("index", "columns", "data"), ("columns", "index", "data")])
def test_a_table_as_pandas_splits_it_gives_structures_with_the_other_columns_as_metadata(
    rock_salt: Entry, keys: tuple[str, ...], indent: int | None
):
    table = split_table([[rock_salt, 1.5, "x"], [rock_salt, None, "y"]], ["structure", "gap pbe", "family"])
    outcomes = read(json.dumps({key: table[key] for key in keys}, indent=indent))
    assert names(outcomes) == [("f_0", "row 1"), ("f_1", "row 2")]
    assert [outcome.metadata for outcome in outcomes] == [{"gap pbe": 1.5, "family": "x"}, {"family": "y"}]
    (again,) = read(outcomes[0].source)
    assert again.structure.to_dict() == outcomes[0].structure.to_dict()
    assert again.metadata == outcomes[0].metadata


def test_rows_of_a_table_are_named_by_their_index_or_a_column_of_names(rock_salt: Entry):
    rows = [[rock_salt], [rock_salt]]
    assert names(read(json.dumps(split_table(rows, ["crystal"], ["mb-1", "mb-2"])))) == [
        ("mb-1", "row 1"),
        ("mb-2", "row 2"),
    ]
    named = split_table([[rock_salt, "mp-7"]], ["structure", "material_id"])
    assert names(read(json.dumps(named))) == [("mp-7", "row 1")]


def test_a_table_may_hold_the_texts_of_cifs(cif: Callable[..., bytes]):
    (outcome,) = read(json.dumps(split_table([[2.5, cif().decode()]], ["e", "cif"])))
    assert outcome.metadata == {"e": 2.5}
    assert outcome.source == cif()


def test_a_row_without_a_crystal_is_reported_and_the_rest_is_read(rock_salt: Entry):
    outcomes = read(json.dumps(split_table([[rock_salt], [None], [], 7, [rock_salt]], ["structure"])))
    assert [isinstance(outcome, ReadStructure) for outcome in outcomes] == [True, False, False, False, True]
    assert outcomes[1].block == "row 2"


def test_a_table_without_crystals_is_refused_in_words():
    with pytest.raises(StructureError, match="no column with crystal structures"):
        read(json.dumps(split_table([["NaCl", 5.0]], ["composition", "gap"])))


def test_a_table_that_breaks_off_keeps_what_came_before(rock_salt: Entry):
    text = json.dumps(split_table([[rock_salt], [rock_salt]], ["structure"]))
    entries = read_json(io.BytesIO(text.encode()[:-20]), "f.json", "f")
    assert isinstance(next(entries), ReadStructure)
    with pytest.raises(StructureError, match="After 1 entries the file is no longer JSON"):
        next(entries)


def test_a_long_table_on_one_line_is_read_in_pieces(rock_salt: Entry):
    text = json.dumps(
        split_table([[{**rock_salt, "comment": "x" * 50_000}] for _ in range(400)], ["structure"])
    )
    tracemalloc.start()
    try:
        number = sum(1 for _ in read_json(io.BytesIO(text.encode()), "f.json", "f"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert number == 400
    assert len(text) > 20e6 > 10e6 > peak - len(text)  # beside the stream itself, which is in memory here
