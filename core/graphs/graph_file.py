"""Crystal graphs in one file: flat arrays with offsets, read without pymatgen, spglib or torch."""

import zipfile
import zlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.graphs.crystal_graph import CrystalGraph


def save_graphs(path: Path, graphs: Sequence[CrystalGraph], reasons: Sequence[str]) -> None:
    """Write graphs, and for each structure that was to be prepared the reason why it has none.

    `reasons` has one entry for each structure in order, empty where there is a graph.
    """
    if len(graphs) != sum(not reason for reason in reasons):
        raise ValueError("reasons must be empty once for each graph")
    with path.open("wb") as file:  # an open file keeps its name; numpy would append .npz to a path
        np.savez_compressed(
            file,
            site_offsets=_offsets([graph.num_sites for graph in graphs]),
            pair_offsets=_offsets([graph.num_pairs for graph in graphs]),
            map_offsets=_offsets([len(graph.site_map) for graph in graphs]),
            site_features=_joined([graph.site_features for graph in graphs]),
            pair_i=_joined([graph.pair_i for graph in graphs]),
            pair_j=_joined([graph.pair_j for graph in graphs]),
            distances=_joined([graph.distances for graph in graphs]),
            site_map=_joined([graph.site_map for graph in graphs]),
            site_counts=_joined([graph.site_counts for graph in graphs]),
            pair_counts=_joined([graph.pair_counts for graph in graphs]),
            reasons=np.array(reasons, dtype=np.str_),
        )


def load_graphs(path: Path) -> tuple[list[CrystalGraph], list[str]]:
    """Read what `save_graphs` wrote; the graphs are views of the file's arrays.

    Raises RunError when the file is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        sites, pairs, maps = (_slices(arrays[f"{name}_offsets"]) for name in ("site", "pair", "map"))
        graphs = [
            CrystalGraph(
                site_features=arrays["site_features"][site],
                pair_i=arrays["pair_i"][pair],
                pair_j=arrays["pair_j"][pair],
                distances=arrays["distances"][pair],
                site_map=arrays["site_map"][map_],
                site_counts=arrays["site_counts"][site],
                pair_counts=arrays["pair_counts"][pair],
            )
            for site, pair, map_ in zip(sites, pairs, maps, strict=True)
        ]
        reasons: list[str] = arrays["reasons"].tolist()
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise RunError(
            f"The prepared graphs in '{path}' cannot be read: {error}.", "Delete the file and resume the run."
        ) from error
    return graphs, reasons


def _offsets(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


def _slices(offsets: NDArray[np.int64]) -> list[slice]:
    return [slice(start, end) for start, end in pairwise(offsets.tolist())]


def _joined(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0)
