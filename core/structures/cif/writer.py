"""A structure as the text of a CIF that lists every site."""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.structures.structure import Structure

_ATOM_ITEMS = ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy")


def to_cif(structure: Structure, name: str) -> str:
    """Write a structure as CIF 1.1 in space group P 1; elements that share a site are atoms at one place.

    Atoms are labelled by element and number of the site, counted from 1. Of `name` only letters, digits
    and `_ . + -` are kept, so that nothing in it can be taken for CIF. A CIF says nothing of the direction
    of the lattice in space; distances, angles and handedness are kept, coordinates to 1e-10.
    """
    # Cell parameters always describe a right-handed lattice. Inverting a left-handed one together with
    # the positions describes the same crystal.
    inversion = np.sign(np.linalg.det(structure.lattice))
    lines = [
        f"data_{re.sub(r'[^A-Za-z0-9_.+-]', '_', name)[:75] or 'structure'}",
        *_cell(structure.lattice),
        "_symmetry_space_group_name_H-M 'P 1'",
        "_symmetry_Int_Tables_number 1",
        f"_chemical_formula_sum '{_formula_sum(structure)}'",
        "_cell_formula_units_Z 1",
        "loop_",
        "_symmetry_equiv_pos_as_xyz",
        "'x, y, z'",
        "loop_",
        *(f"_atom_site_{item}" for item in _ATOM_ITEMS),
        *_atoms(structure, (inversion * structure.frac_coords) % 1.0),
    ]
    return "\n".join(lines) + "\n"


def _cell(lattice: NDArray[np.float64]) -> Iterator[str]:
    lengths = np.linalg.norm(lattice, axis=1)
    for axis, length in zip("abc", lengths, strict=True):
        yield f"_cell_length_{axis} {length:.10g}"
    for angle, (first, second) in {"alpha": (1, 2), "beta": (0, 2), "gamma": (0, 1)}.items():
        cosine = lattice[first] @ lattice[second] / (lengths[first] * lengths[second])
        yield f"_cell_angle_{angle} {np.degrees(np.arccos(cosine)):.10g}"


def _formula_sum(structure: Structure) -> str:
    return " ".join(symbol + _plain(amount) for symbol, amount in structure.composition.items())


def _atoms(structure: Structure, frac_coords: NDArray[np.float64]) -> Iterator[str]:
    for number, (site, (x, y, z)) in enumerate(zip(structure.species, frac_coords, strict=True), start=1):
        for symbol, occupancy in site.items():
            yield f"{symbol}{number} {symbol} {x:.10f} {y:.10f} {z:.10f} {_plain(occupancy)}"


def _plain(number: float) -> str:
    """Ten decimals at most, and no exponent, which a formula cannot have."""
    return f"{number:.10f}".rstrip("0").rstrip(".")
