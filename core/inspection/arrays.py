"""Writing embeddings and attention as plain numpy archives; core.jobs.arrays reads them back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.graphs.compression import expand
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
        "site_offsets": offsets([len(one.sites) for one in encoded]),
        **_site_maps(graphs),
    }
    if names:
        arrays["names"] = np.array(names)
    write_arrays(path, arrays)


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
        "matrix_offsets": offsets([matrix.size for matrix in matrices]),
        **_site_maps([expand(graph) for graph in graphs]),
    }
    write_arrays(path, arrays)


def _site_maps(graphs: Sequence[CrystalGraph]) -> dict[str, NDArray[Any]]:
    return {
        "site_map": np.concatenate([graph.site_map for graph in graphs]),
        "map_offsets": offsets([len(graph.site_map) for graph in graphs]),
    }


def offsets(lengths: Sequence[int]) -> NDArray[np.int64]:
    """Return where each of several arrays begins when they are joined, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write a compressed archive in one step; raises DiskFull."""

    def write(partial: Path) -> None:
        with open(partial, "wb") as file:  # given a name, numpy would add .npz to it
            np.savez_compressed(file, allow_pickle=False, **arrays)

    write_atomically(path, write)
