"""What to do about each remark that a structure can carry."""

from collections.abc import Mapping
from typing import Final

# By code, as in FLAG_NAMES.
FLAG_ADVICE: Final[Mapping[str, str]] = {
    "assumed_occupancy": "Look the occupancies up in the publication and write them into the file.",
    "assumed_space_group": "Compare the number of sites with the publication; "
    "where it differs, write the symmetry operators into the file.",
    "bad_density": "Check the cell and the atoms; lengths must be in angstrom.",
    "deuterium": "Nothing to do unless isotopes matter to you.",
    "formula_mismatch": "Compare sites and formula with the publication: atoms may be missing or doubled.",
    "formula_units": "Compare Z and the symmetry with the publication.",
    "generated": "Do not take it for a measured structure.",
    "hidden_atoms": "Check that these atoms are none of the crystal, such as dummy atoms.",
    "modulated": "Keep in mind that the modulation is left out.",
    "moved_sites": "Check that these sites do lie on the symmetry element.",
    "no_hydrogens": "Add the hydrogen atoms if the property depends on them.",
    "occupancy_above_one": "Check the occupancies of the atoms that share the place.",
    "read_by_pymatgen": "Compare the structure with the publication, or mend the line of the file.",
    "repaired_file": "Look at that line; the structure may be right all the same.",
    "repeated_sites": "Nothing to do unless these atoms were meant to be different ones.",
    "short_distance": "Look at these atoms: one may be wrong, or a part of a disorder that is not marked.",
    "split_sites": "Nothing to do: the positions count with their occupancies.",
    "symmetry_mismatch": "Compare the space group and the number of sites with the publication.",
}
