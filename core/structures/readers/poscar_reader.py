"""Crystal structures from POSCAR and CONTCAR files of VASP, by pymatgen."""

import warnings
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from core.errors import StructureError
from core.structures.reading.assemble import assemble
from core.structures.reading.decoding import decode
from core.structures.reading.expand import SITE_LIMIT
from core.structures.reading.result import Outcome, ReadStructure
from core.structures.reading.streams import read_whole

_LINES_OF_COUNTS = slice(5, 30)  # names and numbers of atoms may run over several lines


def read_poscar(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read the one structure of a POSCAR; the first line is its title, for which there is no other place.

    Raises StructureError when it cannot be read or, as in VASP 4, does not name its elements.
    """
    source = read_whole(stream)
    text = decode(source)
    lines = text.split("\n")
    if any(_is_beyond_limit(word) for line in lines[_LINES_OF_COUNTS] for word in line.split()):
        raise StructureError(f"The file lists more than {SITE_LIMIT:,} atoms.", "Check the line of counts.")
    from pymatgen.io.vasp.inputs import BadPoscarWarning, Poscar  # imported late: it takes a second

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", "Elements in POSCAR cannot be determined", BadPoscarWarning)
            found = Poscar.from_str(text, read_velocities=False).structure
    except BadPoscarWarning as error:
        hint = "Write the symbols of the elements in the line before the numbers of atoms."
        raise StructureError("The file does not say which elements it lists.", hint) from error
    except Exception as error:  # on damaged files pymatgen raises errors of any kind
        hint = "Check title, scale, cell, elements, numbers and coordinates, in this order."
        raise StructureError("The file is not a readable POSCAR.", hint) from error
    structure, flags = assemble(
        np.array(found.lattice.matrix),
        np.array(found.frac_coords),
        [site.specie.symbol for site in found],
    )
    title = {"title": lines[0].strip()} if lines[0].strip() else {}
    yield ReadStructure(name, path, "", structure, flags, source, title)


def _is_beyond_limit(word: str) -> bool:
    return word.isdecimal() and (len(word) > 9 or int(word) > SITE_LIMIT)
