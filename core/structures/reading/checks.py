"""What looks wrong with a structure: each finding is a flag with a sentence."""

from collections.abc import Iterable

import numpy as np

from core.structures.close_pairs import CLOSE, ClosePairs, close_pairs
from core.structures.elements import FULL
from core.structures.formula import Agreement
from core.structures.reading.result import Flag, named
from core.structures.structure import Structure

SHORTEST_DISTANCE = 0.5  # angstrom; the shortest bond, H-H, is 0.74
SHORTEST_WITHOUT_HYDROGEN = 1.0  # angstrom; the shortest such bond, N-N in nitrogen, is 1.10
LOWEST_DENSITY, HIGHEST_DENSITY = 0.05, 25.0  # g/cm3; an aerogel-like framework, and osmium with some room


def check_structure(structure: Structure, close: ClosePairs | None = None) -> list[Flag]:
    """Check occupancies, distances and density; `close`: the sites nearer than 1 angstrom, if known."""
    if close is None:
        close = close_pairs(structure.lattice, structure.frac_coords, CLOSE)
    return [
        *_check_occupancies(structure),
        *_check_distances(structure, close),
        *_check_density(structure),
    ]


def check_formula(agreement: Agreement) -> list[Flag]:
    """Put into words how the sites differ from the formula that the file states."""
    flags = []
    if agreement.missing_hydrogen:
        flags.append(Flag("no_hydrogens", "The formula has hydrogen, but the file gives no place for it."))
    if agreement.kind == "units":
        flags.append(
            Flag(
                "formula_units",
                f"The cell holds {agreement.found_units:.4g} formula units, unlike what the file states.",
            )
        )
    if agreement.kind == "differs":
        amounts = agreement.differences.items()
        parts = "; ".join(f"{symbol} {got:.4g} instead of {wanted:.4g}" for symbol, (got, wanted) in amounts)
        flags.append(Flag("formula_mismatch", f"The sites differ from the file's formula: {parts}."))
    return flags


def _check_occupancies(structure: Structure) -> Iterable[Flag]:
    above = np.flatnonzero(structure.occupancies > FULL)
    if above.size:
        most = structure.occupancies.max()
        yield Flag(
            "occupancy_above_one",
            f"{_sites(structure, above)}: more than one atom at a place (occupancy up to {most:.3g}).",
        )


def _check_distances(structure: Structure, close: ClosePairs) -> Iterable[Flag]:
    """Sites that are alternatives to each other (occupancies up to 1 in sum) may be close; others not."""
    i, j, distances = close
    if not i.size:
        return
    has_hydrogen = np.array(["H" in site for site in structure.species])
    limits = np.where(has_hydrogen[i] | has_hydrogen[j], SHORTEST_DISTANCE, SHORTEST_WITHOUT_HYDROGEN)
    alternatives = structure.occupancies[i] + structure.occupancies[j] <= FULL
    for code, chosen, words in (
        ("split_sites", alternatives & (distances < SHORTEST_DISTANCE), "alternative positions of one atom"),
        ("short_distance", ~alternatives & (distances < limits), "too close for two atoms"),
    ):
        if chosen.any():
            yield Flag(
                code,
                f"{_sites(structure, i[chosen])}: {words}, {distances[chosen].min():.2f} angstrom apart.",
            )


def _check_density(structure: Structure) -> Iterable[Flag]:
    density = structure.density
    if not LOWEST_DENSITY <= density <= HIGHEST_DENSITY:
        yield Flag("bad_density", f"The density would be {density:.3g} g/cm3.")


def _sites(structure: Structure, indices: Iterable[int]) -> str:
    """The labels of some sites, each once; their elements where there are no labels."""
    labels = structure.site_labels or tuple("/".join(site) for site in structure.species)
    return named(list(dict.fromkeys(labels[k] or "/".join(structure.species[k]) for k in indices)))
