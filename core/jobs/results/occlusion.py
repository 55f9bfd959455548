"""occlusion.npz of a run: how predictions change when sites are hidden; read without torch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.jobs.results.arrays import damaged, read_arrays


@dataclass(frozen=True, eq=False)
class OcclusionMap:
    """How each of K outputs of a model changes for one structure; NaN where a site would see nothing at all.

    whole: (K,) predictions with nothing hidden. sites: (num_sites, K), the change when a site of the imported
    cell and its copies are hidden. element_pairs: E unordered pairs of symbols; elements: (E, K), the change
    when sites of the two are hidden from each other.
    """

    whole: NDArray[np.float64]
    sites: NDArray[np.float64]
    element_pairs: tuple[tuple[str, str], ...]
    elements: NDArray[np.float64]


class OcclusionArchive:
    """What a run found, asked structure by structure. outputs: names of the K outputs; units: of each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        names = ("structure_ids", "whole", "sites", "site_offsets")
        of_elements = ("element_pairs", "elements", "element_offsets")
        arrays = read_arrays(path, (*names, *of_elements, "outputs", "units"))
        if arrays is None:
            raise RunError(f"There is no file '{path}'.", "Wait until the run is completed.")
        ids, self._whole, self._sites, self._site_offsets, *others = arrays
        self._pairs, self._elements, self._element_offsets, outputs, units = others
        self.outputs, self.units = tuple(map(str, outputs)), tuple(map(str, units))
        self._row_of = {int(structure_id): row for row, structure_id in enumerate(ids)}

    @property
    def structure_ids(self) -> list[int]:
        """The structures it holds."""
        return list(self._row_of)

    def get(self, structure_id: int) -> OcclusionMap | None:
        """What was found for one structure, None when the run did not include it; raises RunError."""
        row = self._row_of.get(structure_id)
        if row is None:
            return None
        try:
            of_elements = slice(*self._element_offsets[row : row + 2].tolist())
            return OcclusionMap(
                whole=self._whole[row],
                sites=self._sites[slice(*self._site_offsets[row : row + 2].tolist())],
                element_pairs=tuple((str(a), str(b)) for a, b in self._pairs[of_elements]),
                elements=self._elements[of_elements],
            )
        except (IndexError, TypeError, ValueError) as error:
            raise damaged(self._path, error) from error
