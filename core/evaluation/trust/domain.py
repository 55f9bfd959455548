"""Whether crystals are like those that a model has learned from, told by what the model makes of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.trust.coordination import CUTOFF, NEIGHBOURS, neighbour_weights
from core.inspection.encode import Encoded
from core.structures.structure import Structure
from core.training.model.domain import Domain, fit_domain, unseen_elements
from core.training.model.model_file import Model

Reasons = list[tuple[str, ...]]


@dataclass(frozen=True)
class Crystals:
    """What is asked of C structures besides their embedding: element -> amount, and figures by name, (C,)."""

    compositions: list[Mapping[str, float]]
    figures: dict[str, NDArray[np.float64]]

    @classmethod
    def of(cls, structures: Iterable[Structure]) -> "Crystals":
        """Describe structures by their density in g/cm3 and their coordination."""
        rows = [(one.composition, one.density, effective_coordination(one)) for one in structures]
        return cls(
            compositions=[composition for composition, _, _ in rows],
            figures={
                "density": np.array([density for _, density, _ in rows]),
                "coordination": np.array([coordination for _, _, coordination in rows]),
            },
        )

    def take(self, indices: NDArray[np.int64]) -> "Crystals":
        """Some of them."""
        figures = {name: values[indices] for name, values in self.figures.items()}
        return Crystals([self.compositions[k] for k in indices], figures)


def stored_structures(
    stored: Iterable[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    on_progress: Callable[[int, int], None],
) -> Iterator[Structure]:
    """The structures of prepared rows, in their order; stored: rows of structures.jsonl."""
    wanted, done = {row["id"] for row in rows}, 0
    for row in stored:
        if row["id"] in wanted:
            done += 1
            on_progress(done, len(rows))
            yield Structure.from_dict(row["structure"])


def domain_of(crystals: Crystals, encoded: Sequence[Encoded]) -> Domain:
    """Describe what training structures cover."""
    return fit_domain(crystals.compositions, _embeddings(encoded), crystals.figures)


def reasons_outside(model: Model, crystals: Crystals, encoded: Sequence[Encoded]) -> Reasons:
    """For each structure why the model should not be trusted with it, in words; nothing where it may be.

    Of a model that records no more, elements alone tell.
    """
    if model.domain is None:
        known = frozenset(model.card.elements)
        return [tuple(unseen_elements(composition, known)) for composition in crystals.compositions]
    return model.domain.reasons(crystals.compositions, _embeddings(encoded), crystals.figures)


def effective_coordination(structure: Structure) -> float:
    """Effective coordination number, the mean over the sites; NaN where no neighbour can be found.

    That of a site is the sum of `neighbour_weights`.
    """
    try:
        from core.graphs.neighbours import find_enough  # a machine that only trains has no search
    except ModuleNotFoundError:
        return float("nan")
    found = find_enough(structure, NEIGHBOURS, CUTOFF)
    if not len(found.site):
        return float("nan")
    return float(neighbour_weights(found.site, found.distances).sum() / structure.num_sites)


def _embeddings(encoded: Sequence[Encoded]) -> NDArray[np.float64]:
    return np.stack([one.crystal for one in encoded]).astype(np.float64)
