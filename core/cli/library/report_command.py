"""report: what imports could not read, and the remarks on what they did read."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.cli.console import Console
from core.cli.opening import opened
from core.cli.output_file import check_output_file
from core.cli.subcommands import Subcommands
from core.store.importing.report import ReportRow, import_report, write_report


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command."""
    report = commands.add_parser(
        "report", parents=[common], help="show what was not read, and the remarks on what was"
    )
    report.add_argument("project", type=Path, help="folder of the project")
    report.add_argument("--collection", help="only of this collection")
    report.add_argument("--out", type=Path, metavar="FILE", help="write all of it as CSV")
    report.set_defaults(command=_report)


def _report(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    if arguments.out is not None:
        check_output_file(arguments.out, "--out")
    with opened(arguments.project, console) as project:
        rows = import_report(project, arguments.collection)
    if arguments.out is not None:
        write_report(arguments.out, rows)
    not_read = [row for row in rows if row.kind == "not read"]
    remarks = [row for row in rows if row.kind == "remark"]
    flagged = len({row.structure_id for row in remarks})
    console.show(f"Files or blocks that were not read: {len(not_read)}. Structures with remarks: {flagged}.")
    console.show_first(_lines(not_read))
    console.show_first(_lines(remarks))
    return {"n_rejected": len(not_read), "n_flagged": flagged, "rows": [vars(row) for row in rows]}


def _lines(rows: Sequence[ReportRow]) -> list[str]:
    places = [row.structure or ", ".join(filter(None, (row.path, row.block))) for row in rows]
    return [f"{place}: {row.reason} {row.hint}".rstrip() for place, row in zip(places, rows, strict=True)]
