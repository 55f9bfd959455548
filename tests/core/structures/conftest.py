"""Small CIF files to read."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

WriteCif = Callable[..., bytes]

ROCK_SALT = ("Na1 Na 0 0 0 1", "Cl1 Cl 0.5 0.5 0.5 1")


@pytest.fixture
def cif() -> WriteCif:
    """Write a CIF: `atoms` are rows of label, symbol, x, y, z, occupancy; `extra` lines stand before them."""

    def write(
        atoms: Sequence[str] = ROCK_SALT,
        extra: Sequence[str] = ("_symmetry_space_group_name_H-M 'F m -3 m'",),
        cell: Sequence[object] = (5.6402, 5.6402, 5.6402, 90, 90, 90),
        block: str = "test",
        items: Sequence[str] = ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy"),
    ) -> bytes:
        names = [*(f"length_{axis}" for axis in "abc"), "angle_alpha", "angle_beta", "angle_gamma"]
        lines = [f"data_{block}"]
        lines += [f"_cell_{name} {value}" for name, value in zip(names, cell, strict=True)]
        lines += [*extra, "loop_", *(f"_atom_site_{item}" for item in items), *atoms]
        return ("\n".join(lines) + "\n").encode()

    return write


@pytest.fixture
def rock_salt() -> dict[str, Any]:
    """Rock salt (conventional cell) as a JSON object: lattice, species, frac_coords."""
    corners = [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]]
    centres = [[(x + 0.5) % 1.0, y, z] for x, y, z in corners]
    return {
        "lattice": [[5.6402, 0.0, 0.0], [0.0, 5.6402, 0.0], [0.0, 0.0, 5.6402]],
        "species": ["Na"] * 4 + ["Cl"] * 4,
        "frac_coords": corners + centres,
    }
