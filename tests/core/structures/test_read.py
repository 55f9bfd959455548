"""Files and folders are found, read by their kind, and never end an import."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.structures import read
from core.structures.read import READERS, ReadStructure, Rejection, find_files, read_file


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
        stream.truncate(read.LARGEST_FILE + 1)  # sparse: takes no room on the disk
    assert "up to 64 MB" in reject(tmp_path / "huge.cif").reason


def test_a_fault_of_a_reader_is_a_rejection_and_no_crash(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(source: bytes, path: str, name: str) -> tuple[list[ReadStructure], list[Rejection]]:
        raise ZeroDivisionError("of some library")

    monkeypatch.setattr(read, "READERS", {**READERS, ".cif": fail})
    assert "unlike any that is known" in reject(folder / "b.cif").reason


def test_a_new_kind_of_file_needs_one_entry_only(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(read, "READERS", {**READERS, ".txt": READERS[".cif"]})
    assert folder / "notes.txt" in find_files([folder])
    assert read_file(folder / "notes.txt")[0][0].structure.num_sites == 8
