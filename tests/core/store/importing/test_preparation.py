import json
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import StructureError
from core.store.importing.preparation import (
    make_records,
    prepare_files,
    prepare_part,
    to_json,
    treat_disorder,
)
from core.structures.readers.read import Flag, ReadStructure, Rejection
from core.structures.structure import Structure


def test_a_stored_structure_is_read_back_equal():
    turned = Structure(np.eye(3).T * 3.0, np.array([[1 / 3, 0.1, 0.7]]), ({"Li": 0.25, "Na": 0.5},), ("Li1",))
    back = Structure.from_dict(json.loads(to_json(turned)))
    assert np.array_equal(back.lattice, turned.lattice)
    assert np.array_equal(back.frac_coords, turned.frac_coords)
    assert (back.species, back.site_labels) == (turned.species, turned.site_labels)


def test_arrays_of_any_memory_layout_are_stored():
    lattice = np.array([[3.0, 0.0, 0.5], [0.0, 4.0, 0.0], [0.0, 0.0, 5.0]])
    column_major = Structure(np.asfortranarray(lattice), np.zeros((2, 6))[:, ::2], ({"Na": 1.0}, {"Cl": 1.0}))
    assert json.loads(to_json(column_major))["lattice"] == lattice.tolist()


def test_a_record_says_what_the_structure_is(read_structure: Callable[..., ReadStructure]):
    read = read_structure("po", flags=[Flag("bad_density", "Odd.")])
    (record,) = make_records(read, "keep")
    assert (record.formula, record.num_sites, record.is_ordered) == ("Po", 1, True)
    assert record.amounts == (("Po", 1.0),)
    assert record.content_hash == read.structure.content_hash
    assert (record.original, record.disorder, record.flags) == (None, "keep", read.flags)


def test_a_changed_structure_keeps_its_original(read_structure: Callable[..., ReadStructure]):
    read = read_structure("po", occupancy=0.8)
    (record,) = make_records(read, "majority")
    assert record.is_ordered
    assert record.disorder == "majority"
    assert json.loads(record.original or "")["species"] == [{"Po": 0.8}]


def test_an_ordered_structure_is_left_as_it_is_by_every_rule(read_structure: Callable[..., ReadStructure]):
    structure = read_structure("po").structure
    assert treat_disorder(structure, "majority") == treat_disorder(structure, "skip") == [structure]


def test_a_disordered_structure_is_left_out_when_asked(read_structure: Callable[..., ReadStructure]):
    with pytest.raises(StructureError, match="disordered, as asked"):
        treat_disorder(read_structure("po", occupancy=0.8).structure, "skip")


def test_structures_of_one_file_share_its_bytes(read_structure: Callable[..., ReadStructure]):
    first, second = read_structure("a"), read_structure("b")
    shared = ReadStructure("b", first.path, "b", second.structure, (), first.source)
    own = ReadStructure("c", first.path, "c", second.structure, (), b"line 3")
    (part,) = prepare_part(Path(first.path), [first, shared, own], "keep")
    assert [record.source for record in part.records] == [0, 0, 1]
    assert [zlib.decompress(source) for source in part.sources] == [first.source, b"line 3"]


def test_bytes_of_what_is_left_out_are_not_kept(read_structure: Callable[..., ReadStructure]):
    (part,) = prepare_part(Path("a.cif"), [read_structure("a", occupancy=0.8)], "skip")
    assert (part.records, part.sources) == ([], [])
    assert len(part.rejected) == 1


def test_rejections_go_with_their_part():
    rejection = Rejection("a.cif", "", "The file is empty.", "")
    (part,) = prepare_part(Path("a.cif"), [rejection], "keep", is_last=True)
    assert part.rejected == [rejection]
    assert part.is_first
    assert part.is_last


def test_each_small_file_is_one_part(tmp_path: Path, write_cifs: Callable[..., list[Path]]):
    paths = write_cifs(tmp_path, 3)
    parts = prepare_files(paths, "keep")
    assert [part.path for part in parts] == [str(path) for path in paths]
    assert all(part.is_first and part.is_last and part.num_bytes > 0 for part in parts)
