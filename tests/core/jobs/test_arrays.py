from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from core.errors import RunError
from core.jobs.arrays import AttentionArchive, AttentionMap, read_embeddings

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


def embedding_arrays() -> dict[str, Any]:
    return {
        "structure_ids": np.array([7, 9]),
        "crystal": np.arange(6, dtype=np.float32).reshape(2, 3),
        "site": np.arange(6, dtype=np.float32).reshape(3, 2),
        "site_offsets": np.array([0, 2, 3]),
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


def test_embeddings_come_back_as_they_were_written(path: Path):
    np.savez(path, **embedding_arrays())
    embeddings = read_embeddings(path)
    assert embeddings is not None
    for name, array in embedding_arrays().items():
        assert_array_equal(getattr(embeddings, name), array)


def test_every_imported_site_finds_its_embedding(path: Path):
    np.savez(path, **embedding_arrays())
    embeddings = read_embeddings(path)
    assert embeddings is not None
    assert_array_equal(embeddings.of_imported_sites(0), [[0, 1], [2, 3], [0, 1], [2, 3]])
    assert_array_equal(embeddings.of_imported_sites(1), [[4, 5]])


def test_a_run_without_the_files_has_no_embeddings_and_no_attention(path: Path):
    assert read_embeddings(path) is None
    with pytest.raises(RunError, match="no attention file"):
        AttentionArchive(path)


def test_pickled_objects_are_refused(path: Path):
    np.savez(path, **{**embedding_arrays(), "crystal": np.array([{"a": 1}], dtype=object)})
    with pytest.raises(RunError, match=r"damaged.*allow_pickle"):
        read_embeddings(path)


def test_an_archive_that_lacks_an_array_is_damaged(path: Path):
    arrays = embedding_arrays()
    del arrays["site_offsets"]
    np.savez(path, **arrays)
    with pytest.raises(RunError, match=r"damaged.*site_offsets"):
        read_embeddings(path)


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99], ids=str)
def test_a_truncated_archive_is_damaged(path: Path, kept: float):
    np.savez_compressed(path, **embedding_arrays())
    content = path.read_bytes()
    path.write_bytes(content[: int(kept if kept >= 1 else kept * len(content))])
    with pytest.raises(RunError, match="damaged"):
        read_embeddings(path)


def test_every_flipped_byte_is_read_or_told_as_damage(path: Path):
    np.savez_compressed(path, **embedding_arrays())
    content = path.read_bytes()
    damaged = 0
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        try:
            read_embeddings(path)
        except RunError:
            damaged += 1
    assert damaged > len(content) // 2


@pytest.mark.parametrize("content", [b"plain text", b"\x80\x04N.", b"PK\x03\x04 and then nothing"])
def test_another_kind_of_file_is_damaged(path: Path, content: bytes):
    path.write_bytes(content)
    with pytest.raises(RunError, match="damaged"):
        AttentionArchive(path)


def test_a_single_array_is_not_an_archive(path: Path):
    with open(path, "wb") as file:
        np.save(file, np.arange(3))
    with pytest.raises(RunError, match="damaged"):
        read_embeddings(path)


@pytest.mark.parametrize("offsets", [[0, 3, 5], [0], [[0, 4, 5]], [0.0, 4.0, 5.0]])
def test_offsets_that_do_not_fit_are_damage(path: Path, offsets: list[Any]):
    np.savez(path, **{**attention_arrays(), "matrix_offsets": np.array(offsets)})
    archive = AttentionArchive(path)
    with pytest.raises(RunError, match="damaged"):
        archive.get(7)
