"""A structure as the list of balls, sticks and edges that a picture of it needs.

No Qt here: the 3-D page and the still picture draw the same scene.
"""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.structures.structure import Structure
from desktop_app.crystal.elements import VACANCY_COLOR, element_look

_BALL_SCALE = 0.42  # of the covalent radius, so that bonds stay visible
BOND_SLACK = 0.45  # angstrom beyond the sum of covalent radii, as Jmol does
SHORTEST_BOND = 0.55  # of that sum: closer sites are alternatives of a disordered crystal
_ON_FACE = 1e-3  # fractional: a site this close to a face is drawn on the opposite face too


@dataclass(frozen=True)
class Share:
    """A part of a site: an element symbol, or the vacant part when `symbol` is empty."""

    symbol: str
    color: str
    occupancy: float


@dataclass(frozen=True, eq=False)
class Scene:
    """What to draw of a structure.

    atom_xyz: (num_atoms, 3) angstrom; sites on a face of the cell appear on each equivalent face.
    atom_site: (num_atoms,) the site that each atom shows. bonds: (num_bonds, 2) indices of atoms.
    shares, radii and labels are per site; `lattice` has rows a, b, c.
    """

    lattice: NDArray[np.float64]
    atom_xyz: NDArray[np.float64]
    atom_site: NDArray[np.int64]
    bonds: NDArray[np.int64]
    shares: tuple[tuple[Share, ...], ...]
    radii: tuple[float, ...]
    labels: tuple[str, ...]

    @property
    def num_sites(self) -> int:
        """Number of sites of the structure."""
        return len(self.shares)

    @cached_property
    def page_json(self) -> str:
        """The scene as the 3-D page reads it; takes a tenth of a second for thousands of sites."""
        return json.dumps(
            {
                "lattice": self.lattice.round(4).tolist(),
                "xyz": self.atom_xyz.round(4).tolist(),
                "site": self.atom_site.tolist(),
                "bonds": self.bonds.tolist(),
                "shares": [[[s.color, s.occupancy, s.symbol] for s in site] for site in self.shares],
                "radii": self.radii,
            }
        )


def build_scene(structure: Structure) -> Scene:
    """Lay out the unit cell of a structure: boundary atoms completed, bonds found, shares coloured."""
    shares = tuple(_shares(dict(site)) for site in structure.species)
    look = [element_look(site[0].symbol) for site in shares]
    frac, atom_site = _complete_faces(structure.frac_coords)
    xyz = frac @ structure.lattice
    radii = np.array([one.radius for one in look])
    metals = np.array([one.metal for one in look])
    return Scene(
        lattice=structure.lattice,
        atom_xyz=xyz,
        atom_site=atom_site,
        bonds=_find_bonds(xyz, radii[atom_site], metals[atom_site]),
        shares=shares,
        radii=tuple(round(float(radius) * _BALL_SCALE, 3) for radius in radii),
        labels=site_names(structure),
    )


def site_names(structure: Structure) -> tuple[str, ...]:
    """Name each site as its file does, else by its main element and its number.

    Symmetry copies share the name in the file; here each has its number behind it: `Al1 (3)`.
    """
    given = structure.site_labels or ("",) * structure.num_sites
    uses = Counter(given)
    names = []
    for number, (label, site) in enumerate(zip(given, structure.species, strict=True), start=1):
        main = max(site, key=lambda symbol: site[symbol])
        unique = label if uses[label] == 1 else f"{label} ({number})"
        names.append(unique if label else f"{main}{number}")
    return tuple(names)


def _shares(species: dict[str, float]) -> tuple[Share, ...]:
    """Split a site into its elements, largest first, and what is vacant."""
    ordered = sorted(species.items(), key=lambda item: -item[1])
    shares = [Share(symbol, element_look(symbol).color, occupancy) for symbol, occupancy in ordered]
    vacant = 1.0 - sum(species.values())
    if vacant > 1e-3:
        shares.append(Share("", VACANCY_COLOR, vacant))
    return tuple(shares)


def _complete_faces(frac_coords: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Repeat what lies on a face, edge or corner of the cell on the opposite ones."""
    frac, site = frac_coords.copy(), np.arange(len(frac_coords))
    for axis in range(3):
        for side, shift in ((frac[:, axis] < _ON_FACE, 1.0), (frac[:, axis] > 1 - _ON_FACE, -1.0)):
            copies = frac[: len(side)][side]
            copies[:, axis] += shift
            frac, site = np.vstack([frac, copies]), np.concatenate([site, site[: len(side)][side]])
    return frac, site


def _find_bonds(
    xyz: NDArray[np.float64], radii: NDArray[np.float64], metals: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Join atoms near the sum of their covalent radii; metals join each other only where all are metals."""
    from scipy.spatial import cKDTree  # loaded in the thread that builds the first scene, not at start

    pairs = cKDTree(xyz).query_pairs(2 * float(radii.max()) + BOND_SLACK, output_type="ndarray")
    if len(pairs) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    i, j = pairs[:, 0], pairs[:, 1]
    distance = np.linalg.norm(xyz[i] - xyz[j], axis=1)
    reach = radii[i] + radii[j]
    near = (distance < reach + BOND_SLACK) & (distance > SHORTEST_BOND * reach)
    sensible = ~(metals[i] & metals[j]) | bool(metals.all())
    return np.asarray(pairs[near & sensible], dtype=np.int64)
