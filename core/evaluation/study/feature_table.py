"""Composition and structural features of the labelled structures of a study, made when first asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import CoreError
from core.evaluation.features.composition import composition_features
from core.evaluation.features.structural import (
    STRUCTURAL_FEATURES,
    features_without_structure,
    structural_features,
)
from core.jobs.atomic import write_atomically
from core.structures.structure import Structure
from core.training.composition import composition_of

FEATURE_VERSION = 1  # to be raised when the same structure gives other structural features than before


class FeatureTable:
    """Features by index of the labelled structures.

    rows: of these. entries: labelled ones without a structure. stored: gives all rows of the run with their
    structures, in any order. path: where structural features are kept, since they take milliseconds each.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        stored: Callable[[], Iterable[Mapping[str, Any]]],
        path: Path,
        on_progress: Callable[[int, int], None],
        entries: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._rows, self._stored, self._path, self._on_progress = rows, stored, path, on_progress
        self._entries = entries

    @cached_property
    def composition(self) -> NDArray[np.float64]:
        """Composition features, (L, F)."""
        return composition_features([composition_of(row) for row in self._rows])

    @cached_property
    def structure(self) -> NDArray[np.float64]:
        """Structural features, (L, F); NaN for a structure of which they cannot be found."""
        ids = np.array([row["id"] for row in self._rows])
        kept = self._kept(ids)
        if kept is not None:
            return kept
        place = {number: k for k, number in enumerate(ids.tolist())}
        table = np.full((len(ids), len(STRUCTURAL_FEATURES)), np.nan)
        done = 0
        for row in self._stored():
            if row["id"] in place:
                table[place[row["id"]]] = _describe(row)
                done += 1
                self._on_progress(done, len(ids))

        def write(partial: Path) -> None:
            with open(partial, "wb") as file:
                np.savez(file, allow_pickle=False, version=FEATURE_VERSION, ids=ids, features=table)

        write_atomically(self._path, write)
        return table

    @cached_property
    def entries(self) -> dict[str, NDArray[np.float64]]:
        """Features of the entries by block, (E, F), NaN where not known."""
        return {
            "composition": composition_features([composition_of(row) for row in self._entries]),
            "structure": np.array([features_without_structure(row) for row in self._entries]),
        }

    def _kept(self, ids: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """What an earlier start of the same run has made."""
        if not self._path.exists():
            return None
        with np.load(self._path, allow_pickle=False) as archive:
            if archive["version"] == FEATURE_VERSION and np.array_equal(archive["ids"], ids):
                return np.asarray(archive["features"])
        return None


def _describe(row: Mapping[str, Any]) -> NDArray[np.float64]:
    try:
        return structural_features(Structure.from_dict(row["structure"]))
    except CoreError:
        return np.full(len(STRUCTURAL_FEATURES), np.nan)
