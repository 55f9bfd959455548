"""The first stage of every job: crystal graphs of its structures, kept in the run folder.

Once graphs.npz is there, the rest of the job needs neither readers nor symmetry, so that a prepared
folder runs on a bare machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.config import Settings
from core.errors import CoreError, RunError, TooFewStructures
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_file import load_graphs, save_graphs
from core.jobs.atomic import write_atomically
from core.jobs.run_folder import RunFolder
from core.structures.structure import Structure


@dataclass(frozen=True)
class Skipped:
    """A structure that this job cannot use, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class PreparedStructures:
    """The structures that a job uses: rows of structures.jsonl beside their graphs."""

    rows: list[dict[str, Any]]
    graphs: list[CrystalGraph]
    skipped: list[Skipped]

    @property
    def num_features(self) -> int:
        """Number of features of a site."""
        return int(self.graphs[0].site_features.shape[1])


def prepare(
    run: RunFolder, settings: Settings, on_progress: Callable[[int, int], None]
) -> PreparedStructures:
    """Build, or read back, the graphs of a run; structures that have none are listed as skipped.

    Raises TooFewStructures when none is left, RunError when the graphs are damaged, of other
    structures, or cannot be built on this machine.
    """
    rows = list(run.structures())
    if not rows:
        raise TooFewStructures(
            "The run holds no structures.", "Make a new run of a collection that has some."
        )
    if run.graphs_file.exists():
        graphs, reasons = load_graphs(run.graphs_file)
    else:
        graphs, reasons = _build(rows, settings, on_progress)
        write_atomically(run.graphs_file, lambda partial: save_graphs(partial, graphs, reasons))
    if len(reasons) != len(rows):
        raise RunError(
            f"'{run.graphs_file}' was made from other structures than the run has now.",
            "Delete the file and resume the run.",
        )
    kept = [row for row, reason in zip(rows, reasons, strict=True) if not reason]
    skipped = [Skipped(row["name"], reason) for row, reason in zip(rows, reasons, strict=True) if reason]
    if not kept:
        raise TooFewStructures(
            f"None of the {len(rows)} structures can be used: {skipped[0].reason}", "See the list in the run."
        )
    return PreparedStructures(kept, graphs, skipped)


def _build(
    rows: list[dict[str, Any]], settings: Settings, on_progress: Callable[[int, int], None]
) -> tuple[list[CrystalGraph], list[str]]:
    try:
        from core.graphs.build import build_crystal_graph
    except ImportError as error:  # on a bare machine, which can train but not prepare
        raise RunError(
            f"The structures of this run are not prepared yet, which needs '{error.name}'.",
            "Start and stop the run on a machine with all of Siteloupe, then copy the folder here.",
        ) from error
    graphs: list[CrystalGraph] = []
    reasons: list[str] = []
    for done, row in enumerate(rows, start=1):
        try:
            graphs.append(build_crystal_graph(Structure.from_dict(row["structure"]), settings))
            reasons.append("")
        except CoreError as error:
            reasons.append(str(error))
        on_progress(done, len(rows))
    return graphs, reasons
