from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from core.errors import RunError
from core.jobs.results.attention import STRUCTURES_PER_BLOCK, AttentionArchive, AttentionMap

TWO_SITES = np.array([[0.25, 0.75], [0.5, 0.5]], dtype=np.float32)
ONE_SITE = np.array([[1.0]], dtype=np.float32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "arrays.npz"


def attention_arrays() -> dict[str, Any]:
    """Structure 7: two primitive sites, imported as a cell of four; structure 9: one site."""
    return {
        "structure_ids": np.array([7, 9]),
        "matrix": np.concatenate([TWO_SITES.ravel(), ONE_SITE.ravel()]),
        "matrix_offsets": np.array([0, 4, 5]),
        "site_map": np.array([0, 1, 0, 1, 0], dtype=np.int32),
        "map_offsets": np.array([0, 4, 5]),
    }


def test_attention_is_found_by_the_number_of_its_structure(path: Path):
    np.savez(path, **attention_arrays())
    archive = AttentionArchive(path)
    assert archive.structure_ids == [7, 9]
    first, second = archive.get(7), archive.get(9)
    assert first is not None
    assert second is not None
    assert_array_equal(first.matrices, [TWO_SITES])
    assert_array_equal(first.site_map, [0, 1, 0, 1])
    assert_array_equal(second.matrices, [ONE_SITE])


def test_each_head_has_its_matrix_and_its_name(path: Path):
    arrays = attention_arrays()
    arrays["heads"] = np.array(["block 1, head 1", "block 1, head 2"])
    both = np.stack([TWO_SITES, TWO_SITES[::-1]])
    arrays["matrix"] = np.concatenate([both.ravel(), ONE_SITE.ravel(), ONE_SITE.ravel()])
    arrays["matrix_offsets"] = np.array([0, 8, 10])
    np.savez(path, **arrays)
    archive = AttentionArchive(path)
    assert archive.heads == ("block 1, head 1", "block 1, head 2")
    attention = archive.get(7)
    assert attention is not None
    assert_array_equal(attention.matrix(0), TWO_SITES)
    assert_array_equal(attention.matrix(1), TWO_SITES[::-1])
    assert_array_equal(attention.matrix(None), (TWO_SITES + TWO_SITES[::-1]) / 2)
    assert_array_equal(attention.from_site(0, 1), [0.5, 0.5, 0.5, 0.5])


def test_an_archive_from_before_there_were_heads_has_one(path: Path):
    np.savez(path, **attention_arrays())
    assert AttentionArchive(path).heads == ("attention",)


@pytest.mark.parametrize("heads", [np.array([]), np.array("one")])
def test_heads_without_names_are_damage(path: Path, heads: np.ndarray):
    np.savez(path, **attention_arrays(), heads=heads)
    with pytest.raises(RunError, match="damaged"):
        AttentionArchive(path)


def test_a_structure_outside_the_run_has_no_attention(path: Path):
    np.savez(path, **attention_arrays())
    assert AttentionArchive(path).get(8) is None


def test_translated_copies_of_a_site_show_the_same_attention():
    attention = AttentionMap(TWO_SITES[None], np.array([0, 1, 0, 1], dtype=np.int32))
    assert_array_equal(attention.from_site(2), [0.25, 0.75, 0.25, 0.75])
    assert_array_equal(attention.from_site(3), [0.5, 0.5, 0.5, 0.5])


def test_a_run_without_the_file_has_no_attention(path: Path):
    with pytest.raises(RunError, match="no attention file"):
        AttentionArchive(path)


@pytest.mark.parametrize("content", [b"plain text", b"\x80\x04N.", b"PK\x03\x04 and then nothing"])
def test_another_kind_of_file_is_damaged(path: Path, content: bytes):
    path.write_bytes(content)
    with pytest.raises(RunError, match="damaged"):
        AttentionArchive(path)


@pytest.mark.parametrize("offsets", [[0, 3, 5], [0], [[0, 4, 5]], [0.0, 4.0, 5.0]])
def test_offsets_that_do_not_fit_are_damage(path: Path, offsets: list[Any]):
    np.savez(path, **{**attention_arrays(), "matrix_offsets": np.array(offsets)})
    archive = AttentionArchive(path)
    with pytest.raises(RunError, match="damaged"):
        archive.get(7)


def blocks_of(count: int) -> dict[str, Any]:
    """So many structures of two sites as a run writes them: `number` goes into each as a trace."""
    pair = np.dtype(
        [(n, "i4") for n in ("centre", "neighbour", "count")]
        + [("distance", "f4"), ("attention", "f4", (1,))]
    )
    arrays: dict[str, Any] = {
        "structure_ids": np.arange(count),
        "heads": np.array(["attention"]),
        "matrix_offsets": np.arange(count + 1) * 4,
        "pair_offsets": np.arange(count + 1),
        "site_map": np.tile(np.array([0, 1], dtype=np.int32), count),
        "row_map": np.zeros(2 * count, dtype=np.int32),
        "map_offsets": np.arange(count + 1) * 2,
    }
    for number, start in enumerate(range(0, count, STRUCTURES_PER_BLOCK)):
        inside = np.arange(start, min(start + STRUCTURES_PER_BLOCK, count))
        arrays[f"matrix_{number}"] = np.repeat(inside, 4).astype(np.float32)
        table = np.zeros(len(inside), dtype=pair)
        table["distance"], table["count"], table["attention"] = inside, 1, 1.0
        arrays[f"pairs_{number}"] = table
    return arrays


@pytest.mark.parametrize("number", [0, 63, 64, 129], ids=str)
def test_each_structure_is_found_in_its_block(path: Path, number: int):
    np.savez(path, **blocks_of(130))
    attention = AttentionArchive(path).get(number)
    assert attention is not None
    assert_array_equal(attention.matrices, np.full((1, 2, 2), number))
    assert attention.pairs is not None
    assert_array_equal(attention.pairs.distances, [number])
    assert_array_equal(attention.pairs.row_map, [0, 0])


def test_only_the_block_of_a_structure_is_read(path: Path):
    arrays = blocks_of(130)
    arrays["matrix_0"] = np.array([{"a": 1}], dtype=object)  # reading it would be refused
    np.savez(path, **arrays)
    archive = AttentionArchive(path)
    assert archive.get(100) is not None
    with pytest.raises(RunError, match="damaged"):
        archive.get(10)


def test_a_missing_block_is_damage(path: Path):
    arrays = blocks_of(130)
    del arrays["pairs_1"]
    np.savez(path, **arrays)
    with pytest.raises(RunError, match=r"damaged.*pairs_1"):
        AttentionArchive(path).get(100)


def test_an_archive_from_before_there_were_pairs_has_none(path: Path):
    np.savez(path, **attention_arrays())
    attention = AttentionArchive(path).get(7)
    assert attention is not None
    assert attention.pairs is None


def test_a_file_that_has_gone_meanwhile_is_told(path: Path):
    np.savez(path, **attention_arrays())
    archive = AttentionArchive(path)
    path.unlink()
    with pytest.raises(RunError, match="no longer there"):
        archive.get(7)
