from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import DiskFull
from core.graphs.crystal_graph import CrystalGraph
from core.inspection.arrays import write_attention, write_embeddings
from core.inspection.encode import Encoded, attention_matrix, encode
from core.jobs.results.arrays import read_embeddings
from core.jobs.results.attention import AttentionArchive
from core.structures.structure import Structure
from tests.core.models import graph_of, untrained_model
from tests.core.salts import rock_salt

IDS = [7, 3]
HEADS = ("attention",)


def conventional_rock_salt(a: float) -> Structure:
    """The cubic cell of NaCl: eight sites, of which the primitive cell has two."""
    corners = np.array([[0.0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    return Structure(
        a * np.eye(3),
        np.concatenate([corners, (corners + 0.5) % 1.0]),
        ({"Na": 1.0},) * 4 + ({"Cl": 1.0},) * 4,
    )


@pytest.fixture
def graphs() -> list[CrystalGraph]:
    return [graph_of(conventional_rock_salt(5.64)), graph_of(rock_salt("K", "Br", 6.6))]


@pytest.fixture
def encoded(graphs: list[CrystalGraph]) -> list[Encoded]:
    return encode(untrained_model(), graphs, torch.device("cpu"))


def test_embeddings_come_back_by_structure(
    tmp_path: Path, graphs: list[CrystalGraph], encoded: list[Encoded]
):
    write_embeddings(tmp_path / "embeddings.npz", IDS, graphs, encoded)
    read = read_embeddings(tmp_path / "embeddings.npz")
    assert read is not None
    assert read.structure_ids.tolist() == IDS
    for row, one in enumerate(encoded):
        np.testing.assert_array_equal(read.crystal[row], one.crystal)
        sites = read.site[read.site_offsets[row] : read.site_offsets[row + 1]]
        np.testing.assert_array_equal(sites, one.sites)
    sodium_and_chlorine = read.of_imported_sites(0)
    assert sodium_and_chlorine.shape == (8, encoded[0].sites.shape[1])
    assert (sodium_and_chlorine[:4] == sodium_and_chlorine[0]).all()
    assert (sodium_and_chlorine[4:] == sodium_and_chlorine[7]).all()
    assert not np.array_equal(sodium_and_chlorine[0], sodium_and_chlorine[7])


def test_names_are_kept_beside_embeddings(tmp_path: Path, graphs: list[CrystalGraph], encoded: list[Encoded]):
    write_embeddings(tmp_path / "embeddings.npz", IDS, graphs, encoded, names=["Kochsalz", "Fe₂O₃"])
    with np.load(tmp_path / "embeddings.npz", allow_pickle=False) as archive:
        assert archive["names"].tolist() == ["Kochsalz", "Fe₂O₃"]
    assert read_embeddings(tmp_path / "embeddings.npz") is not None


def test_attention_comes_back_by_structure(
    tmp_path: Path, graphs: list[CrystalGraph], encoded: list[Encoded]
):
    write_attention(tmp_path / "attention.npz", IDS, graphs, encoded, HEADS)
    archive = AttentionArchive(tmp_path / "attention.npz")
    assert archive.structure_ids == IDS
    assert archive.heads == HEADS
    for structure_id, graph, one in zip(IDS, graphs, encoded, strict=True):
        read = archive.get(structure_id)
        assert read is not None
        np.testing.assert_array_equal(read.matrices, attention_matrix(graph, one.attention))
        np.testing.assert_allclose(read.matrices.sum(axis=2), 1.0, atol=1e-5)


def test_every_imported_site_finds_its_row_of_attention(
    tmp_path: Path, graphs: list[CrystalGraph], encoded: list[Encoded]
):
    write_attention(tmp_path / "attention.npz", IDS, graphs, encoded, HEADS)
    read = AttentionArchive(tmp_path / "attention.npz").get(7)
    assert read is not None
    assert len(read.site_map) == 8
    assert read.matrices.shape == (1, 2, 2)
    sodium, chlorine = read.from_site(0), read.from_site(7)
    assert sodium.shape == chlorine.shape == (8,)
    assert len(set(sodium[:4])) == len(set(sodium[4:])) == 1  # translations of each other
    assert sodium[0] + sodium[4] == pytest.approx(1.0, abs=1e-5)
    assert not np.array_equal(sodium, chlorine)


def test_pairs_come_back_as_the_network_weighed_them(
    tmp_path: Path, graphs: list[CrystalGraph], encoded: list[Encoded]
):
    write_attention(tmp_path / "attention.npz", IDS, graphs, encoded, HEADS)
    read = AttentionArchive(tmp_path / "attention.npz").get(7)
    assert read is not None
    assert read.pairs is not None
    np.testing.assert_array_equal(read.pairs.attention, encoded[0].attention)
    np.testing.assert_array_equal(read.pairs.distances, graphs[0].distances)
    np.testing.assert_array_equal(read.pairs.row_map, graphs[0].site_map)
    of_site = np.bincount(read.pairs.centre, read.pairs.attention[:, 0])
    np.testing.assert_allclose(of_site, 1.0, atol=1e-5)


def test_many_structures_come_back_from_their_blocks(
    tmp_path: Path, graphs: list[CrystalGraph], encoded: list[Encoded]
):
    write_attention(tmp_path / "attention.npz", range(140), graphs * 70, encoded * 70, HEADS)
    archive = AttentionArchive(tmp_path / "attention.npz")
    for structure_id in (0, 63, 64, 139):
        read = archive.get(structure_id)
        assert read is not None
        graph, one = graphs[structure_id % 2], encoded[structure_id % 2]
        np.testing.assert_array_equal(read.matrices, attention_matrix(graph, one.attention))


def test_the_name_of_the_file_is_kept(tmp_path: Path, graphs: list[CrystalGraph], encoded: list[Encoded]):
    write_embeddings(tmp_path / "without ending", IDS, graphs, encoded)
    assert [path.name for path in tmp_path.iterdir()] == ["without ending"]


def test_a_full_disk_is_told(small_disk: Path, graphs: list[CrystalGraph], encoded: list[Encoded]):
    noise = np.random.default_rng(0).random(100_000, dtype=np.float32)
    large = Encoded(encoded[0].by_member, noise, encoded[0].sites, encoded[0].attention)
    with pytest.raises(DiskFull, match=r"embeddings\.npz"):
        write_embeddings(small_disk / "embeddings.npz", [1], graphs[:1], [large])
    assert list(small_disk.iterdir()) == []
