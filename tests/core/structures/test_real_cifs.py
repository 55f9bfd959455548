"""Real files: 254 solid electrolytes, most of them disordered, and 61 files as the world has them."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import gemmi.cif
import pytest

from core.structures.formula import parse_formula
from core.structures.readers.read import ReadStructure, Rejection, find_files, read_file

# What remarks explain that the sites are not formula times Z.
EXPLANATIONS = {"formula_mismatch", "formula_units", "no_hydrogens"}

Outcome = tuple[list[ReadStructure], list[Rejection]]


@pytest.fixture(scope="module")
def obelix(shared_data: Path) -> dict[str, Outcome]:
    return {path.stem: read_file(path) for path in find_files([shared_data / "obelix" / "cifs"])}


@pytest.fixture(scope="module")
def messy(shared_data: Path) -> dict[str, Outcome]:
    return {path.name: read_file(path) for path in find_files([shared_data / "messy_cifs"])}


def codes(read: ReadStructure) -> set[str]:
    return {flag.code for flag in read.flags}


def deviation(found: dict[str, float], stated: dict[str, float]) -> float:
    """Largest relative difference of an element's amount, infinite for an element on one side only."""
    if set(found) != set(stated):
        return float("inf")
    return max(abs(found[symbol] / stated[symbol] - 1.0) for symbol in stated)


def stated_contents(read: ReadStructure) -> list[dict[str, float]]:
    """What the cell may hold by formula sum and Z, looked up without the reader under test.

    Some programs write the content of the whole cell as the formula and still give Z; then no proper
    formula unit has so many common factors. Without Z, up to 200 half units are possible.
    """
    try:
        block = gemmi.cif.read_string(read.source.decode("latin-1"), 0).find_block(read.block)
    except ValueError:
        return []
    text = gemmi.cif.as_string(block.find_value("_chemical_formula_sum") or "?")
    terms = re.findall(r"([A-Z][a-z]?)(\d*\.?\d*)", text)
    unit = {symbol: float(amount or 1) for symbol, amount in terms}
    stated = block.find_value("_cell_formula_units_Z")
    factors = [float(stated)] if stated else [half / 2 for half in range(1, 200)]
    if stated and all(amount % float(stated) == 0 for amount in unit.values()):
        factors.append(1.0)
    return [{symbol: amount * factor for symbol, amount in unit.items()} for factor in factors if unit]


def test_every_electrolyte_is_read_and_none_in_two_ways(obelix: dict[str, Outcome]):
    assert len(obelix) == 254
    for structures, rejected in obelix.values():
        assert (len(structures), rejected) == (1, [])


def test_every_electrolyte_has_the_composition_of_its_file(obelix: dict[str, Outcome]):
    for (read,), _ in obelix.values():
        found = read.structure.composition
        assert min(deviation(found, stated) for stated in stated_contents(read)) <= 0.01
        assert not codes(read) & EXPLANATIONS


def test_most_electrolytes_have_the_composition_that_was_measured(
    obelix: dict[str, Outcome], shared_data: Path
):
    # The rest differs in the files themselves: occupancies rounded, or of another sample.
    with (shared_data / "obelix" / "labels.csv").open() as table:
        measured = {row["ID"]: parse_formula(row["True Composition"]) for row in csv.DictReader(table)}
    deviations = [
        deviation(read.structure.composition, measured[name] or {}) for name, ((read,), _) in obelix.items()
    ]
    assert sum(value <= 0.01 for value in deviations) >= 200


def test_most_electrolytes_are_disordered_and_keep_their_vacancies(obelix: dict[str, Outcome]):
    structures = [read.structure for (read,), _ in obelix.values()]
    assert sum(not structure.is_ordered for structure in structures) > 150
    assert all((structure.occupancies <= 1.01).all() for structure in structures)


def test_split_lithium_is_told_from_atoms_that_are_too_close(obelix: dict[str, Outcome]):
    flags = {name: codes(read) for name, ((read,), _) in obelix.items()}
    # As their files have them: two lithium sites of occupancy 0.64 at 0.42 angstrom; lithium of 0.16 and
    # 0.86 at 0.83; two oxygen atoms at 0.90.
    too_close = {name for name, found in flags.items() if "short_distance" in found}
    assert too_close == {"13q", "9rc", "ik8", "mtn", "fj5", "ckw", "yab"}
    assert "split_sites" in flags["9yt"]


