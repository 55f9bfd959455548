"""The name of a file says how it is read."""

import io
from pathlib import PurePath

import pytest

from core.structures.readers.formats import READERS, Kind, is_table_with_cifs, kind_of, may_hold_structures


@pytest.mark.parametrize(
    ("name", "suffix", "compression", "stem"),
    [
        ("a.cif", ".cif", "", "a"),
        ("a.b.CIF", ".cif", "", "a.b"),
        ("a.cif.gz", ".cif", ".gz", "a"),
        ("many.jsonl.XZ", ".jsonl", ".xz", "many"),
        ("set.tgz", ".tar", ".gz", "set"),
        ("set.tar.bz2", ".tar", ".bz2", "set"),
        ("mp-1/POSCAR", ".vasp", "", "mp-1"),
        ("mp-1/contcar", ".vasp", "", "mp-1"),
        ("CONTCAR", ".vasp", "", "CONTCAR"),
        ("POSCAR.mp-1", ".vasp", "", "POSCAR.mp-1"),
        ("POSCAR_relaxed.gz", ".vasp", ".gz", "POSCAR_relaxed"),
        ("POSCAR.json", ".json", "", "POSCAR"),
        ("x.vasp", ".vasp", "", "x"),
    ],
)
def test_kind_and_name_of_a_file(name: str, suffix: str, compression: str, stem: str):
    kind = kind_of(PurePath(name))
    assert kind == Kind(suffix, compression, stem)
    assert kind.is_readable


@pytest.mark.parametrize("name", ["notes.txt", "a.cif.txt", "x.gz", ".gz", "README", "a.rar", "a.pdf"])
def test_other_files_are_not_readable(name: str):
    assert not kind_of(PurePath(name)).is_readable


@pytest.mark.parametrize(
    ("suffix", "start", "fits"),
    [
        (".csv", b"\xef\xbb\xbfid;CIF\n1;x", True),
        (".tsv", b"id\tvalue\n", False),
        (".csv", b"", False),
        (".json", b'{"index":[0,1,', True),
        (".json", b'[{"lattice": 1', True),
        (".jsonl", b'{"id": 1, "cif": "data_"}', True),
        (".json", b"{}", False),
        (".cif", b"", True),
    ],
)
def test_the_beginning_tells_what_the_name_does_not(suffix: str, start: bytes, fits: bool):
    assert may_hold_structures(Kind(suffix, "", "x"), start) is fits


def test_a_parquet_file_that_is_damaged_is_looked_at_later():
    assert is_table_with_cifs(io.BytesIO(b"PAR1....PAR1"))


def test_suffixes_are_in_lower_case_with_a_dot():
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in READERS)
