from pathlib import Path

import numpy as np
import pytest

from core.config import CGCNNSettings, GeometricAlgebraSettings, SiteNetSettings
from core.errors import RunError
from core.graphs.build import neighbour_graph, supercell_graph
from core.graphs.compression import compress
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_file import load_graphs, save_graphs
from tests.core.graphs.crystals import CRYSTALS

ARRAYS = ("site_features", "pair_i", "pair_j", "distances", "site_map", "site_counts", "pair_counts")


@pytest.fixture(scope="module")
def graphs() -> list[CrystalGraph]:
    return [supercell_graph(crystal, SiteNetSettings()) for crystal in CRYSTALS.values()]


def test_graphs_come_back_as_they_were(tmp_path: Path, graphs: list[CrystalGraph]):
    path = tmp_path / "graphs.npz"
    reasons = ["", "too large: Größe", *[""] * (len(graphs) - 1)]
    save_graphs(path, graphs, reasons)
    loaded, loaded_reasons = load_graphs(path)
    assert loaded_reasons == reasons
    assert len(loaded) == len(graphs)
    for before, after in zip(graphs, loaded, strict=True):
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
            assert getattr(after, name).dtype == getattr(before, name).dtype


def test_members_of_merged_graphs_come_back_too(tmp_path: Path):
    """Also beside graphs that are not merged."""
    plain = [neighbour_graph(crystal, CGCNNSettings()) for crystal in CRYSTALS.values()]
    graphs = [compress(graph) if number % 2 else graph for number, graph in enumerate(plain)]
    save_graphs(tmp_path / "graphs.npz", graphs, [""] * len(graphs))
    loaded, _ = load_graphs(tmp_path / "graphs.npz")
    for before, after in zip(graphs, loaded, strict=True):
        assert (before.members is None) == (after.members is None)
        if before.members is not None:
            for name, array in vars(before.members).items():
                np.testing.assert_array_equal(getattr(after.members, name), array, err_msg=name)
                assert getattr(after.members, name).dtype == array.dtype == np.int32


def test_vectors_of_pairs_come_back_too(tmp_path: Path):
    graphs = [neighbour_graph(crystal, GeometricAlgebraSettings()) for crystal in CRYSTALS.values()]
    save_graphs(tmp_path / "graphs.npz", graphs, [""] * len(graphs))
    loaded, _ = load_graphs(tmp_path / "graphs.npz")
    for before, after in zip(graphs, loaded, strict=True):
        np.testing.assert_array_equal(after.pair_vectors, before.pair_vectors)
        assert after.pair_vectors.dtype == np.float32


def test_the_file_keeps_the_name_it_is_given(tmp_path: Path, graphs: list[CrystalGraph]):
    save_graphs(tmp_path / ".graphs.npz.partial", graphs, [""] * len(graphs))
    assert [path.name for path in tmp_path.iterdir()] == [".graphs.npz.partial"]


def test_no_graph_at_all_is_a_file_too(tmp_path: Path):
    save_graphs(tmp_path / "graphs.npz", [], ["too large"])
    assert load_graphs(tmp_path / "graphs.npz") == ([], ["too large"])


def test_loaded_graphs_share_one_array(tmp_path: Path, graphs: list[CrystalGraph]):
    save_graphs(tmp_path / "graphs.npz", graphs, [""] * len(graphs))
    loaded, _ = load_graphs(tmp_path / "graphs.npz")
    assert loaded[0].distances.base is loaded[1].distances.base


def test_reasons_must_fit_the_graphs(tmp_path: Path, graphs: list[CrystalGraph]):
    with pytest.raises(ValueError, match="once for each graph"):
        save_graphs(tmp_path / "graphs.npz", graphs, ["too large"])


@pytest.mark.parametrize("damage", ["cut", "text", "absent", "other"])
def test_a_damaged_file_is_an_error_with_a_hint(tmp_path: Path, graphs: list[CrystalGraph], damage: str):
    path = tmp_path / "graphs.npz"
    save_graphs(path, graphs, [""] * len(graphs))
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "text":
        path.write_text("not an archive")
    elif damage == "other":
        with path.open("wb") as file:
            np.savez(file, something=np.zeros(3))
    else:
        path.unlink()
    with pytest.raises(RunError, match="cannot be read") as caught:
        load_graphs(path)
    assert caught.value.hint


def test_a_pickle_is_not_loaded(tmp_path: Path):
    path = tmp_path / "graphs.npz"
    with path.open("wb") as file:
        np.savez(file, site_offsets=np.array([{"harm": 1}], dtype=object))
    with pytest.raises(RunError):
        load_graphs(path)
