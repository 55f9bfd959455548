"""Archives are read member by member; those made to do harm are refused, each member with its reason."""

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.structures.readers import archive as archive_module
from core.structures.readers.read import ReadStructure, Rejection, read_file

WriteCif = Callable[..., bytes]
Members = dict[str, bytes]
MEGABYTE = 1024**2


def write_zip(path: Path, members: Members) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_tar(path: Path, members: Members) -> Path:
    with tarfile.open(path, f"w:{path.suffix[1:]}" if path.suffix != ".tar" else "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def write(path: Path, members: Members) -> Path:
    return write_zip(path, members) if path.suffix == ".zip" else write_tar(path, members)


KINDS = ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2"]


def reject(path: Path) -> Rejection:
    structures, (rejection,) = read_file(path)
    assert structures == []
    assert rejection.hint
    return rejection


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_read_by_their_kind(tmp_path: Path, cif: WriteCif, kind: str):
    lines = (
        b'{"id": "m", "lattice": [[4,0,0],[0,4,0],[0,0,4]], "species": ["Po"], "frac_coords": [[0,0,0]]}\n'
    )
    members = {
        "set/a.cif": cif(),
        "set/deep/b.CIF": cif(),
        "set/many.jsonl": lines,
        "README.md": b"words",
        "labels.csv": b"id,value\na,1\n",
        ".hidden.cif": cif(),
        "__MACOSX/set/a.cif": b"x",
    }
    path = write(tmp_path / kind, members)
    structures, rejected = read_file(path)
    assert rejected == []
    assert [(read.name, read.path, read.block) for read in structures] == [
        ("a", str(path), "set/a.cif: test"),
        ("b", str(path), "set/deep/b.CIF: test"),
        ("m", str(path), "set/many.jsonl: line 1"),
    ]
    assert [read.source for read in structures] == [cif(), cif(), lines.strip()]


@pytest.mark.parametrize("kind", ["a.zip", "a.tar"])
def test_members_of_one_name_in_two_folders_stay_apart(tmp_path: Path, cif: WriteCif, kind: str):
    structures, _ = read_file(write(tmp_path / kind, {"x/a.cif": cif(), "y/a.cif": cif()}))
    assert [read.name for read in structures] == ["a", "a#2"]


@pytest.mark.parametrize("kind", ["a.zip", "a.tar"])
@pytest.mark.parametrize(
    "name",
    ["../a.cif", "x/../../a.cif", "/etc/a.cif", "C:\\a.cif", "C:a.cif", "\\\\host\\a.cif", "..\\a.cif"],
)
def test_paths_that_lead_out_are_refused_and_nothing_is_written(
    tmp_path: Path, cif: WriteCif, kind: str, name: str
):
    path = write(tmp_path / kind, {name: cif(), "good.cif": cif()})
    (read,), (rejection,) = read_file(path)
    assert read.name == "good"
    assert (rejection.block, rejection.reason) == (name, "Its path leads out of the archive.")
    assert list(tmp_path.parent.glob("*.cif")) + list(tmp_path.glob("*.cif")) == []


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, cif: WriteCif, kind: bytes):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        member = tarfile.TarInfo("link.cif")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
        good = tarfile.TarInfo("good.cif")
        good.size = len(cif())
        archive.addfile(good, io.BytesIO(cif()))
    (read,), (rejection,) = read_file(tmp_path / "a.tar")
    assert read.name == "good"
    assert "link or a device" in rejection.reason


def test_a_link_in_a_zip_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("link.cif")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "link or a device" in reject(tmp_path / "a.zip").reason


def test_an_encrypted_member_is_refused(tmp_path: Path, cif: WriteCif):
    content = bytearray(write_zip(tmp_path / "a.zip", {"a.cif": cif()}).read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1  # the flag in the table of contents
    (tmp_path / "a.zip").write_bytes(content)
    assert reject(tmp_path / "a.zip").reason == "It is encrypted."


@pytest.mark.parametrize("inner", ["b.zip", "b.tar", "b.tar.gz", "b.tgz", "c.cif.gz"])
@pytest.mark.parametrize("kind", ["a.zip", "a.tar"])
def test_archives_within_archives_are_not_opened(tmp_path: Path, kind: str, inner: str):
    assert "packed itself" in reject(write(tmp_path / kind, {inner: b"x"})).reason


def test_a_member_that_swells_is_refused_unopened(tmp_path: Path, cif: WriteCif):
    path = write_zip(tmp_path / "a.zip", {"bomb.cif": bytes(40 * MEGABYTE), "good.cif": cif()})
    (read,), (rejection,) = read_file(path)
    assert read.name == "good"
    assert "grows more than 200 times" in rejection.reason


def test_a_member_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path: Path):
    content = bytearray(write_zip(tmp_path / "a.zip", {"bomb.cif": bytes(40 * MEGABYTE)}).read_bytes())
    size = struct.pack("<I", 40 * MEGABYTE)
    content = content.replace(size, struct.pack("<I", 1000))
    (tmp_path / "a.zip").write_bytes(content)
    assert reject(tmp_path / "a.zip").reason


