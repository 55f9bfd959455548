"""Arrays that a finished run left behind: embeddings and attention, read without torch."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from core.errors import RunError


@dataclass(frozen=True)
class AttentionMap:
    """Attention between the primitive sites of one structure, by each head of the network.

    matrices: (H, n, n), row i says how much site i attends to each site j, all images of j added up;
    rows sum to 1. site_map: (num_sites,), for each site of the imported cell its row in the matrices.
    """

    matrices: NDArray[np.float32]
    site_map: NDArray[np.int32]

    def matrix(self, head: int | None) -> NDArray[np.float32]:
        """Attention (n, n) of a head, or the mean of all heads for None."""
        chosen: NDArray[np.float32] = self.matrices.mean(axis=0) if head is None else self.matrices[head]
        return chosen

    def from_site(self, site: int, head: int | None = None) -> NDArray[np.float32]:
        """Attention of the imported `site` to every imported site, (num_sites,).

        Sites that are translations of each other show the same value: their shared sum.
        """
        row: NDArray[np.float32] = self.matrix(head)[self.site_map[site]][self.site_map]
        return row


@dataclass(frozen=True)
class Embeddings:
    """Embeddings of the structures of a run; site rows of structure k are site_offsets[k]:site_offsets[k+1].

    structure_ids: (C,), crystal: (C, D), site: (S, d), site_offsets: (C + 1,). Sites that the network cannot
    tell apart share a row: site_map[map_offsets[k]:map_offsets[k+1]] gives the row, counted within structure
    k, of each site of its imported cell.
    """

    structure_ids: NDArray[np.int64]
    crystal: NDArray[np.float32]
    site: NDArray[np.float32]
    site_offsets: NDArray[np.int64]
    site_map: NDArray[np.int32]
    map_offsets: NDArray[np.int64]

    def of_imported_sites(self, structure: int) -> NDArray[np.float32]:
        """Embeddings (num_sites, d) of the sites of the imported cell; `structure` counts from 0."""
        rows = self.site[self.site_offsets[structure] : self.site_offsets[structure + 1]]
        own: NDArray[np.float32] = rows[
            self.site_map[self.map_offsets[structure] : self.map_offsets[structure + 1]]
        ]
        return own


def read_embeddings(path: Path) -> Embeddings | None:
    """Read embeddings.npz; None when the run has none."""
    names = ("structure_ids", "crystal", "site", "site_offsets", "site_map", "map_offsets")
    arrays = _read(path, names)
    return None if arrays is None else Embeddings(*arrays)


class AttentionArchive:
    """attention.npz of a run, opened once and asked structure by structure.

    heads: what each matrix of a structure is; an archive from before there were several has one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        names = ("structure_ids", "matrix_offsets", "matrix", "map_offsets", "site_map", "heads")
        arrays = _read(path, names, {"heads": np.array(["attention"])})
        if arrays is None:
            raise RunError(f"There is no attention file '{path}'.", "Wait until the run is completed.")
        ids, self._matrix_offsets, self._matrix, self._map_offsets, self._site_map, heads = arrays
        if heads.ndim != 1 or not len(heads):
            raise _damaged(path, ValueError("its heads have no names"))
        self.heads: tuple[str, ...] = tuple(map(str, heads))
        self._row_of = {int(structure_id): row for row, structure_id in enumerate(ids)}

    @property
    def structure_ids(self) -> list[int]:
        """The structures it holds."""
        return list(self._row_of)

    def get(self, structure_id: int) -> AttentionMap | None:
        """Attention of one structure, None when the run did not include it."""
        row = self._row_of.get(structure_id)
        if row is None:
            return None
        try:
            flat = self._matrix[self._matrix_offsets[row] : self._matrix_offsets[row + 1]]
            site_map = self._site_map[self._map_offsets[row] : self._map_offsets[row + 1]]
            num_sites = round((len(flat) / len(self.heads)) ** 0.5)
            return AttentionMap(flat.reshape(len(self.heads), num_sites, num_sites), site_map)
        except (IndexError, TypeError, ValueError) as error:
            raise _damaged(self._path, error) from error


def _read(
    path: Path, names: tuple[str, ...], absent: Mapping[str, NDArray[Any]] = MappingProxyType({})
) -> list[NDArray[Any]] | None:
    """Read arrays; those that older files do not have are taken from `absent`."""
    if not path.exists():
        return None
    try:
        with open(path, "rb") as file, NpzFile(file, allow_pickle=False) as archive:
            return [
                absent[name] if name in absent and name not in archive else archive[name] for name in names
            ]
    except (OSError, ValueError, KeyError, EOFError, NotImplementedError, BadZipFile, zlib.error) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> RunError:
    return RunError(f"The file '{path}' is damaged: {error}.", "Run the job again.")
