"""attention.npz of a run, read without torch: a block of structures at a time, the rest stays on the disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.jobs.results.arrays import damaged, read_arrays
from core.jobs.results.attention_pairs import AttentionPairs

# So many structures are compressed together: a block is read in some milliseconds, and there are few of them.
STRUCTURES_PER_BLOCK = 64


@dataclass(frozen=True)
class AttentionMap:
    """Attention between the primitive sites of one structure, by each head of the network.

    matrices: (H, n, n), row i says how much site i attends to each site j, all images of j added up;
    rows sum to 1. site_map: (num_sites,), for each site of the imported cell its row in the matrices.
    pairs: the same with distances; None in a run from before they were kept.
    """

    matrices: NDArray[np.float32]
    site_map: NDArray[np.int32]
    pairs: AttentionPairs | None = None

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


class AttentionArchive:
    """The attention of a run, asked structure by structure.

    heads: what each matrix of a structure is; an archive from before there were several has one. An archive
    from before there were pairs has none, and all structures in one block.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        names = (
            "structure_ids",
            "matrix_offsets",
            "map_offsets",
            "site_map",
            "heads",
            "pair_offsets",
            "row_map",
        )
        absent = {"heads": np.array(["attention"]), "pair_offsets": np.zeros(0), "row_map": np.zeros(0)}
        arrays = read_arrays(path, names, absent)
        if arrays is None:
            raise RunError(f"There is no attention file '{path}'.", "Wait until the run is completed.")
        ids, self._matrix_offsets, self._map_offsets, self._site_map, *others = arrays
        heads, self._pair_offsets, self._row_map = others
        if heads.ndim != 1 or not len(heads):
            raise damaged(path, ValueError("its heads have no names"))
        self.heads: tuple[str, ...] = tuple(map(str, heads))
        self._row_of = {int(structure_id): row for row, structure_id in enumerate(ids)}
        self._per_block = STRUCTURES_PER_BLOCK if len(self._pair_offsets) else max(1, len(ids))
        self._last: dict[str, tuple[str, NDArray[Any]]] = {}  # by kind, what was read last

    @property
    def structure_ids(self) -> list[int]:
        """The structures it holds."""
        return list(self._row_of)

    def get(self, structure_id: int) -> AttentionMap | None:
        """Attention of one structure, None when the run did not include it; raises RunError for damage."""
        row = self._row_of.get(structure_id)
        if row is None:
            return None
        try:
            flat = self._part("matrix", self._matrix_offsets, row)
            of_map = slice(self._map_offsets[row], self._map_offsets[row + 1])
            num_sites = round((len(flat) / len(self.heads)) ** 0.5)
            return AttentionMap(
                matrices=flat.reshape(len(self.heads), num_sites, num_sites),
                site_map=self._site_map[of_map],
                pairs=self._pairs(row, self._row_map[of_map]) if len(self._pair_offsets) else None,
            )
        except (IndexError, TypeError, ValueError, KeyError) as error:
            raise damaged(self._path, error) from error

    def _pairs(self, row: int, row_map: NDArray[np.int32]) -> AttentionPairs:
        table = self._part("pairs", self._pair_offsets, row)
        return AttentionPairs(
            centre=table["centre"],
            neighbour=table["neighbour"],
            distances=table["distance"],
            counts=table["count"],
            attention=table["attention"].reshape(len(table), len(self.heads)),
            row_map=row_map,
        )

    def _part(self, kind: str, offsets: NDArray[np.int64], row: int) -> NDArray[Any]:
        """What belongs to one structure of an array that is divided into blocks."""
        number = row // self._per_block
        name = f"{kind}_{number}" if len(self._pair_offsets) else kind
        last = self._last.get(kind)
        if last is None or last[0] != name:
            last = self._last[kind] = (name, self._read(name))
        start = offsets[number * self._per_block]
        return last[1][offsets[row] - start : offsets[row + 1] - start]

    def _read(self, name: str) -> NDArray[Any]:
        arrays = read_arrays(self._path, (name,))
        if arrays is None:
            raise RunError(f"The file '{self._path}' is no longer there.", "Run the job again.")
        return arrays[0]
