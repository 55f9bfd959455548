"""new, import, list: making a project and filling it."""

import argparse
from pathlib import Path
from typing import Any

from core.cli.console import Console
from core.cli.output_file import check_output_file
from core.cli.subcommands import Subcommands
from core.errors import SettingError, StructureError
from core.jobs.csv_file import write_csv
from core.store.importing import ImportSummary, import_files
from core.store.labelling import LabelSummary, import_labels
from core.store.project import Project
from core.structures.label_table import LabelColumn, read_label_table


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    new = commands.add_parser("new", parents=[common], help="make a project")
    new.add_argument("project", type=Path, help="folder of the new project")
    new.set_defaults(command=_new)

    listing = commands.add_parser("list", parents=[common], help="show what a project holds")
    listing.add_argument("project", type=Path, help="folder of the project")
    listing.set_defaults(command=_list)

    importing = commands.add_parser("import", parents=[common], help="read structures and measured values")
    importing.add_argument("project", type=Path, help="folder of the project")
    importing.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="CIF files or folders of them")
    importing.add_argument("--collection", help="name of the collection; by default that of the first path")
    importing.add_argument("--labels", type=Path, metavar="FILE", help="CSV table of measured values")
    importing.add_argument(
        "--id-column", default="id", metavar="COL", help="column with the structures' names"
    )
    importing.add_argument(
        "--property",
        action="append",
        default=[],
        metavar="NAME=COLUMN[:UNIT]",
        help="a property and the column that holds it; may be given several times",
    )
    importing.add_argument(
        "--log10", action="append", default=[], metavar="NAME", help="learn this property as its logarithm"
    )
    importing.add_argument(
        "--disorder",
        choices=("keep", "majority", "skip"),
        default="keep",
        help="disordered structures: keep as they are, keep each site's majority element, or leave out",
    )
    importing.add_argument("--report", type=Path, metavar="FILE", help="write what was not read, as CSV")
    importing.set_defaults(command=_import)


def _new(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    with Project.create(arguments.project) as project:
        console.show(f"Made the project '{project.folder}'.")
        return {"project": str(project.folder)}


def _list(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    with Project.open(arguments.project) as project:
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
        return {
            "collections": [vars(row) for row in collections],
            "properties": [vars(row) for row in properties],
            "runs": [{"name": run.name, "status": str(run.status())} for run in runs],
        }


def _import(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    columns = [_label_column(text, arguments.log10) for text in arguments.property]
    _check_options(arguments, columns)
    if arguments.labels is not None:  # a wrong column is told before a long import, not after it
        read_label_table(arguments.labels, arguments.id_column, columns)
    with Project.open(arguments.project) as project:
        collection = arguments.collection or arguments.paths[0].absolute().stem
        with console.progress("Reading structures") as advance:
            summary = import_files(
                project, arguments.paths, collection, disorder=arguments.disorder, on_progress=advance
            )
        labels = LabelSummary()
        if arguments.labels is not None:
            labels = import_labels(project, arguments.labels, arguments.id_column, columns)
    if arguments.report is not None:
        rows = [(r.path, r.block, r.reason, r.hint) for r in summary.rejected]
        write_csv(arguments.report, ("path", "block", "reason", "hint"), rows)
    if not summary.num_imported:
        first = summary.rejected[0]
        raise StructureError(
            f"None of the {summary.num_files} files could be read. The first, '{first.path}': {first.reason}",
            first.hint,
        )
    _describe(console, collection, summary, labels if arguments.labels is not None else None)
    return _as_json(collection, summary, labels)


def _label_column(text: str, log10: list[str]) -> LabelColumn:
    name, equals, rest = text.partition("=")
    column, _, unit = rest.rpartition(":") if ":" in rest else (rest, "", "")
    if not (name and equals and column):
        raise SettingError(
            f"'--property {text}' is not understood.", "Write it as NAME=COLUMN or NAME=COLUMN:UNIT."
        )
    return LabelColumn(name=name, column=column, unit=unit, log10=name in log10)


def _check_options(arguments: argparse.Namespace, columns: list[LabelColumn]) -> None:
    unknown = set(arguments.log10) - {column.name for column in columns}
    if unknown:
        raise SettingError(
            f"'--log10 {unknown.pop()}' names no property.", "Give it with --property as well."
        )
    if (arguments.labels is None) == bool(columns):
        raise SettingError("--labels and --property belong together.", "Give both, or neither.")
    if arguments.report is not None:
        check_output_file(arguments.report, "--report")


def _describe(console: Console, collection: str, summary: ImportSummary, labels: LabelSummary | None) -> None:
    console.show(
        f"Read {summary.num_imported} structures from {summary.num_files} files into '{collection}'; "
        f"{summary.num_flagged} have remarks, {summary.num_rejected} could not be read."
    )
    console.show_first([f"{one.path}: {one.reason} {one.hint}" for one in summary.rejected])
    if labels is not None:
        console.show(
            f"Stored {labels.matched} values; {len(labels.unmatched)} ids have no structure, "
            f"{len(labels.invalid)} entries are not values."
        )
        console.show_first(
            [f"row {one.row}, '{one.key}', {one.column}: {one.reason}" for one in labels.invalid]
        )
        console.show_first([f"'{name}' is no structure" for name in labels.unmatched])


def _as_json(collection: str, summary: ImportSummary, labels: LabelSummary) -> dict[str, Any]:
    return {
        "collection": collection,
        "n_files": summary.num_files,
        "n_imported": summary.num_imported,
        "n_rejected": summary.num_rejected,
        "n_flagged": summary.num_flagged,
        "rejected": [vars(rejection) for rejection in summary.rejected],
        "labels": {
            "matched": labels.matched,
            "unmatched": labels.unmatched,
            "invalid": [vars(problem) for problem in labels.invalid],
        },
    }
