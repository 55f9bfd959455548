"""import: reading structures and measured values into a project."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from core.cli.console import Console
from core.cli.library.cgcnn_tables import TARGET, cgcnn_folders, cgcnn_mapping
from core.cli.opening import opened
from core.cli.output_file import check_output_file
from core.cli.subcommands import Subcommands
from core.errors import SettingError, StructureError
from core.store.editing.labelling import LabelSummary, import_labels, preview_labels
from core.store.editing.own_labels import label_from_metadata
from core.store.importing.files import ImportSummary, import_files, plain_path
from core.store.importing.preparation import Disorder
from core.store.importing.report import import_report, write_report
from core.store.progress import Progress
from core.store.project import Project
from core.structures.labels.replicates import Replicates
from core.structures.labels.table import CELL_PARAMETERS, LabelColumn, TableMapping, read_labels


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    importing = commands.add_parser("import", parents=[common], help="read structures and measured values")
    importing.add_argument("project", type=Path, help="folder of the project")
    importing.add_argument(
        "paths",
        type=Path,
        nargs="*",
        metavar="PATH",
        help="files with structures, archives, or folders of them",
    )
    importing.add_argument("--collection", help="name of the collection; by default that of the first path")
    importing.add_argument(
        "--disorder",
        choices=get_args(Disorder),
        default="keep",
        help="disordered structures: keep as they are, keep each site's majority element, replace by a few "
        "ordered approximations, or leave out",
    )
    importing.add_argument(
        "--workers", type=int, metavar="N", help="processes that read; by default as needed"
    )
    importing.add_argument(
        "--report", type=Path, metavar="FILE", help="write what was not read, and all remarks, as CSV"
    )
    _add_label_options(importing.add_argument_group("measured values"))
    importing.set_defaults(command=_import, refuse_usage=importing.error)


def _add_label_options(options: argparse._ArgumentGroup) -> None:
    options.add_argument(
        "--labels", type=Path, metavar="FILE", help="table of measured values: CSV, TSV, Excel or Parquet"
    )
    options.add_argument("--id-column", default="id", metavar="COL", help="column with the structures' names")
    for name, metavar, words in (
        (
            "--property",
            "NAME=COLUMN[:UNIT]",
            "a property and its column, without --labels one of the files'; "
            "NAME[:UNIT] names the target of a CGCNN folder",
        ),
        ("--log10", "NAME", "learn this property as its logarithm"),
        ("--error", "NAME=COLUMN", "column with the measurement errors of a property"),
        ("--metadata", "COL", "keep this column with the structures, to search and group by"),
    ):
        options.add_argument(name, action="append", default=[], metavar=metavar, help=f"{words}; repeatable")
    options.add_argument(
        "--replicates",
        choices=get_args(Replicates),
        default="first",
        help="several rows of one structure: take the first, the mean or the median",
    )
    options.add_argument(
        "--formula-column", default="", metavar="COL", help="formula of rows without structure"
    )
    options.add_argument("--space-group-column", default="", metavar="COL", help="their space group")
    options.add_argument(
        "--cell-columns",
        nargs=len(CELL_PARAMETERS),
        default=(),
        metavar=tuple(name.upper() for name in CELL_PARAMETERS),
        help="their cell, angstrom and degrees",
    )
    options.add_argument("--preview", action="store_true", help="tell what the table would do; write nothing")


def _import(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    _check_options(arguments)
    folders = cgcnn_folders(arguments.paths) if arguments.labels is None else []
    mapping = _mapping(arguments, target=TARGET if folders else "")
    tables = [(folder.table, cgcnn_mapping(folder, mapping)) for folder in folders]
    if arguments.labels is not None:
        tables = [(arguments.labels, mapping)]
    for table, of_table in tables:  # a wrong column is told before a long import, not after it
        read_labels(table, of_table)
    with opened(arguments.project, console) as project:
        if arguments.preview:
            found = preview_labels(project, arguments.labels, mapping.id_column, mapping.columns, mapping)
            _describe_labels(console, found.summary, "Would store")
            return {"labels": _labels_as_json(found.summary)}
        collection = arguments.collection or _collection_name(arguments.paths)
        summary = _import_files(project, arguments, collection, console) if arguments.paths else None
        labels = _import_labels(project, tables, mapping, collection)
    for folder, (_, of_table) in zip(folders, tables, strict=False):
        names = ", ".join(f"'{column.name}'" for column in of_table.columns)
        console.show(f"'{folder.table}' is a table as CGCNN reads it; it was read for {names}.")
    if summary is not None:
        _describe(console, collection, summary)
    if labels is not None:
        _describe_labels(console, labels)
    return {
        **({} if summary is None else _as_json(collection, summary)),
        "labels": _labels_as_json(labels or LabelSummary()),
    }


def _collection_name(paths: Sequence[Path]) -> str:
    """The name of the first folder, or of the first file without its ending."""
    if not paths:
        return ""
    first = plain_path(paths[0])
    return first.name if first.is_dir() else first.stem


def _import_files(
    project: Project, arguments: argparse.Namespace, collection: str, console: Console
) -> ImportSummary:
    with console.progress("Reading structures") as advance:

        def show(progress: Progress) -> None:
            text = f"Reading structures: {progress.num_structures:,}, {progress.rate:,.0f} a second"
            advance(progress.done, progress.total, text)

        summary = import_files(
            project,
            arguments.paths,
            collection,
            disorder=arguments.disorder,
            on_rate=show,
            workers=arguments.workers,
        )
    if arguments.report is not None:
        write_report(arguments.report, import_report(project, collection))
    if not summary.num_imported:
        first = summary.rejected[0]
        raise StructureError(
            f"None of the {summary.num_files} files could be read. The first, '{first.path}': {first.reason}",
            first.hint,
        )
    return summary


def _import_labels(
    project: Project, tables: Sequence[tuple[Path, TableMapping]], mapping: TableMapping, collection: str
) -> LabelSummary | None:
    """Values from tables or, without one, from the files that were read; None when none are wanted."""
    if not (tables or mapping.columns):
        return None
    labels = LabelSummary()
    for table, of_table in tables:
        found = import_labels(project, table, of_table.id_column, of_table.columns, of_table)
        labels.matched += found.matched
        labels.unmatched += found.unmatched
        labels.invalid += found.invalid
        labels.structures += found.structures
        labels.compositions += found.compositions
    for column in () if tables else mapping.columns:
        found = label_from_metadata(project, column, collection)
        labels.matched += found.matched
        labels.invalid += found.invalid
        labels.structures = max(labels.structures, found.structures)
    return labels


def _mapping(arguments: argparse.Namespace, target: str) -> TableMapping:
    """`target`: the column of a property that is given without one, where there is such a column."""
    errors = dict(_split(text, "--error") for text in arguments.error)
    columns = tuple(_label_column(text, target, arguments.log10, errors) for text in arguments.property)
    names = {column.name for column in columns}
    for option, given in (("--log10", arguments.log10), ("--error", errors)):
        unknown = sorted(set(given) - names)
        if unknown:
            raise SettingError(
                f"'{option} {unknown[0]}' names no property.", "Give it with --property as well."
            )
    return TableMapping(
        id_column=arguments.id_column,
        columns=columns,
        replicates=arguments.replicates,
        metadata=tuple(arguments.metadata),
        formula=arguments.formula_column,
        space_group=arguments.space_group_column,
        cell=tuple(arguments.cell_columns),
    )


def _split(text: str, option: str) -> tuple[str, str]:
    name, _, column = text.partition("=")
    if not (name and column):
        raise SettingError(f"'{option} {text}' is not understood.", "Write it as NAME=COLUMN.")
    return name, column


def _label_column(text: str, target: str, log10: list[str], errors: dict[str, str]) -> LabelColumn:
    name, equals, rest = text.partition("=")
    column, _, unit = rest.rpartition(":") if ":" in rest else (rest, "", "")
    if target and not equals:
        name, _, unit = text.partition(":")
        column = target
    if not (name and column):
        raise SettingError(
            f"'--property {text}' is not understood.", "Write it as NAME=COLUMN or NAME=COLUMN:UNIT."
        )
    return LabelColumn(name=name, column=column, unit=unit, log10=name in log10, error=errors.get(name, ""))


def _check_options(arguments: argparse.Namespace) -> None:
    if arguments.labels is not None and not (arguments.property or arguments.metadata):
        raise SettingError(
            "--labels and --property belong together.",
            "Say which columns hold values, or with --metadata which are kept as text.",
        )
    if not (arguments.paths or arguments.labels):
        arguments.refuse_usage("give files or folders to import, or a table with --labels")
    if arguments.preview and arguments.labels is None:
        raise SettingError("--preview needs a table.", "Give it with --labels.")
    if arguments.report is not None:
        check_output_file(arguments.report, "--report")


def _describe(console: Console, collection: str, summary: ImportSummary) -> None:
    console.show(
        f"Read {summary.num_imported} structures from {summary.num_files} files into '{collection}'; "
        f"{summary.num_flagged} have remarks, {summary.num_rejected} could not be read."
    )
    places = [f"{one.path}, {one.block}" if one.block else one.path for one in summary.rejected]
    console.show_first(
        [f"{place}: {one.reason} {one.hint}" for place, one in zip(places, summary.rejected, strict=True)]
    )


def _describe_labels(console: Console, labels: LabelSummary, done: str = "Stored") -> None:
    console.show(
        f"{done} {labels.matched} values for {labels.structures} structures; {len(labels.unmatched)} ids "
        f"have no structure and are kept as compositions, {len(labels.invalid)} entries are not values."
    )
    console.show_first([f"row {one.row}, '{one.key}', {one.column}: {one.reason}" for one in labels.invalid])
    console.show_first([f"'{name}' is no structure" for name in labels.unmatched])


def _as_json(collection: str, summary: ImportSummary) -> dict[str, Any]:
    return {
        "collection": collection,
        "n_files": summary.num_files,
        "n_imported": summary.num_imported,
        "n_rejected": summary.num_rejected,
        "n_flagged": summary.num_flagged,
        "rejected": [vars(rejection) for rejection in summary.rejected],
    }


def _labels_as_json(labels: LabelSummary) -> dict[str, Any]:
    return {
        "matched": labels.matched,
        "unmatched": labels.unmatched,
        "invalid": [vars(problem) for problem in labels.invalid],
        "structures": labels.structures,
        "compositions": labels.compositions,
    }
