"""Writing embeddings and attention as plain numpy archives; core.jobs reads them back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.graphs.compression import expand
from core.graphs.crystal_graph import CrystalGraph
from core.inspection.encode import Encoded, attention_matrix
from core.jobs.atomic import write_atomically
from core.jobs.results.attention import STRUCTURES_PER_BLOCK


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
    """Write the attention of the structures: between sites, images added up, and pair by pair.

    heads: what the columns of the attention are. Pairs are the rows of the graphs. Structures are divided
    into blocks, so that one can be read without all.
    """
    plain = [expand(graph) for graph in graphs]
    size = len(heads)
    arrays: dict[str, NDArray[Any]] = {
        "structure_ids": np.array(structure_ids, dtype=np.int64),
        "heads": np.array(heads),
        "matrix_offsets": offsets([size * graph.num_sites**2 for graph in plain]),
        "pair_offsets": offsets([graph.num_pairs for graph in graphs]),
        "row_map": np.concatenate([graph.site_map for graph in graphs]),
        **_site_maps(plain),
    }
    for number, start in enumerate(range(0, len(graphs), STRUCTURES_PER_BLOCK)):
        block = slice(start, start + STRUCTURES_PER_BLOCK)
        of_block = list(zip(graphs[block], encoded[block], strict=True))
        matrices = [attention_matrix(graph, one.attention) for graph, one in of_block]
        arrays[f"matrix_{number}"] = np.concatenate([matrix.ravel() for matrix in matrices])
        arrays[f"pairs_{number}"] = np.concatenate([_pair_table(graph, one) for graph, one in of_block])
    write_arrays(path, arrays)


def _pair_table(graph: CrystalGraph, encoded: Encoded) -> NDArray[np.void]:
    """The pairs of one structure as the columns that AttentionPairs has."""
    heads = encoded.attention.shape[1]
    columns = [("centre", "i4"), ("neighbour", "i4"), ("distance", "f4"), ("count", "i4")]
    table = np.empty(graph.num_pairs, dtype=[*columns, ("attention", "f4", (heads,))])
    table["centre"], table["neighbour"] = graph.pair_i, graph.pair_j
    table["distance"], table["count"] = graph.distances, graph.pair_counts
    table["attention"] = encoded.attention
    return table


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
