"""Small files of every readable kind, and the ways in which bytes of files get damaged."""

import csv
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from collections.abc import Iterator

CIF = b"""data_test
_cell_length_a 7.1
_cell_length_b 7.1
_cell_length_c 7.1(2)
_cell_angle_alpha 90
_symmetry_space_group_name_H-M 'P 1 1 2'
_chemical_formula_sum 'Al Si O'
_cell_formula_units_Z 1
loop_
_symmetry_equiv_pos_as_xyz
'x,y,z'
'-x,-y,z'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Si1 Si4+ 0.125 0.125 0.125 0.5
Al1 Al3+ 0.125 0.125 0.125 0.5
O1 O2- 0 0 0.25(1) 1
data_second
_cell.length_a 4
_cell.length_b 4
_cell.length_c 4
loop_
_atom_site.label
_atom_site.fract_x
_atom_site.fract_y
_atom_site.fract_z
Na1 0 0 0
Cl1 0.5 0.5 0.5
"""
POSCAR = b"CsCl\n1.0\n4 0 0\n0 4 0\n0 0 4\nCs Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n"
XYZ = b'2\nLattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3 energy=-1.5\nCs 0 0 0\nCl 2 2 2\n'
CRYSTAL = {
    "id": "mp-1",
    "lattice": [[4, 0, 0], [0, 4, 0], [0, 0, 4]],
    "species": ["Cs", {"Cl": 0.5, "Br": 0.25}],
    "frac_coords": [[0, 0, 0], [0.5, 0.5, 0.5]],
    "band_gap": 1.5,
}
LINES = json.dumps(CRYSTAL).encode() + b"\n" + json.dumps(CRYSTAL).encode() + b"\n"


def seed_files() -> dict[str, bytes]:
    """A sound file of each kind, by name."""
    table = io.StringIO()
    csv.writer(table).writerows([["material_id", "cif", "e"], ["a", CIF.decode(), 1], ["b", CIF.decode(), 2]])
    parquet = io.BytesIO()
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table({"id": ["a"], "cif": [CIF.decode()]}), parquet)
    members = {"a.cif": CIF, "b.jsonl": LINES, "POSCAR": POSCAR}
    return {
        "a.cif": CIF,
        "a.vasp": POSCAR,
        "a.xyz": XYZ * 2,
        "a.json": json.dumps([CRYSTAL, CRYSTAL]).encode(),
        "b.json": json.dumps(CRYSTAL, indent=1).encode(),
        "a.jsonl": LINES,
        "a.jsonl.gz": gzip.compress(LINES, mtime=0),
        "a.jsonl.xz": lzma.compress(LINES),
        "a.csv": table.getvalue().encode(),
        "a.parquet": parquet.getvalue(),
        "a.zip": _zip(members),
        "a.tar": _tar(members),
        "a.tar.gz": gzip.compress(_tar(members), mtime=0),
    }


def mutate(source: bytes, choice: random.Random) -> bytes:
    """Damage a file in one to twelve places: bytes changed, flipped, lost, doubled, or a long stretch."""
    content = bytearray(source)
    for _ in range(choice.randint(1, choice.choice((1, 3, 12)))):
        if not content:
            break
        at = choice.randrange(len(content))
        match choice.randrange(6):
            case 0:
                content[at] = choice.randrange(256)
            case 1:
                content[at] ^= 1 << choice.randrange(8)
            case 2:
                del content[at : at + choice.randint(1, 9)]
            case 3:
                content[at:at] = content[choice.randrange(len(content)) :][: choice.randint(1, 30)]
            case 4:
                content[at:at] = choice.choice(list(_TROUBLE))
            case _:
                if choice.random() < 0.1:
                    del content[at:]
    return bytes(content)


_TROUBLE = (
    *(b"9" * length for length in (1, 5, 20, 400)),
    *(
        b"\0",
        b"\xff\xfe",
        b"\x1a",
        b"\r",
        b"'",
        b'"',
        b";",
        b"\n;",
        b"loop_\n",
        b"data_",
        b"-",
        b"1e308",
        b"nan",
    ),
    *(b"[" * 50, b"{", b"null", b"?", b"\xed\xa0\x80", b"<script>", b"=1+1", b"\xe2\x80\xae"),
)


def cases(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of damaged files, CIFs most often; the same for the same seed."""
    files = seed_files()
    names = [*files, *["a.cif"] * 4]
    choice = random.Random(seed)
    for _ in range(count):
        name = choice.choice(names)
        yield name, mutate(files[name], choice)


def _zip(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in members.items():
            archive.writestr(zipfile.ZipInfo(name), source)
    return content.getvalue()


def _tar(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, source in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(source)
            archive.addfile(member, io.BytesIO(source))
    return content.getvalue()
