"""Arrays that a finished run left behind, read without torch: embeddings here, attention in attention.py."""

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

MOST_EXPANSION = 200  # unpacked bytes for one packed byte; arrays of runs reach 20
EXPANSION_FROM = 64 * 1024**2  # bytes up to which nobody asks for the expansion

_DAMAGE = (
    *(OSError, ValueError, KeyError, EOFError, NotImplementedError, MemoryError),
    *(BadZipFile, zlib.error),
)


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
    arrays = read_arrays(path, names)
    return None if arrays is None else Embeddings(*arrays)


def read_arrays(
    path: Path, names: tuple[str, ...], absent: Mapping[str, NDArray[Any]] = MappingProxyType({})
) -> list[NDArray[Any]] | None:
    """Read arrays of an .npz file, None where there is no file; those it may lack are taken from `absent`.

    Raises RunError when the file is damaged.
    """
    if not path.exists():
        return None
    try:
        with open(path, "rb") as file, NpzFile(file, allow_pickle=False) as archive:
            _refuse_bombs(archive)
            return [
                absent[name] if name in absent and name not in archive else archive[name] for name in names
            ]
    except _DAMAGE as error:
        raise damaged(path, error) from error


def _refuse_bombs(archive: NpzFile) -> None:
    """Raise ValueError for an array that is made to fill up the memory."""
    for member in [] if archive.zip is None else archive.zip.infolist():
        if member.file_size > max(EXPANSION_FROM, MOST_EXPANSION * member.compress_size):
            raise ValueError(
                f"'{member.filename}' grows more than {MOST_EXPANSION} times when it is unpacked"
            )


def damaged(path: Path, error: Exception) -> RunError:
    """Say that a file of a run cannot be read."""
    return RunError(f"The file '{path}' is damaged: {error}.", "Run the job again.")
