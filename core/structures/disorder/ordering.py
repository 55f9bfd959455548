"""A few ordered approximations of a disordered structure, the electrostatically best of many random ones.

Occupancies become whole atoms in a small supercell. Atoms are dealt at random (seeded) to the sites that
share them, never to two sites nearer than atoms can be, and the candidates are ranked by the Ewald energy
of formal charges. This is not pymatgen's OrderDisorderedStructureTransformation: that one needs occupancies
that are whole in the given cell, charges that balance, and a time that nobody can foresee.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.close_pairs import close_pairs
from core.structures.disorder.formal_charges import formal_charges
from core.structures.structure import Structure

MOST_SITES = 200  # of the supercell; the Ewald sums of so many take about a second
CANDIDATES_PER_RESULT = 50
TOO_CLOSE = 0.9  # angstrom; no two atoms but hydrogen are nearer
GOOD_ENOUGH = 0.01  # deviation of an amount from that of the disordered structure, in atoms per site


@dataclass(frozen=True)
class _Group:
    """Sites of a supercell that share the same elements, and how many atoms of each there are for them."""

    sites: NDArray[np.int64]
    atoms: tuple[str, ...]


def enumerate_ordered(structure: Structure, count: int, *, seed: int = 0) -> list[Structure]:
    """Make up to `count` different ordered structures, the most favourable first.

    The composition is that of the disordered structure as nearly as whole atoms in up to 200 sites allow.
    The same arguments give the same structures; an ordered one gives itself. Raises StructureError for
    more than 200 sites, and when split sites leave no room for the atoms.
    """
    if structure.is_ordered:
        return [structure]
    if structure.num_sites > MOST_SITES:
        raise StructureError(
            f"The cell has {structure.num_sites} sites; up to {MOST_SITES} can be ordered.",
            "Keep its disorder, or take the majority species.",
        )
    cell = _supercell(structure)
    groups = list(_groups(cell))
    blocked = _neighbours(cell)
    generator = np.random.default_rng(seed)
    dealt = (_deal(groups, blocked, cell.num_sites, generator) for _ in range(count * CANDIDATES_PER_RESULT))
    candidates = list({symbols: None for symbols in dealt if symbols})
    if not candidates:
        raise StructureError(
            "The split sites leave no room for all atoms.", "Keep the disorder, or take the majority species."
        )
    energies = _energies(cell, candidates)
    best = np.argsort(energies, kind="stable").tolist()
    distinct = {(ordered := _ordered(cell, candidates[k])).content_hash: ordered for k in reversed(best)}
    return list(reversed(distinct.values()))[:count]


def _supercell(structure: Structure) -> Structure:
    """The smallest supercell whose whole atoms are good enough, else the best within the limit."""
    most = MOST_SITES // structure.num_sites
    sizes = [size for size in itertools.product(range(1, most + 1), repeat=3) if np.prod(size) <= most]
    lengths = np.linalg.norm(structure.lattice, axis=1)
    # Of supercells of one size the most compact one: its atoms are farthest from their own images.
    sizes.sort(key=lambda size: (np.prod(size), (lengths * size).max()))
    errors: dict[int, float] = {}
    for size in sizes:
        times = int(np.prod(size))
        errors.setdefault(times, _rounding_error(structure, times))
        if errors[times] < GOOD_ENOUGH:
            return _repeat(structure, size)
    best = min(errors, key=lambda times: (round(errors[times], 6), times))
    return _repeat(structure, next(size for size in sizes if np.prod(size) == best))


def _repeat(structure: Structure, size: tuple[int, ...]) -> Structure:
    shifts = np.array(list(itertools.product(*map(range, size))))
    coords = (structure.frac_coords[None] + shifts[:, None]).reshape(-1, 3) / size
    return Structure(
        lattice=structure.lattice * np.array(size)[:, None],
        frac_coords=coords,
        species=structure.species * len(shifts),
        site_labels=structure.site_labels * len(shifts),
    )


def _rounding_error(structure: Structure, times: int) -> float:
    """Largest deviation of an amount when a cell is repeated, per site of its group."""
    errors = [0.0]
    for sites, occupants in _shared_sites(structure):
        amounts = _whole_amounts(occupants, len(sites) * times)
        errors += [abs(n / (len(sites) * times) - occupants[symbol]) for symbol, n in amounts.items()]
    return max(errors)


def _groups(cell: Structure) -> Iterator[_Group]:
    for sites, occupants in _shared_sites(cell):
        amounts = _whole_amounts(occupants, len(sites))
        atoms = tuple(symbol for symbol, amount in amounts.items() for _ in range(amount))
        yield _Group(sites, atoms)


def _shared_sites(structure: Structure) -> Iterator[tuple[NDArray[np.int64], Mapping[str, float]]]:
    """Sites with the same label and the same occupancies, and these."""
    labels = structure.site_labels or ("",) * structure.num_sites
    members: dict[tuple[str, tuple[tuple[str, float], ...]], list[int]] = {}
    for site, (label, occupants) in enumerate(zip(labels, structure.species, strict=True)):
        members.setdefault((label, tuple(sorted(occupants.items()))), []).append(site)
    for (_, shares), sites in members.items():
        yield np.array(sites), dict(shares)


def _whole_amounts(occupants: Mapping[str, float], num_sites: int) -> dict[str, int]:
    """Whole atoms for a group of sites, no more in all than there are sites: largest remainders first."""
    exact = {symbol: occupancy * num_sites for symbol, occupancy in occupants.items()}
    total = min(round(sum(exact.values())), num_sites)
    amounts = {symbol: int(amount + 1e-6) for symbol, amount in exact.items()}
    by_remainder = sorted(exact, key=lambda symbol: (amounts[symbol] - exact[symbol], symbol))
    for symbol in by_remainder[: max(total - sum(amounts.values()), 0)]:
        amounts[symbol] += 1
    return amounts


def _neighbours(cell: Structure) -> dict[int, list[int]]:
    """For each site those that cannot be occupied together with it."""
    i, j, _ = close_pairs(cell.lattice, cell.frac_coords, TOO_CLOSE)
    blocked: dict[int, list[int]] = {}
    for one, other in zip(i.tolist(), j.tolist(), strict=True):
        if cell.occupancies[one] + cell.occupancies[other] < 2.0:  # else the file wants both
            blocked.setdefault(one, []).append(other)
            blocked.setdefault(other, []).append(one)
    return blocked


def _deal(
    groups: list[_Group], blocked: Mapping[int, list[int]], num_sites: int, generator: np.random.Generator
) -> tuple[str, ...] | None:
    """Deal the atoms to free sites; the symbol of each site, empty for a vacancy; None when it fails."""
    symbols = [""] * num_sites
    for k in generator.permutation(len(groups)).tolist():
        group = groups[k]
        hand = [group.atoms[n] for n in generator.permutation(len(group.atoms))]
        for site in generator.permutation(group.sites).tolist():
            if hand and not any(symbols[other] for other in blocked.get(site, ())):
                symbols[site] = hand.pop()
        if hand:
            return None
    return tuple(symbols)


def _energies(cell: Structure, candidates: list[tuple[str, ...]]) -> NDArray[np.float64]:
    """Electrostatic energy of each candidate up to a common constant, eV; (num_candidates,).

    The energy of point charges at fixed places is q M q; the matrix M is computed once, by pymatgen, from
    unit charges (Ewald 1921, doi:10.1002/andp.19213690304).
    """
    from pymatgen.analysis.ewald import EwaldSummation
    from pymatgen.core import Lattice, Species
    from pymatgen.core import Structure as PymatgenStructure

    unit = PymatgenStructure(Lattice(cell.lattice), [Species("H", 1)] * cell.num_sites, cell.frac_coords)
    matrix = np.asarray(EwaldSummation(unit).total_energy_matrix)  # type: ignore[no-untyped-call]
    charge_of = {**formal_charges(cell.composition), "": 0.0}
    charges = np.array([[charge_of[symbol] for symbol in symbols] for symbols in candidates])
    # Rounded, so that equal arrangements are ranked alike on every machine.
    energies: NDArray[np.float64] = np.round(((charges @ matrix) * charges).sum(axis=1), 6)
    return energies


def _ordered(cell: Structure, symbols: tuple[str, ...]) -> Structure:
    kept = [site for site, symbol in enumerate(symbols) if symbol]
    return Structure(
        lattice=cell.lattice,
        frac_coords=cell.frac_coords[kept],
        species=tuple({symbols[site]: 1.0} for site in kept),
        site_labels=tuple(cell.site_labels[site] for site in kept) if cell.site_labels else (),
    )
