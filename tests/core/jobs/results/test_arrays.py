import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from core.errors import RunError
from core.jobs.results.arrays import EXPANSION_FROM, MOST_EXPANSION, read_embeddings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "arrays.npz"


def embedding_arrays() -> dict[str, Any]:
    return {
        "structure_ids": np.array([7, 9]),
        "crystal": np.arange(6, dtype=np.float32).reshape(2, 3),
        "site": np.arange(6, dtype=np.float32).reshape(3, 2),
        "site_offsets": np.array([0, 2, 3]),
        "site_map": np.array([0, 1, 0, 1, 0], dtype=np.int32),
        "map_offsets": np.array([0, 4, 5]),
    }


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


def test_a_run_without_the_file_has_no_embeddings(path: Path):
    assert read_embeddings(path) is None


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
        read_embeddings(path)


def test_a_single_array_is_not_an_archive(path: Path):
    with open(path, "wb") as file:
        np.save(file, np.arange(3))
    with pytest.raises(RunError, match="damaged"):
        read_embeddings(path)


def test_an_array_that_swells_to_fill_the_memory_is_refused(path: Path):
    np.savez_compressed(
        path, **{**embedding_arrays(), "crystal": np.zeros((1, EXPANSION_FROM // 4 + 1), np.float32)}
    )
    assert path.stat().st_size < EXPANSION_FROM / MOST_EXPANSION
    with pytest.raises(RunError, match=r"'crystal\.npy' grows more than 200 times"):
        read_embeddings(path)


def test_an_array_that_claims_more_than_any_memory_is_damage(path: Path):
    arrays = embedding_arrays()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 2**15)}
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array)
            archive.writestr(f"{name}.npy", header.getvalue() if name == "crystal" else content.getvalue())
    with pytest.raises(RunError, match="is damaged"):
        read_embeddings(path)
