"""Projects to work on, and the crystals, tables and finished runs that go into them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.jobs.atomic import write_json
from core.jobs.csv_file import write_csv
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.store.importing.files import add_structures
from core.store.project import Project
from core.structures.readers.read import Flag, ReadStructure
from core.structures.structure import Structure

PREDICTION_COLUMNS = (
    *("structure_id", "name", "property", "measured", "bound", "predicted", "lower", "upper", "split"),
)

# Texts that would do harm, or get lost, where text is taken for code or cut short.
HOSTILE_TEXTS = {
    "sql": "x'); drop table structures; --",
    "html": "<script>alert('Li')</script> &amp;",
    "formula": "=cmd|' /C calc'!A0",
    "negative": "-log10(σ)",
    "placeholder": "%s {0} ? :name",
    "right-to-left": "\u202eLCaN\u202c",
    "unit separator": "a\x1fb",
    "null": "before\x00after",
    "long": "x" * 10_000,
    "blank": " ",
    "path": "../../etc/passwd",
    "chinese": "带隙",
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty project."""
    with Project.create(tmp_path / "project") as project:
        yield project


@pytest.fixture(params=HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def hostile(request: pytest.FixtureRequest) -> str:
    """A text that must stay text."""
    return request.param


@pytest.fixture
def read_structure() -> Callable[..., ReadStructure]:
    """Makes a primitive cubic crystal as a reader gives it."""

    def make(
        name: str, *, edge: float = 3.0, occupancy: float = 1.0, flags: Sequence[Flag] = ()
    ) -> ReadStructure:
        structure = Structure(edge * np.eye(3), np.zeros((1, 3)), ({"Po": occupancy},))
        return ReadStructure(
            name, f"/cifs/{name}.cif", name, structure, tuple(flags), b"data_" + name.encode()
        )

    return make


@pytest.fixture
def fill(read_structure: Callable[..., ReadStructure]) -> Callable[..., None]:
    """Adds numbered crystals to a collection, all different."""

    def fill(project: Project, count: int, collection: str = "all", first: int = 0) -> None:
        numbers = range(first, first + count)
        add_structures(project, collection, [read_structure(f"s{k}", edge=3.0 + 0.01 * k) for k in numbers])

    return fill


@pytest.fixture
def label() -> Callable[..., None]:
    """Gives the first structures of a project values of a property: 0.5, 1.5, 2.5 ..."""

    def label(project: Project, count: int, name: str = "band gap", transform: str = "none") -> None:
        project.db.table("properties").insert({"name": name, "unit": "eV", "transform": transform})
        number = project.query("select id from properties where name = ?", [name])[0]["id"]
        project.db.table("labels").insert_all(
            {"structure_id": row.id, "property_id": number, "value": k + 0.5, "bound": "", "raw": f"{k}.5"}
            for k, row in enumerate(project.structure_rows()[:count])
        )

    return label


@pytest.fixture
def finish_run() -> Callable[..., RunFolder]:
    """Writes the folder of a completed fine-tuning with these predictions."""

    def finish(
        runs_folder: Path, lines: Sequence[Sequence[Any]] = (), name: str = "0001-finetune-gap"
    ) -> RunFolder:
        run = RunFolder(runs_folder / name)
        run.write_job(JobSpec(kind="finetune", title="Learn gap", collection="all"), [])
        write_csv(run.predictions_file, PREDICTION_COLUMNS, lines)
        write_json(run.result_file, {"metrics": {"gap": {"unit": "eV"}}, "seconds": 1.0})
        return run

    return finish


@pytest.fixture
def write_cifs() -> Callable[..., list[Path]]:
    """Writes files s0.cif, s1.cif ... with a cubic crystal each; they are read with a flag or two."""

    def write(folder: Path, count: int = 1, *, edge: float = 3.35, occupancy: float = 1.0) -> list[Path]:
        folder.mkdir(exist_ok=True)
        paths = [folder / f"s{k}.cif" for k in range(count)]
        for k, path in enumerate(paths):
            path.write_text(cif_block(f"s{k}", edge, occupancy), encoding="utf-8")
        return paths

    return write


def cif_block(name: str, edge: float, occupancy: float) -> str:
    lengths = "".join(f"_cell_length_{axis} {edge}\n" for axis in "abc")
    angles = "".join(f"_cell_angle_{angle} 90\n" for angle in ("alpha", "beta", "gamma"))
    columns = ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy")
    loop = "loop_\n" + "".join(f"_atom_site_{column}\n" for column in columns)
    cell = f"{lengths}{angles}_symmetry_space_group_name_H-M 'P 1'\n"
    return f"data_{name}\n{cell}{loop}Po1 Po 0 0 0 {occupancy}\n"
