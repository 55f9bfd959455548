"""Generated crystals: reproducible, distinct, and as tight as known ones."""

import itertools
import math
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import gemmi
import pytest
from pymatgen.core import Structure as PymatgenStructure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from core.errors import TooFewStructures
from core.structures.prototypes import MAX_SITES, generate_prototypes
from core.structures.structure import Structure

ROCK_SALT = "NaCl_AB_cF8_225_a_b"
DIAMOND = "C_A_cF8_227_a"

# Volume per formula unit at room temperature, cubic angstrom, from handbook cell lengths.
KNOWN_METALS = {
    "Ag-Cu_A_cF4_225_a": 4.0857**3 / 4,
    "Mo-W_A_cI2_229_a": 3.1470**3 / 2,
}
KNOWN_COMPOUNDS = {
    f"KBr-{ROCK_SALT}": 6.6000**3 / 4,
    f"RbCl-{ROCK_SALT}": 6.5810**3 / 4,
    "CdTe-ZnS_AB_cF8_216_c_a": 6.482**3 / 4,
    "CsI-CsCl_AB_cP2_221_b_a": 4.567**3,
    "SrTiO3-CaTiO3_AB3C_cP5_221_a_c_b": 3.9051**3,
    "NiSb-NiAs_AB_hP4_194_c_a": 3.942**2 * 5.155 * math.sqrt(0.75) / 2,
}


def name_parts(name: str) -> tuple[str, str]:
    """Formula and structure type of a generated name."""
    _, _, formula, structure_type = name.split("-", maxsplit=3)
    return formula, structure_type


def formula_volume(structure: Structure, formula: str) -> float:
    atoms = sum(int(count or 1) for _, count in re.findall(r"([A-Z][a-z]?)(\d*)", formula))
    return structure.volume * atoms / structure.num_sites


def as_pymatgen(structure: Structure) -> PymatgenStructure:
    symbols = [next(iter(site)) for site in structure.species]
    return PymatgenStructure(structure.lattice, symbols, structure.frac_coords)


@pytest.fixture(scope="module")
def everything() -> dict[str, Structure]:
    """All crystals that can be generated."""
    generated = {}
    with suppress(TooFewStructures):
        for name, structure in generate_prototypes(1_000_000, seed=1):
            generated[name] = structure
    return generated


def test_more_than_a_thousand_crystals_of_more_than_a_hundred_types_are_generated():
    types = {name_parts(name)[1] for name, _ in generate_prototypes(1200, seed=3)}
    assert len(types) > 100


def test_equal_seeds_give_equal_crystals():
    first, second = (list(generate_prototypes(300, seed=5)) for _ in range(2))
    assert [name for name, _ in first] == [name for name, _ in second]
    assert [s.content_hash for _, s in first] == [s.content_hash for _, s in second]


def test_another_seed_gives_other_crystals():
    first, second = ({n.split("-", 2)[2] for n, _ in generate_prototypes(300, seed)} for seed in (5, 6))
    assert len(first & second) < 100


def test_a_longer_series_begins_with_the_shorter_one():
    short, long = (list(generate_prototypes(count, seed=8)) for count in (20, 40))
    assert [name for name, _ in short] == [name for name, _ in long[:20]]


def test_none_are_generated_when_none_are_asked_for():
    assert list(generate_prototypes(0, seed=1)) == []


def test_asking_for_too_many_says_how_many_there_are(everything: dict[str, Structure]):
    with pytest.raises(TooFewStructures, match=f"Only {len(everything)} of {len(everything) + 1} crystals"):
        list(generate_prototypes(len(everything) + 1, seed=1))


def test_names_tell_number_formula_and_structure_type(everything: dict[str, Structure]):
    pattern = re.compile(r"generated-\d{4}-[A-Za-z0-9]+-[A-Za-z0-9()]+_\w+")
    assert [name for name in everything if not pattern.fullmatch(name)] == []
    for name, structure in everything.items():
        assert name_parts(name)[0] == structure.formula


def test_no_composition_comes_twice_in_a_structure_type(everything: dict[str, Structure]):
    assert len({name_parts(name) for name in everything}) == len(everything)


def test_the_compound_that_names_a_structure_type_is_not_generated(everything: dict[str, Structure]):
    names = {f"{formula}-{structure_type}" for formula, structure_type in map(name_parts, everything)}
    assert f"KCl-{ROCK_SALT}" in names
    assert f"NaCl-{ROCK_SALT}" not in names


def test_cells_are_small_and_ordered(everything: dict[str, Structure]):
    assert max(structure.num_sites for structure in everything.values()) <= MAX_SITES
    assert all(structure.is_ordered for structure in everything.values())


def test_elements_give_way_to_others_of_their_group(everything: dict[str, Structure]):
    rock_salts = [s.composition for name, s in everything.items() if name_parts(name)[1] == ROCK_SALT]
    alkali, halogen = ("Li", "Na", "K", "Rb", "Cs"), ("Cl", "Br", "I")
    allowed = [{a, x} for a, x in itertools.product(alkali, halogen) if (a, x) != ("Na", "Cl")]
    assert len(rock_salts) >= 10
    assert all(set(composition) in allowed for composition in rock_salts)


def test_carbon_has_no_like(everything: dict[str, Structure]):
    assert [name for name in everything if name_parts(name)[1] == DIAMOND] == []


def test_atoms_are_no_nearer_than_in_known_crystals(everything: dict[str, Structure]):
    """Another program measures: bonds reach down to three quarters of the sum of the covalent radii."""
    for name, structure in itertools.islice(everything.items(), 0, None, 20):
        crystal = as_pymatgen(structure)
        radii = [gemmi.Element(site.specie.symbol).covalent_r for site in crystal]
        i, j, _, distances = crystal.get_neighbor_list(r=4.0)
        assert all(d > 0.749 * (radii[a] + radii[b]) for a, b, d in zip(i, j, distances, strict=True)), name


def test_densities_are_those_of_solids(everything: dict[str, Structure]):
    densities = [structure.density for structure in everything.values()]  # g/cm3
    assert min(densities) > 0.9
    assert max(densities) < 24.0  # compounds of osmium and iridium come to 23


@pytest.mark.filterwarnings("ignore:Set OLD_ERROR_HANDLING:DeprecationWarning")  # spglib to pymatgen
def test_decoration_keeps_the_space_group(everything: dict[str, Structure]):
    for structure_type, number in ((ROCK_SALT, 225), ("TiO2_A2B_tP6_136_f_a", 136)):
        found = [s for name, s in everything.items() if name_parts(name)[1] == structure_type]
        assert found
        for structure in found:
            assert SpacegroupAnalyzer(as_pymatgen(structure), symprec=1e-3).get_space_group_number() == number


@pytest.mark.parametrize(("known", "tolerance"), [(KNOWN_METALS, 0.05), (KNOWN_COMPOUNDS, 0.15)])
def test_volumes_of_known_compounds_come_out(
    everything: dict[str, Structure], known: dict[str, float], tolerance: float
):
    """Radii predict cell lengths to 2 % (metals) and 5 % (others)."""
    volumes = {}
    for name, structure in everything.items():
        formula, structure_type = name_parts(name)
        volumes[f"{formula}-{structure_type}"] = formula_volume(structure, formula)
    assert {key: volumes[key] for key in known} == pytest.approx(known, rel=tolerance)


def test_importing_the_module_does_not_wait_for_pymatgen(repository: Path):
    code = "import sys, core.structures.prototypes; print('pymatgen' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"