def test_many_members_that_swell_together_are_refused(
    tmp_path: Path, cif: WriteCif, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archive_module, "LARGEST_CONTENT", 2 * len(cif()))
    path = write_zip(tmp_path / "a.zip", {f"{k}.cif": cif() for k in range(3)})
    structures, (rejection,) = read_file(path)
    assert len(structures) == 2
    assert "Unpacked, the archive has more than" in rejection.reason


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".bz2"])
def test_a_packed_tar_that_swells_is_refused(tmp_path: Path, suffix: str):
    path = write_tar(tmp_path / f"a.tar{suffix}", {"bomb.txt": bytes(40 * MEGABYTE)})
    assert "grows more than 200 times" in reject(path).reason


def test_a_header_of_a_tar_that_asks_for_gigabytes_gets_none(tmp_path: Path):
    header = tarfile.TarInfo("x" * 50)
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 8 * 1024**3 - 1
    (tmp_path / "a.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(2048))
    assert reject(tmp_path / "a.tar").reason


def test_a_file_with_holes_is_refused(tmp_path: Path):
    header = tarfile.TarInfo("holes.cif")
    header.size = 512
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[156:157] = tarfile.GNUTYPE_SPARSE
    block[386:410] = b"00000000000\x0000000001000\x00"  # one piece: offset, size
    block[483:495] = b"77777777777\x00"  # real size: 8 GB
    block[148:156] = b"%06o\x00 " % (sum(block[:148]) + sum(block[156:512]) + 8 * 32)
    (tmp_path / "a.tar").write_bytes(bytes(block[:512]) + bytes(512) + bytes(1024))
    assert "holes" in reject(tmp_path / "a.tar").reason


@pytest.mark.parametrize("kind", ["a.zip", "a.tar"])
def test_too_many_members_are_refused(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive_module, "MOST_MEMBERS", 5)
    path = write(tmp_path / kind, {f"{k}.txt": b"x" for k in range(6)})
    assert "more than 5 members" in reject(path).reason


def test_a_giant_table_of_contents_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_zip(tmp_path / "a.zip", {f"{k}.txt": b"x" for k in range(20)})
    monkeypatch.setattr(archive_module, "LARGEST_DIRECTORY", 500)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *args: pytest.fail("was loaded"))
    assert "members" in reject(path).reason


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_without_structures_says_so(tmp_path: Path, kind: str):
    assert "no crystal structure" in reject(write(tmp_path / kind, {"a.txt": b"x"})).reason


@pytest.mark.parametrize("kind", ["a.tar", "a.tar.gz", "a.tar.xz", "a.zip"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_an_archive_that_breaks_off_is_never_taken_for_whole(
    tmp_path: Path, cif: WriteCif, kind: str, share: float
):
    path = write(tmp_path / kind, {f"{k}.cif": cif(cell=(5 + k, 5, 5, 90, 90, 90)) for k in range(20)})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    structures, rejected = read_file(path)
    assert rejected or len(structures) == 20


@pytest.mark.parametrize(
    ("place", "value"), [(6, 200), (8, 8)], ids=["of an unknown version", "with a name of no encoding"]
)
def test_a_damaged_table_of_contents_is_called_so(tmp_path: Path, cif: WriteCif, place: int, value: int):
    content = bytearray(write_zip(tmp_path / "a.zip", {"a\xff.cif": cif()}).read_bytes())
    entry = content.index(b"PK\1\2")
    content[entry + place] = value
    content[entry + 46 : entry + 49] = b"a\xff\xff"
    (tmp_path / "a.zip").write_bytes(content)
    assert read_file(tmp_path / "a.zip")[1]


def test_garbage_between_the_members_of_a_tar_is_reported(tmp_path: Path, cif: WriteCif):
    path = write_tar(tmp_path / "a.tar", {"a.cif": cif(), "b.cif": cif()})
    content = bytearray(path.read_bytes())
    second = content.index(b"b.cif")
    content[second : second + 512] = b"\xff" * 512
    path.write_bytes(content)
    structures, (rejection,) = read_file(path)
    assert [read.name for read in structures] == ["a"]
    assert "breaks off" in rejection.reason or "damaged" in rejection.reason


@pytest.mark.parametrize("name", ["<b>x<b>.cif", "=1+1.cif", "\u202efic.cif", "a\nb.cif", "x" * 200 + ".cif"])
@pytest.mark.parametrize("kind", ["a.zip", "a.tar"])
def test_names_of_members_stay_text(tmp_path: Path, cif: WriteCif, kind: str, name: str):
    (read,), rejected = read_file(write(tmp_path / kind, {name: cif()}))
    assert rejected == []
    assert isinstance(read, ReadStructure)
    assert read.name == name.removesuffix(".cif")
