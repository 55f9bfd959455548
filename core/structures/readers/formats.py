"""Which reader reads which kind of file, as its name says; archives are for `read` and `archive`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os.path import splitext
from pathlib import PurePath
from typing import BinaryIO, Final

from core.structures.cif.reader import read_cif
from core.structures.readers.json_reader import read_json, read_json_lines
from core.structures.readers.json_table import is_json_table
from core.structures.readers.poscar_reader import read_poscar
from core.structures.readers.table_reader import find_cif_column, read_csv, read_header, read_parquet
from core.structures.readers.xyz_reader import read_xyz
from core.structures.reading.content import Reader
from core.structures.reading.result import Outcome
from core.structures.reading.streams import COMPRESSIONS, read_whole


def read_cif_file(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
    """Read all structures of a CIF."""
    structures, rejected = read_cif(read_whole(stream), path, name)
    yield from structures
    yield from rejected


READERS: Final[Mapping[str, Reader]] = {
    ".cif": read_cif_file,
    ".vasp": read_poscar,
    ".poscar": read_poscar,
    ".contcar": read_poscar,
    ".xyz": read_xyz,
    ".extxyz": read_xyz,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
}
ARCHIVES: Final = frozenset({".zip", ".tar"})  # read by `archive`, which uses the readers above

AMBIGUOUS: Final = frozenset({".csv", ".tsv", ".parquet", ".json", ".jsonl"})  # often of something else

_SHORT_FORMS = {".tgz": ".tar.gz", ".txz": ".tar.xz", ".tbz2": ".tar.bz2", ".tbz": ".tar.bz2"}
_POSCAR_NAMES = ("POSCAR", "CONTCAR")


@dataclass(frozen=True)
class Kind:
    """What a file's name says of its content.

    suffix: a key of READERS, one of ARCHIVES, or what else the name ends in, in lower case.
    compression: a key of COMPRESSIONS, or nothing. stem: the name for a single structure in it.
    """

    suffix: str
    compression: str
    stem: str

    @property
    def is_readable(self) -> bool:
        return self.suffix in READERS or self.suffix in ARCHIVES


def kind_of(path: PurePath) -> Kind:
    """Judge by the name. POSCAR and CONTCAR, all alike, get the name of their folder."""
    name = path.name
    for short, long in _SHORT_FORMS.items():
        if name.lower().endswith(short):
            name = name[: -len(short)] + long
    compression = next((end for end in COMPRESSIONS if name.lower().endswith(end)), "")
    plain = name[: len(name) - len(compression)] or "_"
    stem, suffix = splitext(plain)
    suffix = suffix.lower()
    if suffix not in READERS and suffix not in ARCHIVES and plain.upper().startswith(_POSCAR_NAMES):
        is_bare = plain.upper() in _POSCAR_NAMES
        return Kind(".vasp", compression, (is_bare and path.parent.name) or plain)
    return Kind(suffix, compression, stem)


def may_hold_structures(kind: Kind, start: bytes) -> bool:
    """Whether the beginning of a file fits: tables and JSON files are often of something else."""
    if kind.suffix in (".csv", ".tsv"):
        return find_cif_column(read_header(start.split(b"\n", 1)[0])[0]) is not None
    if kind.suffix in (".json", ".jsonl"):
        return b'"lattice' in start or b'"cif"' in start or is_json_table(start)
    return True


def is_table_with_cifs(stream: BinaryIO) -> bool:
    """Whether a Parquet file has a column of CIFs."""
    import pyarrow
    import pyarrow.parquet

    try:
        return find_cif_column(pyarrow.parquet.read_schema(stream).names) is not None
    except (pyarrow.ArrowException, OSError):
        return True  # so that reading it says what is wrong
