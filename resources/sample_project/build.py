"""Build the CIF files and the label file of the sample project from its tables of facts.

    python resources/sample_project/build.py

reads crystals.csv, prototypes.toml and references.toml beside this file; writes cifs/<id>.cif, band_gaps.csv.
The same tables always give the same bytes: nothing of the date, the machine or a library version is written.
"""

import csv
import re
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import gemmi

HERE = Path(__file__).resolve().parent
TERM = re.compile(r"(?P<sign>[+-]?)(?:(?P<number>\d+(?:/\d+)?)(?![a-z])|(?P<factor>\d*)(?P<name>[a-z]\d?))")


@dataclass(frozen=True)
class Prototype:
    """A structure type: its space group and one representative of each orbit of sites."""

    title: str
    space_group: gemmi.SpaceGroup
    sites: tuple[tuple[str, str, str, str], ...]  # role, x, y, z as written in prototypes.toml


@dataclass(frozen=True)
class Crystal:
    """One row of crystals.csv; lengths in angstrom, angles in degrees, density in g/cm3, band gap in eV."""

    id: str
    name: str
    formula: str
    prototype: str
    elements: tuple[str, ...]
    lengths: tuple[float | None, float | None, float | None]
    beta: float | None
    free: dict[str, float]
    formula_units: int
    density: float | None
    van_der_waals_axes: str
    band_gap: str  # as written, so that the label file repeats the digits of the table
    reference: str


def read_prototypes(path: Path = HERE / "prototypes.toml") -> dict[str, Prototype]:
    """Read the structure prototypes by name."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _prototype(table) for name, table in tables.items()}


def read_references(path: Path = HERE / "references.toml") -> dict[str, str]:
    """Read the full citation of every reference key."""
    return {key: str(citation) for key, citation in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def read_crystals(path: Path = HERE / "crystals.csv") -> list[Crystal]:
    """Read the table of crystals in its own order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_crystal(row) for row in csv.DictReader(file)]


def unit_cell(crystal: Crystal, prototype: Prototype) -> gemmi.UnitCell:
    """Complete the cell of a crystal from the lengths that its crystal system leaves free."""
    a, b, c = crystal.lengths
    system = prototype.space_group.crystal_system_str()
    beta = crystal.beta or 90.0
    gamma = 120.0 if system in ("trigonal", "hexagonal") else 90.0
    if system not in ("orthorhombic", "monoclinic"):
        b = a
    if system == "cubic":
        c = a
    if a is None or b is None or c is None:
        raise ValueError(f"crystals.csv: {crystal.id} is {system} and lacks one of a, b, c")
    return gemmi.UnitCell(a, b, c, 90.0, beta, gamma)


def asymmetric_sites(crystal: Crystal, prototype: Prototype) -> list[tuple[str, tuple[float, float, float]]]:
    """Put elements and free parameters into the prototype: element and coordinates of each orbit."""
    roles = sorted({role for role, *_ in prototype.sites})
    element = dict(zip(roles, crystal.elements, strict=True))
    return [
        (element[role], (_value(x, crystal.free), _value(y, crystal.free), _value(z, crystal.free)))
        for role, x, y, z in prototype.sites
    ]


def cif_text(crystal: Crystal, prototype: Prototype) -> str:
    """Write one crystal as CIF with its symmetry operations and the sites of the asymmetric unit."""
    cell = unit_cell(crystal, prototype)
    group = prototype.space_group
    operations = [f"'{operation.triplet()}'" for operation in group.operations()]
    lines = [
        f"data_{crystal.id}",
        f"_chemical_name_common            '{crystal.name}'",
        f"_chemical_formula_sum            '{_formula_sum(crystal.formula)}'",
        f"_cell_formula_units_Z            {crystal.formula_units}",
        f"_cell_length_a                   {cell.a:.5f}",
        f"_cell_length_b                   {cell.b:.5f}",
        f"_cell_length_c                   {cell.c:.5f}",
        f"_cell_angle_alpha                {cell.alpha:.3f}",
        f"_cell_angle_beta                 {cell.beta:.3f}",
        f"_cell_angle_gamma                {cell.gamma:.3f}",
        f"_space_group_name_H-M_alt        '{group.xhm()}'",
        f"_space_group_IT_number           {group.number}",
        "loop_",
        "_space_group_symop_operation_xyz",
        *operations,
        "loop_",
        "_atom_site_label",
        "_atom_site_type_symbol",
        "_atom_site_fract_x",
        "_atom_site_fract_y",
        "_atom_site_fract_z",
        "_atom_site_occupancy",
        *_site_lines(asymmetric_sites(crystal, prototype)),
    ]
    return "\n".join(lines) + "\n"


