"""Chemical elements: which names are elements, their masses, and their order in a formula."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

# Symbol and standard atomic weight in u (IUPAC; mass number of a long-lived isotope where there is none),
# from the least to the most electronegative on Pauling's scale, elements without a value last.
_TABLE = """
    Fr 223 Cs 132.905 K 39.0983 Rb 85.4678 Ba 137.327 Ra 226 Na 22.9898 Sr 87.62 Li 6.941 Ca 40.078
    Ac 227 La 138.905 Tb 158.925 Yb 173.05 Ce 140.116 Pm 145 Pr 140.908 Nd 144.24 Sm 150.36 Eu 151.964
    Gd 157.25 Dy 162.5 Y 88.9059 Ho 164.93 Er 167.259 Tm 168.934 Lu 174.967 Pu 244 Am 243 Bk 247
    Cf 251 Cm 247 Es 252 Fm 257 Hf 178.49 Lr 262 Md 258 No 259 Th 232.038 Mg 24.305 Zr 91.224 Np 237
    Sc 44.9559 U 238.029 Pa 231.036 Ta 180.948 Ti 47.867 Mn 54.938 Be 9.0122 Nb 92.9064 Al 26.9815
    Tl 204.383 V 50.9415 Zn 65.38 Cr 51.9961 Cd 112.411 In 114.818 Ga 69.723 Fe 55.845 Co 58.9332
    Cu 63.546 Re 186.207 Si 28.0855 Tc 98 Ni 58.6934 Ag 107.8682 Sn 118.71 Hg 200.59 Po 209 Ge 72.64
    Bi 208.98 B 10.811 Sb 121.76 Te 127.6 Mo 95.95 As 74.9216 P 30.9738 At 210 H 1.0079 Ir 192.217
    Os 190.23 Pd 106.42 Rn 222 Ru 101.07 Pt 195.084 Rh 102.9055 Pb 207.2 W 183.84 Au 196.967 C 12.0107
    Se 78.96 S 32.065 Xe 131.293 I 126.9045 Br 79.904 Kr 83.798 N 14.0067 Cl 35.453 O 15.9994
    F 18.9984 Ar 39.948 He 4.0026 Ne 20.1797
"""

_WORDS = _TABLE.split()
ATOMIC_MASS: Final[dict[str, float]] = dict(zip(_WORDS[::2], map(float, _WORDS[1::2]), strict=True))
FORMULA_ORDER: Final[dict[str, int]] = {symbol: rank for rank, symbol in enumerate(ATOMIC_MASS)}

FULL: Final = 1.01  # a total occupancy up to here is one atom, rounding included

# How isotopes with a symbol of their own are stored.
ISOTOPES: Final[Mapping[str, str]] = {"D": "H", "T": "H"}

# Names that crystallographic files use for a group of atoms, by the atom that the position belongs to.
_GROUPS: Final[Mapping[str, str]] = {"WAT": "O", "HOH": "O", "H2O": "O", "OH2": "O", "NH4": "N"}
# Names of places without an atom. Without this list "Vac" would read as vanadium and "Du" as deuterium.
_NO_ATOM: Final = frozenset({"VA", "VAC", "VACANCY", "DU", "DUM", "DUMMY", "X", "Q", "LP", "CNT", "CENT"})


@lru_cache(maxsize=1024)
def names_no_atom(symbol: str) -> bool:
    """Whether an atom-type symbol stands for a vacancy or another place without an atom."""
    match = re.match("[A-Za-z]+", symbol.strip())
    return match is not None and match.group().upper() in _NO_ATOM


@lru_cache(maxsize=1024)
def element_of_symbol(text: str) -> str | None:
    """Read an atom-type symbol (Li, Li1+, O-2, FE3+, Wat); None when it names no element.

    D and T are returned as they are: see `ISOTOPES`.
    """
    letters = _leading_letters(text)
    return letters.upper() if letters.upper() in ISOTOPES else _first_element(letters, expected=())


def element_of_label(label: str, expected: Collection[str] = ()) -> str | None:
    """Read the element off a site label (Li1, O2a, CA1); None when there is none.

    `expected` are the elements of the file's formula; they decide whether CA1 is calcium or carbon.
    T is not read as tritium here: it is the usual label of a tetrahedral site.
    """
    letters = _leading_letters(label)
    return "D" if letters.upper() == "D" else _first_element(letters, expected)


def _leading_letters(text: str) -> str:
    """The letters in front, or the atom of a well-known group, or nothing for a place without an atom."""
    word = text.strip()
    group = next((atom for name, atom in _GROUPS.items() if word.upper().startswith(name)), None)
    if group:
        return group
    match = re.match("[A-Za-z]+", word)
    return match.group() if match and not names_no_atom(word) else ""


def _first_element(letters: str, expected: Collection[str]) -> str | None:
    candidates = [name for name in (letters[:2].capitalize(), letters[:1].upper()) if name in ATOMIC_MASS]
    return next((name for name in candidates if name in expected), candidates[0] if candidates else None)
