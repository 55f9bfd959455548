"""Writing chosen structures to files: as they came, as plain CIFs, or as one table or list."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from core.errors import ProjectError
from core.jobs.atomic import disk_errors, write_atomically
from core.jobs.csv_file import write_csv
from core.store.library.search import metadata_of, rows_of
from core.store.project import Project
from core.store.rows import StoredLabel, StructureRow
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure

Format = Literal["cif_as_imported", "cif", "csv", "jsonl", "extxyz"]

LONGEST_NAME = 100  # characters of a file's name, its ending not counted
# Names that Windows keeps for devices.
_DEVICES: Final = re.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


@dataclass
class ExportSummary:
    """How many structures were written, and the name of each that was not, with the reason."""

    num_written: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)


def export_structures(
    project: Project, structure_ids: Sequence[int], target: Path, kind: Format
) -> ExportSummary:
    """Write structures in a format, to one file or, for CIFs, into a folder, which is made.

    "cif_as_imported" gives the bytes that were read, once for all blocks of a file. "csv" has names,
    columns of the library, values, bounds, errors and metadata; "jsonl" also lattice and sites. "extxyz"
    can only say ordered structures. Raises ProjectError when it cannot be written, and DiskFull.
    """
    rows = rows_of(project, structure_ids)
    try:
        with disk_errors(target):
            return _WRITERS[kind](project, rows, target)
    except OSError as error:
        raise ProjectError(
            f"'{target}' cannot be written: {error.strerror or error}.", "Choose another place."
        ) from error


def safe_file_name(name: str) -> str:
    """Make a name that every file system takes and that names nothing but a file in its folder."""
    plain = re.sub(r"[^\w.+-]", "_", name)[:LONGEST_NAME].strip(". ")
    return f"_{plain}" if not plain or _DEVICES.fullmatch(plain.partition(".")[0]) else plain


def _write_sources(project: Project, rows: Sequence[StructureRow], folder: Path) -> ExportSummary:
    summary = ExportSummary()
    names = _FreeNames(folder)
    written: set[int] = set()
    for row in rows:
        sql = "select source_id from structures where id = ?"
        number = project.query(sql, [row.id])[0]["source_id"]
        source = project.source(row.id)
        if not source:
            summary.skipped.append((row.name, "It was not read from a file."))
            continue
        summary.num_written += 1
        if number not in written:
            written.add(number)
            stem = Path(row.path).stem if _is_own_file(project, number) else row.name
            (folder / names.take(stem, _ending(row.path, source))).write_bytes(source)
    return summary


def _write_cifs(project: Project, rows: Sequence[StructureRow], folder: Path) -> ExportSummary:
    names = _FreeNames(folder)
    for row in rows:
        text = to_cif(project.structure(row.id), row.name)
        (folder / names.take(row.name, ".cif")).write_text(text, encoding="utf-8")
    return ExportSummary(len(rows))


def _write_table(project: Project, rows: Sequence[StructureRow], path: Path) -> ExportSummary:
    labels = _labels(project)
    metadata = {row.id: metadata_of(project, row.id) for row in rows}
    titles = sorted({title for texts in metadata.values() for title in texts})
    units = {prop.name: f" ({prop.unit})" if prop.unit else "" for prop in project.properties()}
    columns = ["id", "formula", "num_sites", "is_ordered", "volume", "density", "space_group", "path"]
    for name, unit in units.items():
        columns += [f"{name}{unit}", f"{name} bound", f"{name} error{unit}"]

    def line(row: StructureRow) -> Iterator[Any]:
        yield from (row.name, row.formula, row.num_sites, row.is_ordered, row.volume, row.density)
        yield from (row.space_group or "", row.path)
        for name in units:
            label = labels[name].get(row.id)
            yield from (label.value, label.bound, label.error) if label else ("", "", "")
        yield from (metadata[row.id].get(title, "") for title in titles)

    cells = (["" if value is None else value for value in line(row)] for row in rows)
    write_csv(path, [*columns, *(title for title in titles)], cells)
    return ExportSummary(len(rows))


def _write_json_lines(project: Project, rows: Sequence[StructureRow], path: Path) -> ExportSummary:
    labels = _labels(project)

    def line(row: StructureRow) -> str:
        values = {name: found[row.id] for name, found in labels.items() if row.id in found}
        content = project.structure(row.id).to_dict()
        content["species"] = [
            next(iter(site)) if list(site.values()) == [1.0] else site for site in content["species"]
        ]
        named = {**metadata_of(project, row.id), **{name: label.value for name, label in values.items()}}
        named |= {f"{name} bound": label.bound for name, label in values.items() if label.bound}
        return json.dumps({**named, "id": row.name, "formula": row.formula, **content}, ensure_ascii=False)

    return _write_lines(path, (f"{line(row)}\n" for row in rows), ExportSummary(len(rows)))


def _write_extended_xyz(project: Project, rows: Sequence[StructureRow], path: Path) -> ExportSummary:
    summary = ExportSummary()

    def frames() -> Iterator[str]:
        for row in rows:
            if not row.is_ordered:
                summary.skipped.append((row.name, "Partial occupancies cannot be written as extended XYZ."))
                continue
            summary.num_written += 1
            yield _frame(project.structure(row.id), row.name)

    return _write_lines(path, frames(), summary)


def _frame(structure: Structure, name: str) -> str:
    lattice = " ".join(f"{number:.10g}" for number in structure.lattice.ravel())
    quoted = re.sub(r'["\\\r\n]', "_", name)
    comment = f'Lattice="{lattice}" Properties=species:S:1:pos:R:3 pbc="T T T" name="{quoted}"'
    atoms = [
        f"{next(iter(site))} {x:.8f} {y:.8f} {z:.8f}"
        for site, (x, y, z) in zip(structure.species, structure.frac_coords @ structure.lattice, strict=True)
    ]
    return "\n".join([str(structure.num_sites), comment, *atoms]) + "\n"


def _write_lines(path: Path, texts: Iterator[str], summary: ExportSummary) -> ExportSummary:
    def write(partial: Path) -> None:
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(texts)

    write_atomically(path, write)
    return summary


def _labels(project: Project) -> Mapping[str, Mapping[int, StoredLabel]]:
    return {prop.name: project.labels(prop.name) for prop in project.properties()}


def _is_own_file(project: Project, source_id: int) -> bool:
    """Whether a file came whole: its structures are all that were read from that path."""
    sql = (
        "select count(distinct source_id) as n from structures "
        "where path = (select path from structures where source_id = ? limit 1)"
    )
    return bool(project.query(sql, [source_id])[0]["n"] == 1)


def _ending(path: str, source: bytes) -> str:
    if source.lstrip().startswith((b"{", b"[")):
        return ".json"
    return ".cif" if b"data_" in source else safe_file_name(Path(path).suffix or ".txt")


class _FreeNames:
    """Names for the files of a folder that differ also where case does not count."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._taken = {path.name.lower() for path in folder.iterdir()}

    def take(self, name: str, ending: str) -> str:
        """A file name like `name` that no file has yet."""
        stem, number = safe_file_name(name), 1
        chosen = f"{stem}{ending}"
        while chosen.lower() in self._taken:
            number += 1
            chosen = f"{stem}_{number}{ending}"
        self._taken.add(chosen.lower())
        return chosen


_WRITERS: Final[Mapping[str, Callable[[Project, Sequence[StructureRow], Path], ExportSummary]]] = {
    "cif_as_imported": _write_sources,
    "cif": _write_cifs,
    "csv": _write_table,
    "jsonl": _write_json_lines,
    "extxyz": _write_extended_xyz,
}
