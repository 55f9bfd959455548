"""What a window does to a project, step by step, and whether it is still there after a kill."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from core.store.editing.collections import make_collection
from core.store.editing.edits import undo
from core.store.editing.structures import add_tag, set_label
from core.store.importing.files import import_files
from core.store.project import Project
from core.store.runs.ingest import ingest_finished_runs, predictions
from tests.e2e.mortal import Moment, die_at_statement

PROPERTY = "size"
STEPS = 12  # of a sitting that nobody ends
_PER_FILE = 3


class Ledger:
    """What windows have seen done, in a file that outlives them: a line of JSON each."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tell(self, *words: object) -> None:
        """Add a line in one write, which a kill cannot cut."""
        with open(self._path, "ab", buffering=0) as file:
            file.write(json.dumps(words).encode() + b"\n")

    def lines(self) -> list[list[object]]:
        """All lines so far."""
        return (
            [json.loads(line) for line in self._path.read_text().splitlines()] if self._path.exists() else []
        )


def sit(project_folder: Path, ledger: Ledger, number: int, moment: Moment | None = None) -> int:
    """Open the project, take finished runs in, import and edit; `number` keeps names of sittings apart."""
    with Project.open(project_folder) as project:
        die_at_statement(project, moment)
        for name in ingest_finished_runs(project):
            ledger.tell("run", name)
        for step in range(STEPS):
            _take_step(project, ledger, f"{number}-{step}")
    return 0


def _take_step(project: Project, ledger: Ledger, name: str) -> None:
    path = write_crystals(project.folder.parent / "files" / f"{name}.jsonl", name, edges=(3.0, 3.1, 3.2))
    import_files(project, [path], f"collection {name}", workers=1)
    ledger.tell("file", name)
    numbers = _numbers(project, name)
    add_tag(project, numbers, f"kept {name}")
    ledger.tell("tag", name)
    set_label(project, numbers[0], PROPERTY, "4.25(2)")
    ledger.tell("label", name)
    make_collection(project, f"chosen {name}", numbers[:2])
    ledger.tell("collection", name)
    add_tag(project, numbers, f"undone {name}")
    undo(project)
    ledger.tell("undone", name)


def write_crystals(path: Path, name: str, edges: Iterable[float]) -> Path:
    """Write simple cubic polonium of different edges (angstrom) as JSON lines."""
    path.parent.mkdir(exist_ok=True)
    rows = [
        {
            "id": f"{name}-{k}",
            "lattice": [[edge, 0, 0], [0, edge, 0], [0, 0, edge]],
            "species": ["Po"],
            "frac_coords": [[0, 0, 0]],
        }
        for k, edge in enumerate(edges)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def check_library(project: Project, ledger: Ledger) -> None:
    """Raise AssertionError unless what was seen done is there, and all else is there whole or not at all."""
    assert project.query("pragma integrity_check") == [{"integrity_check": "ok"}]
    assert project.query("pragma foreign_key_check") == []
    for kind, name in ledger.lines():
        assert _is_there[str(kind)](project, str(name)), f"{kind} {name} was seen done and is lost"
    for row in project.query(
        "select path, count(*) as n from structures where path like '%.jsonl' group by path"
    ):
        assert row["n"] == _PER_FILE or Path(row["path"]).stem == "salts", f"half of {row['path']}"
    for row in project.query("select tag, count(*) as n from tags group by tag"):
        assert row["n"] == _PER_FILE, f"half of tag {row['tag']}"


def _numbers(project: Project, name: str) -> list[int]:
    rows = project.query("select id from structures where name like ? and not deleted", [f"{name}-%"])
    return [row["id"] for row in rows]


def _collection_size(project: Project, name: str) -> int:
    return {row.name: row.num_structures for row in project.collections()}.get(name, 0)


def _tag_size(project: Project, tag: str) -> int:
    return len(project.query("select structure_id from tags where tag = ?", [tag]))


_is_there: dict[str, Callable[[Project, str], bool]] = {
    "file": lambda project, name: _collection_size(project, f"collection {name}") == _PER_FILE,
    "tag": lambda project, name: _tag_size(project, f"kept {name}") == _PER_FILE,
    "label": lambda project, name: project.labels(PROPERTY)[_numbers(project, name)[0]].raw == "4.25(2)",
    "collection": lambda project, name: _collection_size(project, f"chosen {name}") == 2,
    "undone": lambda project, name: _tag_size(project, f"undone {name}") == 0,
    "run": lambda project, name: bool(
        project.query("select name from runs where name = ?", [name]) and _has_predictions(project, name)
    ),
}


def _has_predictions(project: Project, name: str) -> bool:
    run = project.run_folder(name)
    return not run.predictions_file.exists() or bool(predictions(project, name))