def build(folder: Path = HERE) -> int:
    """Write cifs/ and band_gaps.csv under a folder and return the number of crystals."""
    prototypes, references, crystals = read_prototypes(), read_references(), read_crystals()
    cifs = folder / "cifs"
    cifs.mkdir(parents=True, exist_ok=True)
    for crystal in crystals:
        text = cif_text(crystal, prototypes[crystal.prototype])
        (cifs / f"{crystal.id}.cif").write_text(text, encoding="ascii", newline="\n")
    with (folder / "band_gaps.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["id", "formula", "band_gap_eV", "reference"])
        for crystal in crystals:
            if crystal.band_gap:
                table.writerow([crystal.id, crystal.formula, crystal.band_gap, references[crystal.reference]])
    return len(crystals)


def _prototype(table: dict[str, object]) -> Prototype:
    symbol = str(table["space_group"])
    group = gemmi.find_spacegroup_by_name(symbol)
    if group is None:
        raise ValueError(f"prototypes.toml: unknown space group {symbol!r}")
    written = table["sites"]
    if not isinstance(written, list):
        raise ValueError(f"prototypes.toml: the sites of {table['title']!r} are not a list")
    sites = []
    for line in written:
        role, x, y, z = str(line).split()
        sites.append((role, x, y, z))
    return Prototype(str(table["title"]), group, tuple(sites))


def _crystal(row: dict[str, str]) -> Crystal:
    assignments = (pair.split("=") for pair in row["free"].split())
    return Crystal(
        id=row["id"],
        name=row["name"],
        formula=row["formula"],
        prototype=row["prototype"],
        elements=tuple(row["elements"].split()),
        lengths=(_optional(row["a"]), _optional(row["b"]), _optional(row["c"])),
        beta=_optional(row["beta"]),
        free={name: float(value) for name, value in assignments},
        formula_units=int(row["Z"]),
        density=_optional(row["density_g_cm3"]),
        van_der_waals_axes=row["van_der_waals_axes"],
        band_gap=row["band_gap_eV"],
        reference=row["reference"],
    )


def _optional(text: str) -> float | None:
    return float(text) if text else None


def _value(expression: str, free: dict[str, float]) -> float:
    """Evaluate a coordinate such as 1/4, u, 2x or 1/2+x."""
    total, end = 0.0, 0
    for term in TERM.finditer(expression):
        if term.start() != end:
            break
        end = term.end()
        sign = -1.0 if term["sign"] == "-" else 1.0
        if term["number"]:
            total += sign * float(Fraction(term["number"]))
        else:
            total += sign * float(term["factor"] or 1) * free[term["name"]]
    if end != len(expression):
        raise ValueError(f"prototypes.toml: cannot read the coordinate {expression!r}")
    return total


def _formula_sum(formula: str) -> str:
    counts = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    return " ".join(sorted(f"{element}{count}" for element, count in counts))


def _site_lines(sites: list[tuple[str, tuple[float, float, float]]]) -> list[str]:
    seen: Counter[str] = Counter()
    lines = []
    for element, (x, y, z) in sites:
        seen[element] += 1
        lines.append(f"{element}{seen[element]} {element} {x % 1:.8f} {y % 1:.8f} {z % 1:.8f} 1")
    return lines


if __name__ == "__main__":
    sys.stdout.write(f"built {build()} crystals in {HERE}\n")
