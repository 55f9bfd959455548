"""A structure as the list of balls, sticks, faces and edges that a picture of it needs.

No Qt here: the 3-D page and the still picture draw the same scene.
"""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.species import main_element
from core.structures.structure import Structure
from desktop_app.crystal.bonds import find_bonds
from desktop_app.crystal.elements import VACANCY_COLOR, element_look
from desktop_app.crystal.polyhedra import Polyhedron, find_polyhedra
from desktop_app.crystal.style import Style

_BALL_SCALE = 0.42  # of the covalent radius, so that bonds stay visible
FILLING = 1 / _BALL_SCALE  # balls larger by this touch where they are bonded
MOST_ATOMS = 20_000  # that a supercell may show
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

    atom_xyz: (num_atoms, 3) angstrom; sites on a face of the block appear on each equivalent face.
    atom_site: (num_atoms,) the site that each atom shows. bonds: (num_bonds, 2) indices of atoms.
    shares, radii and labels are per site; `lattice` has rows a, b, c; `cells` of it are shown along each.
    """

    lattice: NDArray[np.float64]
    cells: int
    style: Style
    atom_xyz: NDArray[np.float64]
    atom_site: NDArray[np.int64]
    bonds: NDArray[np.int64]
    shares: tuple[tuple[Share, ...], ...]
    radii: tuple[float, ...]
    labels: tuple[str, ...]
    polyhedra: tuple[Polyhedron, ...] = ()

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
                "cells": self.cells,
                "style": self.style.value,
                "xyz": self.atom_xyz.round(4).tolist(),
                "site": self.atom_site.tolist(),
                "bonds": self.bonds.tolist(),
                "shares": [[[s.color, s.occupancy, s.symbol] for s in site] for site in self.shares],
                "radii": self.radii,
                "filling": FILLING,
                "labels": self.labels,
                "polyhedra": [[one.site, one.faces.tolist()] for one in self.polyhedra],
            }
        )


def build_scene(structure: Structure, cells: int = 1, style: Style = Style.STICKS) -> Scene:
    """Lay out a block of unit cells: boundary atoms completed, bonds found, shares coloured.

    Where there are no polyhedra it has sticks; else corners of those around its atoms are atoms of it too.
    """
    shares = tuple(_shares(dict(site)) for site in structure.species)
    look = [element_look(site[0].symbol) for site in shares]
    frac, atom_site = _repeat(structure.frac_coords, cells)
    xyz = frac @ structure.lattice
    polyhedra: tuple[Polyhedron, ...] = ()
    if style is Style.POLYHEDRA:
        xyz, atom_site, polyhedra = find_polyhedra(structure, xyz, atom_site)
    radii = np.array([one.radius for one in look])
    metals = np.array([one.metal for one in look])
    return Scene(
        lattice=structure.lattice,
        cells=cells,
        style=style if polyhedra or style is not Style.POLYHEDRA else Style.STICKS,
        atom_xyz=xyz,
        atom_site=atom_site,
        bonds=find_bonds(xyz, radii[atom_site], metals[atom_site]),
        shares=shares,
        radii=tuple(round(float(radius) * _BALL_SCALE, 3) for radius in radii),
        labels=site_names(structure),
        polyhedra=polyhedra,
    )


def most_cells(structure: Structure) -> int:
    """So many cells along each axis can be shown; one in any case."""
    return max(1, min(9, int((MOST_ATOMS / structure.num_sites) ** (1 / 3))))


def site_names(structure: Structure) -> tuple[str, ...]:
    """Name each site as its file does, else by its main element and its number.

    Symmetry copies share the name in the file; here each has its number behind it: `Al1 (3)`.
    """
    given = structure.site_labels or ("",) * structure.num_sites
    uses = Counter(given)
    names = []
    for number, (label, site) in enumerate(zip(given, structure.species, strict=True), start=1):
        unique = label if uses[label] == 1 else f"{label} ({number})"
        names.append(unique if label else f"{main_element(site)}{number}")
    return tuple(names)


def _shares(species: dict[str, float]) -> tuple[Share, ...]:
    """Split a site into its elements, largest first, and what is vacant."""
    ordered = sorted(species.items(), key=lambda item: -item[1])
    shares = [Share(symbol, element_look(symbol).color, occupancy) for symbol, occupancy in ordered]
    vacant = 1.0 - sum(species.values())
    if vacant > 1e-3:
        shares.append(Share("", VACANCY_COLOR, vacant))
    return tuple(shares)


def _repeat(frac_coords: NDArray[np.float64], cells: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Fill a block of cells, in coordinates of one cell; gives the site of each atom too."""
    steps = np.stack(np.meshgrid(*[np.arange(cells)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    frac = ((frac_coords + steps) / cells).reshape(-1, 3)
    completed, atom = _complete_faces(frac, _ON_FACE / cells)
    return completed * cells, atom % len(frac_coords)


def _complete_faces(
    frac_coords: NDArray[np.float64], on_face: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Repeat what lies on a face, edge or corner of the block on the opposite ones."""
    frac, site = frac_coords.copy(), np.arange(len(frac_coords))
    for axis in range(3):
        for side, shift in ((frac[:, axis] < on_face, 1.0), (frac[:, axis] > 1 - on_face, -1.0)):
            copies = frac[: len(side)][side]
            copies[:, axis] += shift
            frac, site = np.vstack([frac, copies]), np.concatenate([site, site[: len(side)][side]])
    return frac, site
