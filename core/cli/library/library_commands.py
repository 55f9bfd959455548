"""new, list: making a project and showing what it holds."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.subcommands import Subcommands
from core.store.library.query import StructureQuery
from core.store.library.search import ORDERS, find_structures, rows_of
from core.store.project import Project
from core.store.rows import CompositionRow, StructureRow

_ELEMENT_OPTIONS: Final = {
    "elements": "with all of these elements",
    "only": "with no elements but these",
    "without": "with none of these elements",
}


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    new = commands.add_parser("new", parents=[common], help="make a project")
    new.add_argument("project", type=Path, help="folder of the new project")
    new.set_defaults(command=_new)

    listing = commands.add_parser("list", parents=[common], help="show what a project holds")
    listing.add_argument("project", type=Path, help="folder of the project")
    search = listing.add_argument_group("structures", "list the structures that meet all conditions")
    search.add_argument("--collection", help="only of this collection")
    search.add_argument("--find", metavar="TEXT", help="part of a name, formula, file, tag or metadata value")
    search.add_argument("--formula", help="reduced formula, elements in any order")
    for name, words in _ELEMENT_OPTIONS.items():
        search.add_argument(f"--{name}", metavar="Li,O", default="", help=words)
    search.add_argument("--sort", choices=ORDERS, default="id", help="column to sort by")
    listing.add_argument(
        "--compositions", action="store_true", help="list the rows of tables that have no structure"
    )
    listing.set_defaults(command=_list)


def _new(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    with Project.create(arguments.project) as project:
        console.show(f"Made the project '{project.folder}'.")
        return {"project": str(project.folder)}


def _list(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    with opened(arguments.project, console) as project:
        collections, properties, runs = project.collections(), project.properties(), project.runs()
        console.table(
            "Collections", ["name", "structures"], [[c.name, str(c.num_structures)] for c in collections]
        )
        console.table(
            "Properties",
            ["name", "unit", "learned as", "values"],
            [[p.name, p.unit, p.transform, str(p.num_labels)] for p in properties],
        )
        console.table("Runs", ["name", "status"], [[run.name, str(run.status())] for run in runs])
        listed = {
            "collections": [vars(row) for row in collections],
            "properties": [vars(row) for row in properties],
            "runs": [{"name": run.name, "status": str(run.status())} for run in runs],
        }
        query = _query(arguments)
        if query is not None:
            rows = rows_of(project, find_structures(project, query, order=arguments.sort))
            _show_structures(console, rows)
            listed["structures"] = [vars(row) for row in rows]
        if arguments.compositions:
            entries = project.compositions()
            _show_compositions(console, entries)
            listed["compositions"] = [vars(row) for row in entries]
        return listed


def _query(arguments: argparse.Namespace) -> StructureQuery | None:
    """What to list; None when no condition was given."""
    elements = {name: _symbols(getattr(arguments, name)) for name in _ELEMENT_OPTIONS}
    query = StructureQuery(
        collection=arguments.collection,
        text=arguments.find or "",
        formula=arguments.formula or "",
        elements_all=elements["elements"],
        elements_only=elements["only"],
        elements_none=elements["without"],
    )
    return None if query == StructureQuery() else query


def _symbols(text: str) -> tuple[str, ...]:
    return tuple(symbol.strip() for symbol in text.split(",") if symbol.strip())


def _show_structures(console: Console, rows: Sequence[StructureRow]) -> None:
    cells = [
        [row.name, row.formula, str(row.num_sites), f"{row.density:.2f}", "; ".join(row.flags)]
        for row in rows
    ]
    console.table(f"{len(rows):,} structures", ["name", "formula", "sites", "g/cm3", "remarks"], cells)


def _show_compositions(console: Console, rows: Sequence[CompositionRow]) -> None:
    cells = [[row.name, row.formula, row.space_group, row.cell] for row in rows]
    console.table(f"{len(rows):,} compositions", ["name", "formula", "space group", "cell"], cells)
