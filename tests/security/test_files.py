"""Structures, archives and tables from anywhere: what they say stays text, where they point is not read."""

import csv
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.store.library.export import export_structures
from core.store.project import Project
from core.structures.cif.writer import to_cif
from core.structures.reading.streams import EXPANSION_FROM
from tests.core.salts import rock_salt
from tests.security.conftest import Outcome

Siteloupe = Callable[..., Outcome]

CIF = to_cif(rock_salt("Na", "Cl", 5.6), "salt").encode()
# CVE-2024-23346: pymatgen once evaluated the transformation of a magnetic group.
CODE = (
    "[d for d in ().__class__.__mro__[1].__getattribute__("
    "*[().__class__.__mro__[1]] + ['__sub' + 'classes__'])()"
    " if d.__name__ == 'BuiltinImporter'][0].load_module('os').system('touch HARM')"
)
MAGNETIC = CIF.replace(
    b"_cell_length_a",
    f'_space_group_magn.transform_BNS_Pp_abc "a,b,{CODE};0,0,0"\n_cell_length_a'.encode(),
    1,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    Project.create(tmp_path / "project").close()
    return tmp_path / "project"


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(members: dict[str, bytes], link: str = "") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            if link:
                member.type, member.linkname, member.size = tarfile.SYMTYPE, link, 0
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


OUTSIDE = ["../../evil.cif", "/tmp/evil.cif", "..\\..\\evil.cif", "C:\\evil.cif", "a/../../evil.cif"]
ARCHIVES = {
    "paths.zip": zipped(dict.fromkeys(OUTSIDE, CIF)),
    "paths.tar": tarred(dict.fromkeys(OUTSIDE, CIF)),
    "links.tar": tarred({"evil.cif": b""}, link="/etc/passwd"),
    "bomb.zip": zipped({"bomb.cif": CIF + bytes(EXPANSION_FROM * 4)}),
    "nested.zip": zipped({"inner.zip": zipped({"evil.cif": CIF})}),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_writes_nothing_and_brings_nothing_from_outside(
    tmp_path: Path, project: Path, siteloupe: Siteloupe, name: str
):
    path = tmp_path / name
    path.write_bytes(ARCHIVES[name])
    outcome = siteloupe(project, "import", project, path, "--workers", 1)
    assert outcome.status == 1
    assert "Traceback" not in outcome.err
    with Project.open(project) as opened:
        assert opened.structure_rows() == []
        assert len(opened.rejections()) > 0
    assert {file.name for file in tmp_path.iterdir()} == {name, "project"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("magnetic.cif", MAGNETIC),
        ("class.json", b'{"@module": "os", "@class": "system", "command": "touch HARM", "lattice": 1}'),
        ("object.json", b'{"py/object": "os.system", "py/reduce": ["touch HARM"]}'),
        ("deep.json", b"[" * 200_000),
        ("deep.jsonl", b'{"a":' * 200_000),
        ("entity.cif", b"data_a\n_cell_length_a &xxe;\n"),
        ("numbers.cif", CIF.replace(b"5.6", b"__import__('os').system('touch HARM')")),
    ],
)
def test_what_a_structure_file_says_is_never_run(
    tmp_path: Path, project: Path, siteloupe: Siteloupe, name: str, content: bytes
):
    harm = tmp_path / "harm"
    path = tmp_path / name
    path.write_bytes(content.replace(b"HARM", str(harm).encode()))
    outcome = siteloupe(project, "import", project, path, "--workers", 1)
    assert "Traceback" not in outcome.err
    assert not harm.exists()


def hostile_cif(text: str) -> bytes:
    """A sound crystal whose every text is the hostile one."""
    quoted = f"\n;{text}\n;\n".encode()
    fields = (b"_chemical_name_common", b"_journal_name_full", b"_publ_section_title", b"_database_code_ICSD")
    return CIF.replace(b"_cell_length_a", b"".join(name + quoted for name in fields) + b"_cell_length_a", 1)


def test_texts_of_a_crystal_are_defused_in_every_table(
    tmp_path: Path, project: Path, siteloupe: Siteloupe, hostile: str
):
    path = tmp_path / "hostile.cif"
    path.write_bytes(hostile_cif(hostile))
    labels = tmp_path / "labels.csv"
    with open(labels, "w", newline="") as file:
        csv.writer(file).writerows([["id", "value", "note"], ["hostile", "1.5", hostile]])
    words = ["--labels", labels, "--id-column", "id", "--property", f"{hostile.split('=')[0] or 'p'}=value"]
    outcome = siteloupe(
        tmp_path, "import", project, path, *words, "--metadata", "note", "--report", tmp_path / "r.csv"
    )
    assert outcome.status == 0, outcome.err
    with Project.open(project) as opened:
        numbers = [row.id for row in opened.structure_rows()]
        export_structures(opened, numbers, tmp_path / "table.csv", "csv")
    for table in (tmp_path / "table.csv", tmp_path / "r.csv"):
        with open(table, newline="", encoding="utf-8") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
