"""Crystal graphs in one file: flat arrays with offsets, mapped into memory when read.

An uncompressed .npz that numpy.load reads too. It is read without pymatgen, spglib or torch.
"""

import mmap
import struct
import zipfile
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.graphs.crystal_graph import CrystalGraph, Members
from core.graphs.graph_sequence import GraphSequence
from core.graphs.open_files import raise_if_too_many

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
# Only where the graphs have them.
_VECTORS = "pair_vectors"
# Stands for those of a graph whose rows stand for themselves.
_NO_MEMBERS = Members(*[np.zeros(0, dtype=np.int32)] * 5)

# What a zip file says ahead of each member: 26 bytes, then the lengths of name and extra field, then these.
_LOCAL_HEADER = struct.Struct("<26xHH")


def save_graphs(
    path: Path, graphs: Sequence[CrystalGraph], reasons: Sequence[str], keys: Sequence[str] = ()
) -> None:
    """Write graphs, and for each structure that was to be prepared the reason why it has none.

    `reasons` has one entry for each structure in order, empty where there is a graph; so have `keys`, by
    which a cache knows structures. Graphs are written one by one: they need not fit into memory together.
    """
    if len(graphs) != sum(not reason for reason in reasons):
        raise ValueError("reasons must be empty once for each graph")
    members = [graph.members or _NO_MEMBERS for graph in graphs]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        _write(archive, "reasons", [np.array(reasons, dtype=np.str_)])
        _write(archive, "keys", [np.array(keys, dtype=np.str_)])
        has_vectors = bool(graphs) and all(graph.pair_vectors is not None for graph in graphs)
        _write_parts(archive, graphs, _layout(has_vectors), prefix="")
        _write_parts(archive, members, _MEMBER_ARRAYS, prefix="member_")


class GraphFile(GraphSequence):
    """The graphs in a file, in order; each is made when it is asked for, of views of the file.

    So a file takes up no memory by itself, however many graphs it has. check: whether to read it all once, to
    find it as it was written. Raises RunError when it is damaged.
    """

    def __init__(self, path: Path, *, check: bool = True) -> None:
        try:
            self._arrays = _map(path, check)
            self._layout = _layout(_VECTORS in self._arrays)
            self._offsets = {
                rows: self._arrays[f"{rows}_offsets"] for rows in (*self._layout, *_MEMBER_ARRAYS)
            }
            self.reasons: list[str] = self._arrays["reasons"].tolist()
            if len({len(offsets) for offsets in self._offsets.values()}) > 1:
                raise ValueError("its parts are of different numbers of graphs")
        except (OSError, EOFError, ValueError, KeyError, struct.error, zipfile.BadZipFile) as error:
            raise_if_too_many(error)
            raise RunError(
                f"The prepared graphs in '{path}' cannot be read: {error}.",
                "Delete the file and resume the run.",
            ) from error

    @property
    def num_sites(self) -> NDArray[np.int64]:
        """Rows of sites of each graph, (C,)."""
        return np.diff(self._offsets["site"])

    @property
    def num_pairs(self) -> NDArray[np.int64]:
        """Rows of pairs of each graph, (C,)."""
        return np.diff(self._offsets["pair"])

    @property
    def num_pairs_in_cell(self) -> NDArray[np.int64]:
        """Pairs of each graph before equivalent ones are merged, (C,)."""
        merged = np.diff(self._offsets["member_pair"])
        is_merged = np.diff(self._offsets["member_site"]) > 0
        return np.where(is_merged, merged, self.num_pairs)

    def __len__(self) -> int:
        return len(self._offsets["site"]) - 1

    def make(self, k: int) -> CrystalGraph:
        """The graph at a place, of views of the file."""
        members = self._part(k, _MEMBER_ARRAYS, prefix="member_")
        return CrystalGraph(
            **self._part(k, self._layout, prefix=""),
            members=Members(**members) if len(members["site_class"]) else None,
        )

    def _part(self, k: int, layout: Mapping[str, tuple[str, ...]], *, prefix: str) -> dict[str, Any]:
        """Undo `_write_parts` for one part: its arrays by name."""
        found: dict[str, Any] = {}
        for rows, names in layout.items():
            start, end = self._offsets[rows][k : k + 2].tolist()
            found |= {name: self._arrays[prefix + name][start:end] for name in names}
        return found


def load_graphs(path: Path) -> tuple[list[CrystalGraph], list[str]]:
    """Read what `save_graphs` wrote; the graphs are views of the file, which takes up no memory by itself.

    Raises RunError when the file is damaged.
    """
    file = GraphFile(path)
    return list(file), file.reasons


def _layout(has_vectors: bool) -> Mapping[str, tuple[str, ...]]:
    return {**_ARRAYS, "pair": (*_ARRAYS["pair"], _VECTORS)} if has_vectors else _ARRAYS


def load_keys(path: Path) -> list[str]:
    """Read the keys of the structures in a file; raises RunError when it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            keys: list[str] = archive["keys"].tolist()
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise_if_too_many(error)
        raise RunError(f"The prepared graphs in '{path}' cannot be read: {error}.") from error
    return keys


def _write_parts(
    archive: zipfile.ZipFile, parts: Sequence[Any], layout: Mapping[str, tuple[str, ...]], *, prefix: str
) -> None:
    """Lay the arrays of all parts one behind the other, beside the offsets at which each part begins."""
    for rows, names in layout.items():
        lengths = [len(getattr(part, names[0])) for part in parts]
        _write(archive, f"{rows}_offsets", [np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])])
        for name in names:
            _write(archive, prefix + name, [getattr(part, name) for part in parts] or [np.zeros(0)])


def _write(archive: zipfile.ZipFile, name: str, parts: Sequence[NDArray[Any]]) -> None:
    """Write arrays as one, in numpy's format."""
    first = parts[0]
    header = {
        "descr": np.lib.format.dtype_to_descr(first.dtype),
        "fortran_order": False,
        "shape": (sum(map(len, parts)), *first.shape[1:]),
    }
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_2_0(member, header)
        for part in parts:
            member.write(part.tobytes())


def _map(path: Path, check: bool) -> Arrays:
    """Give the arrays of a file without copying them; `check` that each is as it was written."""
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        if check and (damaged := archive.testzip()) is not None:
            raise ValueError(f"{damaged} is not what was written")
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return {
            member.filename.removesuffix(".npy"): _array_at(content, member) for member in archive.infolist()
        }


def _array_at(content: mmap.mmap, member: zipfile.ZipInfo) -> NDArray[Any]:
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{member.filename} is compressed, as an older version wrote it")
    lengths = _LOCAL_HEADER.unpack_from(content, member.header_offset)
    content.seek(member.header_offset + _LOCAL_HEADER.size + sum(lengths))
    np.lib.format.read_magic(content)
    shape, _, dtype = np.lib.format.read_array_header_2_0(content)
    if dtype.hasobject:
        raise ValueError(f"{member.filename} holds no numbers")
    return np.frombuffer(content, dtype, prod(shape), content.tell()).reshape(shape)
