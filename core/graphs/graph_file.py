"""Crystal graphs in one file: flat arrays with offsets, read without pymatgen, spglib or torch."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.graphs.crystal_graph import CrystalGraph, Members

Arrays = dict[str, NDArray[Any]]

# The arrays of a graph, and of the members of a merged one, by what they have a row for.
_ARRAYS = {
    "site": ("site_features", "site_counts"),
    "pair": ("pair_i", "pair_j", "distances", "pair_counts"),
    "map": ("site_map",),
}
_MEMBER_ARRAYS = {
    "member_site": ("site_class",),
    "member_pair": ("pair_i", "pair_j", "pair_class"),
    "member_map": ("site_map",),
}
# Stands for those of a graph whose rows stand for themselves.
_NO_MEMBERS = Members(*[np.zeros(0, dtype=np.int32)] * 5)


def save_graphs(path: Path, graphs: Sequence[CrystalGraph], reasons: Sequence[str]) -> None:
    """Write graphs, and for each structure that was to be prepared the reason why it has none.

    `reasons` has one entry for each structure in order, empty where there is a graph.
    """
    if len(graphs) != sum(not reason for reason in reasons):
        raise ValueError("reasons must be empty once for each graph")
    members = [graph.members or _NO_MEMBERS for graph in graphs]
    arrays = _joined(graphs, _ARRAYS, prefix="") | _joined(members, _MEMBER_ARRAYS, prefix="member_")
    with path.open("wb") as file:  # an open file keeps its name; numpy would append .npz to a path
        np.savez_compressed(file, allow_pickle=False, reasons=np.array(reasons, dtype=np.str_), **arrays)


def load_graphs(path: Path) -> tuple[list[CrystalGraph], list[str]]:
    """Read what `save_graphs` wrote; the graphs are views of the file's arrays.

    Raises RunError when the file is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        parts = zip(
            _divided(arrays, _ARRAYS, prefix=""),
            _divided(arrays, _MEMBER_ARRAYS, prefix="member_"),
            strict=True,
        )
        graphs = [
            CrystalGraph(**graph, members=Members(**members) if len(members["site_class"]) else None)
            for graph, members in parts
        ]
        reasons: list[str] = arrays["reasons"].tolist()
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise RunError(
            f"The prepared graphs in '{path}' cannot be read: {error}.", "Delete the file and resume the run."
        ) from error
    return graphs, reasons


def _joined(parts: Sequence[Any], layout: Mapping[str, tuple[str, ...]], *, prefix: str) -> Arrays:
    """Lay the arrays of all parts one behind the other, beside the offsets at which each part begins."""
    arrays: Arrays = {}
    for rows, names in layout.items():
        lengths = [len(getattr(part, names[0])) for part in parts]
        arrays[f"{rows}_offsets"] = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        for name in names:
            columns = [getattr(part, name) for part in parts]
            arrays[prefix + name] = np.concatenate(columns) if columns else np.zeros(0)
    return arrays


def _divided(arrays: Arrays, layout: Mapping[str, tuple[str, ...]], *, prefix: str) -> Iterator[Arrays]:
    """Undo `_joined`: the arrays of each part by name."""
    slices = zip(
        *([slice(*ends) for ends in pairwise(arrays[f"{rows}_offsets"].tolist())] for rows in layout),
        strict=True,
    )
    for own in slices:
        yield {
            name: arrays[prefix + name][rows]
            for rows, names in zip(own, layout.values(), strict=True)
            for name in names
        }
