"""A crystal as numpy arrays, partial occupancies included."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import gcd, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.elements import ATOMIC_MASS, FORMULA_ORDER

LONGEST_CELL = 1e4  # angstrom

_STEP_WEIGHTS = np.array([10_000**2, 10_000, 1])
_GRAMS_PER_CM3 = 1.66053906660  # one atomic mass unit per cubic angstrom (CODATA 2018)

Species = Mapping[str, float]  # element symbol -> occupancy, of one site


@dataclass(frozen=True, eq=False)
class Structure:
    """A periodic crystal structure; a site may be shared by several elements and partly vacant.

    lattice: (3, 3), rows are the vectors a, b, c in angstrom.
    frac_coords: (num_sites, 3), wrapped into [0, 1).
    species: for each site, element symbol -> occupancy; the vacant share is what is missing to 1.
    site_labels: for each site the name it has in its file (Li1, O2a); empty when there is none.
    alternatives: for each site the cluster of disordered sites that it is in and which of the cluster's
    alternatives it belongs to, -1 for none; empty when there are no such clusters (see `alternatives`).
    Raises StructureError when shapes disagree, a number is not finite, the cell has no volume or a
    name is not that of an element.
    """

    lattice: NDArray[np.float64]
    frac_coords: NDArray[np.float64]
    species: tuple[Species, ...]
    site_labels: tuple[str, ...] = field(default=())
    alternatives: tuple[tuple[int, int], ...] = field(default=())

    def __post_init__(self) -> None:
        lattice = np.asarray(self.lattice, dtype=np.float64)
        coords = np.asarray(self.frac_coords, dtype=np.float64)
        if lattice.shape != (3, 3) or coords.shape != (len(self.species), 3):
            raise StructureError(
                f"A structure needs a 3x3 lattice and one coordinate triple per site; got {lattice.shape} "
                f"and {coords.shape} for {len(self.species)} sites."
            )
        if not self.species:
            raise StructureError("The structure has no sites.", "Check that the file lists atom positions.")
        if len(self.alternatives) not in (0, len(self.species)):
            raise StructureError("A structure tells the alternatives of all of its sites, or of none.")
        entries = lattice.ravel().tolist()
        if not (all(map(isfinite, entries)) and np.isfinite(coords).all()):
            raise StructureError(
                "The structure holds a number that is not finite.", "Check cell and positions."
            )
        if max(map(abs, entries)) > LONGEST_CELL:
            raise StructureError(
                f"The unit cell is longer than {LONGEST_CELL:,.0f} angstrom.", "Check its unit, angstrom."
            )
        if abs(_determinant(lattice)) < 1e-3:
            raise StructureError("The unit cell has no volume.", "Check the cell lengths and angles.")
        kinds, _ = self.kinds
        unknown = sorted({symbol for kind in kinds for symbol in kind} - ATOMIC_MASS.keys())
        if unknown:
            raise StructureError(f"'{unknown[0]}' is not an element.", "Deuterium is written as H.")
        wrapped = coords - np.floor(coords)
        wrapped *= wrapped < 1.0  # -1e-17 wraps to 1.0 in floating point
        object.__setattr__(self, "lattice", lattice)
        object.__setattr__(self, "frac_coords", wrapped)

    @property
    def num_sites(self) -> int:
        """Number of sites in the cell, shared ones counted once."""
        return len(self.species)

    @cached_property
    def kinds(self) -> tuple[list[Species], NDArray[np.int64]]:
        """The mappings that `species` refers to, each once, and for each site which one it is."""
        ids = list(map(id, self.species))
        kinds = dict(zip(ids, self.species, strict=True))
        number = {kind: k for k, kind in enumerate(kinds)}
        kind_of_site = np.fromiter(map(number.__getitem__, ids), np.int64, len(ids))
        return list(kinds.values()), kind_of_site

    @cached_property
    def occupancies(self) -> NDArray[np.float64]:
        """Total occupancy of each site, (num_sites,)."""
        kinds, kind_of_site = self.kinds
        return np.array([sum(kind.values()) for kind in kinds], dtype=np.float64)[kind_of_site]

    @property
    def is_ordered(self) -> bool:
        """Whether every site is fully occupied by one element."""
        kinds, _ = self.kinds
        return all(len(kind) == 1 and abs(sum(kind.values()) - 1.0) < 1e-6 for kind in kinds)

    @cached_property
    def composition(self) -> dict[str, float]:
        """Atoms of each element in the cell, occupancy-weighted, ordered by symbol."""
        kinds, kind_of_site = self.kinds
        total: dict[str, float] = {}
        for kind, count in zip(kinds, np.bincount(kind_of_site).tolist(), strict=True):
            for symbol, occupancy in kind.items():
                total[symbol] = total.get(symbol, 0.0) + count * occupancy
        return dict(sorted(total.items()))

    @cached_property
    def formula(self) -> str:
        """Reduced formula, least electronegative element first; fractional amounts are not reduced."""
        return reduced_formula(self.composition)

    @cached_property
    def volume(self) -> float:
        """Volume of the cell, cubic angstrom."""
        return abs(_determinant(self.lattice))

    @cached_property
    def density(self) -> float:
        """Mass density, g/cm3."""
        mass = sum(ATOMIC_MASS[symbol] * amount for symbol, amount in self.composition.items())
        return mass * _GRAMS_PER_CM3 / self.volume

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint of the content: equal for equal cells, positions (1e-4) and occupancies (1e-3).

        The order of the sites, their labels and the direction of the lattice in space do not matter.
        """
        kinds, kind_of_site = self.kinds
        texts = [",".join(sorted(f"{s}{o:.3f}" for s, o in kind.items())) for kind in kinds]
        names = sorted(set(texts))
        rank = {name: k for k, name in enumerate(names)}
        name_of_kind = np.array([rank[text] for text in texts])
        steps = np.rint(self.frac_coords * 1e4).astype(np.int64) % 10_000
        serials = (steps @ _STEP_WEIGHTS) * len(names) + name_of_kind[kind_of_site]  # one number per site
        metric = np.rint(self.lattice @ self.lattice.T * 1e3).astype("<i8")
        content = metric.tobytes() + np.sort(serials).astype("<i8").tobytes() + ";".join(names).encode()
        return hashlib.sha256(content).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Plain lists for JSON; `from_dict` is the inverse."""
        return {
            "lattice": self.lattice.tolist(),
            "frac_coords": self.frac_coords.tolist(),
            "species": [dict(site) for site in self.species],
            "site_labels": list(self.site_labels),
            **({"alternatives": [list(pair) for pair in self.alternatives]} if self.alternatives else {}),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Structure":
        """Rebuild a structure from `to_dict`; raises StructureError when a part is missing."""
        try:
            return cls(
                lattice=np.array(content["lattice"], dtype=np.float64),
                frac_coords=np.array(content["frac_coords"], dtype=np.float64).reshape(-1, 3),
                species=tuple(dict(site) for site in content["species"]),
                site_labels=tuple(content.get("site_labels", ())),
                alternatives=tuple((int(a), int(b)) for a, b in content.get("alternatives", ())),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StructureError(f"The stored structure is damaged: {error}.") from error


def reduced_formula(amounts: Mapping[str, float]) -> str:
    """Write element amounts as a formula, divided by what whole amounts have in common."""
    whole = {symbol: round(amount) for symbol, amount in amounts.items()}
    if all(abs(amounts[symbol] - n) < 1e-3 and n > 0 for symbol, n in whole.items()):
        divisor = gcd(*whole.values())
        return format_formula({symbol: n / divisor for symbol, n in whole.items()})
    return format_formula(amounts)


def format_formula(amounts: Mapping[str, float]) -> str:
    """Write element amounts as a formula, least electronegative first; at most three decimals."""
    ordered = sorted(amounts, key=FORMULA_ORDER.__getitem__)
    return "".join(symbol + _amount(amounts[symbol]) for symbol in ordered)


def _determinant(matrix: NDArray[np.float64]) -> float:
    """Of a (3, 3) matrix; numpy's takes five times as long, which shows in an import of thousands."""
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    return float(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g))


def _amount(amount: float) -> str:
    text = f"{amount:.3f}".rstrip("0").rstrip(".")
    return "" if text == "1" else text
