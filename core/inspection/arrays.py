"""Writing embeddings and attention as plain numpy archives; core.jobs.arrays reads them back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.graphs.compression import expand, expand_attention
from core.graphs.crystal_graph import CrystalGraph
from core.inspection.encode import Encoded, attention_matrix
from core.jobs.atomic import write_atomically


def write_embeddings(
    path: Path,
    structure_ids: Sequence[int],
    graphs: Sequence[CrystalGraph],
    encoded: Sequence[Encoded],
    *,
    names: Sequence[str] = (),
) -> None:
    """Write crystal and site embeddings of the structures, with their names if given.

    Sites are the rows of the graphs, beside the maps of imported sites to them.
    """
    arrays: dict[str, NDArray[Any]] = {
        "structure_ids": np.array(structure_ids, dtype=np.int64),
        "crystal": np.stack([one.crystal for one in encoded]),
        "site": np.concatenate([one.sites for one in encoded]),
        "site_offsets": _offsets([len(one.sites) for one in encoded]),
        **_site_maps(graphs),
    }
    if names:
        arrays["names"] = np.array(names)
    _write(path, arrays)


def write_attention(
    path: Path,
    structure_ids: Sequence[int],
    graphs: Sequence[CrystalGraph],
    encoded: Sequence[Encoded],
    heads: Sequence[str],
) -> None:
    """Write the site-by-site attention of the structures, images added up, and the maps of imported sites.

    heads: what the columns of the attention are.
    """
    matrices = [attention_matrix(graph, one.attention) for graph, one in zip(graphs, encoded, strict=True)]
    arrays: dict[str, NDArray[Any]] = {
        "structure_ids": np.array(structure_ids, dtype=np.int64),
        "heads": np.array(heads),
        "matrix": np.concatenate([matrix.ravel() for matrix in matrices]),
        "matrix_offsets": _offsets([matrix.size for matrix in matrices]),
        **_site_maps([expand(graph) for graph in graphs]),
    }
    _write(path, arrays)


def write_pair_attention(
    path: Path, names: Sequence[str], graphs: Sequence[CrystalGraph], encoded: Sequence[Encoded]
) -> None:
    """Write attention pair by pair, with primitive sites and distances (angstrom): what a notebook wants."""
    plain = [expand(graph) for graph in graphs]
    shares = [expand_attention(graph, one.attention) for graph, one in zip(graphs, encoded, strict=True)]
    arrays: dict[str, NDArray[Any]] = {
        "names": np.array(names),
        "pair_offsets": _offsets([graph.num_pairs for graph in plain]),
        "pair_i": np.concatenate([graph.pair_i for graph in plain]),
        "pair_j": np.concatenate([graph.pair_j for graph in plain]),
        "distances": np.concatenate([graph.distances for graph in plain]),
        "attention": np.concatenate(shares),
    }
    _write(path, arrays)


def _site_maps(graphs: Sequence[CrystalGraph]) -> dict[str, NDArray[Any]]:
    return {
        "site_map": np.concatenate([graph.site_map for graph in graphs]),
        "map_offsets": _offsets([len(graph.site_map) for graph in graphs]),
    }


def _offsets(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _write(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    def write(partial: Path) -> None:
        with open(partial, "wb") as file:  # given a name, numpy would add .npz to it
            np.savez_compressed(file, allow_pickle=False, **arrays)

    write_atomically(path, write)
