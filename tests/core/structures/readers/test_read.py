"""Files and folders are found, read by their kind, and never end an import."""

import gzip
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow
import pyarrow.parquet
import pytest

from core.errors import StructureError
from core.structures.readers.formats import READERS
from core.structures.readers.read import (
    Outcome,
    ReadStructure,
    Rejection,
    find_files,
    may_hold_crystals,
    read_file,
    read_structures,
    require_files,
)
from core.structures.reading.streams import LARGEST_TEXT

HOSTILE_NAMES = [
    "<img src=x onerror=alert(1)>",
    "';alert(1)//",
    '=HYPERLINK("http://x")',
    "\u202efic.exe",
    "../../etc/passwd",
    "x" * 10_000,
    "'; drop table structures; --",
]


@pytest.fixture
def folder(tmp_path: Path, cif: Callable[..., bytes]) -> Path:
    for name in ("b.cif", "a.CIF", "deep/er/c.cif", "notes.txt", ".hidden.cif", ".git/d.cif", "._b.cif"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cif())
    return tmp_path


def test_a_folder_is_searched_to_any_depth_in_a_fixed_order(folder: Path):
    assert find_files([folder]) == [folder / "a.CIF", folder / "b.cif", folder / "deep" / "er" / "c.cif"]


def test_a_file_named_twice_is_read_once(folder: Path):
    assert find_files([folder / "b.cif", folder, folder / "b.cif"])[0] == folder / "b.cif"
    assert len(find_files([folder / "b.cif", folder])) == 3


def test_a_file_that_is_named_is_never_lost(folder: Path):
    named = [folder / "notes.txt", folder / "missing.cif"]
    assert find_files(named) == named


def test_an_empty_folder_has_no_files(tmp_path: Path):
    assert find_files([tmp_path]) == []
    with pytest.raises(StructureError, match="No file with crystal structures was found in"):
        require_files([tmp_path])


def test_a_structure_has_the_name_of_its_file_and_its_bytes(folder: Path):
    (structure,), rejected = read_file(folder / "a.CIF")
    assert rejected == []
    assert (structure.name, structure.path) == ("a", str(folder / "a.CIF"))
    assert structure.source == (folder / "a.CIF").read_bytes()


def reject(path: Path) -> Rejection:
    structures, (rejection,) = read_file(path)
    assert structures == []
    assert rejection.path == str(path)
    assert rejection.hint
    return rejection


def test_a_file_of_an_unknown_kind_is_refused_with_the_known_ones(folder: Path):
    rejection = reject(folder / "notes.txt")
    assert "'.txt' cannot be read" in rejection.reason
    assert ".cif" in rejection.hint


def test_a_missing_file_is_refused(tmp_path: Path):
    assert "No such file" in reject(tmp_path / "missing.cif").reason


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path):
    (tmp_path / "folder.cif").mkdir()
    assert "cannot be opened" in reject(tmp_path / "folder.cif").reason


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "empty.cif").write_bytes(content)
    assert reject(tmp_path / "empty.cif").reason == "The file is empty."


def test_a_file_of_a_giant_size_is_not_loaded(tmp_path: Path):
    with (tmp_path / "huge.cif").open("wb") as stream:
        stream.truncate(LARGEST_TEXT + 1)  # sparse: takes no room on the disk
    assert "more than 64 MB" in reject(tmp_path / "huge.cif").reason


def test_a_fault_of_a_reader_is_a_rejection_and_no_crash(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
        raise ZeroDivisionError("of some library")

    monkeypatch.setitem(READERS, ".cif", fail)
    assert "unlike any that is known" in reject(folder / "b.cif").reason


def test_a_new_kind_of_file_needs_one_entry_only(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(READERS, ".txt", READERS[".cif"])
    assert folder / "notes.txt" in find_files([folder])
    assert read_file(folder / "notes.txt")[0][0].structure.num_sites == 8


@pytest.mark.parametrize(
    ("name", "content", "is_found"),
    [
        ("labels.csv", b"id,conductivity\n1,2\n", False),
        ("benchmark.csv", b"material_id,cif\n", True),
        ("settings.json", b'{"theme": "dark"}', False),
        ("crystal.json", b'{"lattice": []}', True),
        ("events.jsonl", b'{"seq": 1}', False),
        ("broken.jsonl.xz", b"no xz", True),
        ("POSCAR", b"", True),
        ("POSCAR.orig", b"", True),
        ("set.tar.gz", b"", True),
        ("set.rar", b"", False),
    ],
)
def test_tables_and_json_files_of_something_else_are_passed_over(
    tmp_path: Path, name: str, content: bytes, is_found: bool
):
    (tmp_path / name).write_bytes(content)
    assert find_files([tmp_path]) == [tmp_path / name] * is_found
    assert may_hold_crystals(tmp_path / name) == is_found


def test_a_parquet_file_is_read_when_it_has_a_column_of_cifs(tmp_path: Path):
    for column in ("cif", "energy"):
        pyarrow.parquet.write_table(pyarrow.table({column: ["x"]}), tmp_path / f"{column}.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    assert [path.name for path in find_files([tmp_path])] == ["broken.parquet", "cif.parquet"]


def crystals(count: int, **beside: object) -> bytes:
    crystal = {"lattice": [[4, 0, 0], [0, 4, 0], [0, 0, 4]], "species": ["Po"], "frac_coords": [[0, 0, 0]]}
    return b"".join(json.dumps({**crystal, **beside}).encode() + b"\n" for _ in range(count))


def test_structures_of_one_name_are_told_apart(tmp_path: Path):
    lines = crystals(2, id="a") + crystals(1, id="a#2") + crystals(1, id="b")
    (tmp_path / "many.jsonl").write_bytes(lines)
    structures, rejected = read_file(tmp_path / "many.jsonl")
    assert rejected == []
    assert [read.name for read in structures] == ["a", "a#2", "a#2#2", "b"]


def test_a_large_file_is_read_one_structure_at_a_time(tmp_path: Path):
    with gzip.open(tmp_path / "many.jsonl.gz", "wb") as stream:
        for _ in range(200):
            stream.write(b"".join(crystals(1, comment=random.randbytes(500).hex()) for _ in range(100)))
    tracemalloc.start()
    count = sum(isinstance(outcome, ReadStructure) for outcome in read_structures(tmp_path / "many.jsonl.gz"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 10 * 1024**2  # the content has 25 MB


def test_what_was_read_before_a_file_breaks_off_is_kept(tmp_path: Path):
    packed = gzip.compress(crystals(1) + b"".join(crystals(1, id=str(k)) for k in range(30_000)))
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    structures, (rejection,) = read_file(tmp_path / "cut.jsonl.gz")
    assert structures
    assert rejection.reason.endswith("structures: The file is damaged or incomplete.")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_stays_text(tmp_path: Path, name: str):
    (tmp_path / "names.jsonl").write_bytes(crystals(1, id=name, note=name[:500]))
    (read,), rejected = read_file(tmp_path / "names.jsonl")
    assert rejected == []
    assert read.name == name
    assert read.metadata["note"] == name[:500]