def test_the_electrolytes_are_read_without_the_slow_library(shared_data: Path):
    code = (
        "import sys; from pathlib import Path\n"
        "from core.structures.readers.read import find_files, read_file\n"
        "read = [read_file(path) for path in find_files([Path(sys.argv[1])])]\n"
        "print(len([r.structure.formula for found, _ in read for r in found]), 'pymatgen' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(shared_data / "obelix" / "cifs")]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert result.stdout.split() == ["254", "False"]


def test_no_messy_file_is_lost(messy: dict[str, Outcome]):
    assert len(messy) == 61
    for name, (structures, rejected) in messy.items():
        assert structures or rejected, name
        assert all(rejection.reason and rejection.hint for rejection in rejected), name


def test_every_messy_structure_agrees_with_its_formula_or_says_why_not(messy: dict[str, Outcome]):
    num_agreeing = num_explained = 0
    for read in (read for structures, _ in messy.values() for read in structures):
        contents = stated_contents(read)
        if any(deviation(read.structure.composition, stated) <= 0.01 for stated in contents):
            num_agreeing += 1
        elif contents:
            assert codes(read) & EXPLANATIONS, (read.path, read.block)
            num_explained += 1
    assert num_agreeing >= 40
    assert num_explained >= 10


@pytest.mark.parametrize(
    ("name", "block", "num_sites", "expected"),
    [
        ("2000000-no-spacegroup.cif", "2000000", 89, {"repeated_sites"}),
        ("2000080-molecule.cif", "2000080", 140, {"repeated_sites", "formula_mismatch"}),
        ("2009306-xyz-simple-fract.cif", "2009306", 656, {"no_hydrogens", "split_sites"}),
        ("2106582.cif", "2106582", 33, {"no_hydrogens", "formula_mismatch"}),
        ("6000026.cif", "6000026", 34, {"assumed_occupancy"}),
        ("7050234-non-ascii-text-field.cif", "7050234", 234, set()),
        ("7106028-temerature-not-important.cif", "7106028", 2872, {"split_sites"}),
        ("9000019.cif", "9000019", 21, {"no_hydrogens"}),
        ("Cccm.cif", "global", 64, {"repaired_file"}),
        ("DALVIY_clean.cif", "Gd3H13C37(N2O9)2", 1200, set()),
        ("PNDMAM10.cif", "PNDMAM10", 480, {"repeated_sites"}),
        ("jo701669p-file003.cif", "unnamed", 120, {"repaired_file"}),
        ("test06.cif", "LEV", 162, set()),
        ("wh5012phaseIIIsup3.rtv.combined.cif", "phaseIII", 6, set()),
    ],
)
def test_what_is_odd_about_a_messy_file_is_said(
    messy: dict[str, Outcome], name: str, block: str, num_sites: int, expected: set[str]
):
    structures, rejected = messy[name]
    assert rejected == []
    (read,) = [read for read in structures if read.block == block]
    assert read.structure.num_sites == num_sites
    assert codes(read) == expected


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("all.cif", 4),
        ("bs5069-estimated-sg.cif", 6),
        ("sn5033sup1.cif", 3),
        ("Carbo_clean.cif", 2),
        ("gofref_items.cif", 2),
    ],
)
def test_each_block_with_atoms_is_a_structure(messy: dict[str, Outcome], name: str, count: int):
    structures, rejected = messy[name]
    assert (len(structures), rejected) == (count, [])
    assert len({read.name for read in structures}) == count


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("1011060-graphite-err.cif", "no element is named"),
        ("2000127-unknown-coordinates.cif", "no coordinates of atoms"),
        ("Hopelesly-broken.cif", r"unit cell is not usable: 7\.8783\(2\), \?"),
        ("cif2_special_values_in_complex_data_structures.cif", "line 47 breaks the rules"),
        ("dos-ctrl-z.cif", "no unit cell and no coordinates"),
        ("enumeration-as-set-refinement-flags.cif", "There is no unit cell"),
        ("missing_atom_fract_x.cif", "C: left out, coordinates unknown"),
        ("pdCIF_struct_test.cif", "no unit cell and no coordinates"),
        ("spaces-without-quotes.cif", "line 1 breaks the rules"),
        ("unicode.cif", "line 8 breaks the rules"),
    ],
)
def test_a_messy_file_without_a_crystal_is_refused_with_its_reason(
    messy: dict[str, Outcome], name: str, said: str
):
    structures, rejected = messy[name]
    assert structures == []
    assert re.search(said, rejected[0].reason)
