"""The first stage of every job: crystal graphs of its structures, kept in the run folder.

Once graphs.npz is there, the rest of the job needs neither readers nor symmetry, so that a prepared
folder runs on a bare machine. Graphs that another run of the project made are taken from there.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.config import ComputeSettings, Settings
from core.encoders.encoding import without_features
from core.errors import RunError, StructureError, TooFewStructures
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_cache import Found, GraphCache, structure_key, trim_cache
from core.graphs.graph_file import load_graphs, save_graphs
from core.graphs.open_files import allow_many_open_files
from core.jobs.atomic import write_atomically
from core.jobs.run_folder import RunFolder
from core.training.composition import without_structure
from core.training.room import require_room

BYTES_PER_GB = 1e9


@dataclass(frozen=True)
class Skipped:
    """A structure that this job cannot use, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class PreparedStructures:
    """The structures that a job uses: rows of structures.jsonl beside their graphs.

    In place of its structure, which would fill the memory, a row has its composition: element -> amount.
    """

    rows: list[dict[str, Any]]
    graphs: list[CrystalGraph]
    skipped: list[Skipped]

    @property
    def num_features(self) -> int:
        """Number of features of a site."""
        return int(self.graphs[0].site_features.shape[1])

    def without(self, indices: Collection[int], reason: str) -> "PreparedStructures":
        """The same with some structures, by index, among the skipped ones."""
        kept = [k for k in range(len(self.rows)) if k not in indices]
        skipped = [Skipped(self.rows[k]["name"], reason) for k in sorted(indices)]
        rows, graphs = [self.rows[k] for k in kept], [self.graphs[k] for k in kept]
        return PreparedStructures(rows, graphs, [*self.skipped, *skipped])


def prepare(
    run: RunFolder,
    settings: Settings,
    compute: ComputeSettings,
    on_progress: Callable[[int, int], None],
    unknown_elements: frozenset[str] = frozenset(),
) -> PreparedStructures:
    """Build, or read back, the graphs of a run; structures that have none are listed as skipped.

    So are those with elements that the model to be used does not know. What `on_progress` raises ends the
    work, and what was made by then is kept for the next start. Raises TooFewStructures when no structure is
    left, StructureError where none may be skipped, RunError when the graphs are damaged, of other
    structures, or cannot be built on this machine, CoreError when they do not fit into its memory.
    """
    require_room(run)
    rows = [without_structure(row) for row in run.structures()]
    if not rows:
        raise TooFewStructures(
            "The run holds no structures.", "Make a new run of a collection that has some."
        )
    if not run.graphs_file.exists():
        _build(run, settings, compute, on_progress)
    graphs, reasons = load_graphs(run.graphs_file)
    if len(reasons) != len(rows):
        raise RunError(
            f"'{run.graphs_file}' was made from other structures than the run has now.",
            "Delete the file and resume the run.",
        )
    kept = [row for row, reason in zip(rows, reasons, strict=True) if not reason]
    skipped = [Skipped(row["name"], reason) for row, reason in zip(rows, reasons, strict=True) if reason]
    prepared = _without_unknown(PreparedStructures(kept, graphs, skipped), unknown_elements)
    if not prepared.rows:
        raise TooFewStructures(
            f"None of the {len(rows)} structures can be used: {prepared.skipped[0].reason}",
            "See the list in the run.",
        )
    if prepared.skipped and compute.unusable == "fail":
        first = prepared.skipped[0]
        raise StructureError(
            f"'{first.name}' cannot be used: {first.reason}",
            "Take it out of the collection, or allow such structures to be left out.",
        )
    return prepared


def _without_unknown(prepared: PreparedStructures, elements: frozenset[str]) -> PreparedStructures:
    """Skip the structures that have one of the elements."""
    found = [elements & row["composition"].keys() for row in prepared.rows]
    known = [k for k, unknown in enumerate(found) if not unknown]
    skipped = [
        Skipped(row["name"], " ".join(without_features(unknown)))
        for row, unknown in zip(prepared.rows, found, strict=True)
        if unknown
    ]
    return PreparedStructures(
        [prepared.rows[k] for k in known],
        [prepared.graphs[k] for k in known],
        [*prepared.skipped, *skipped],
    )


def _build(
    run: RunFolder, settings: Settings, compute: ComputeSettings, on_progress: Callable[[int, int], None]
) -> None:
    """Write the graphs of a run, those that are not in the cache made anew."""
    try:
        from core.graphs.building import build_graphs, choose_workers
    except ImportError as error:  # on a bare machine, which can train but not prepare
        raise RunError(
            f"The structures of this run are not prepared yet, which needs '{error.name}'.",
            "Start and stop the run on a machine with all of Siteloupe, then copy the folder here.",
        ) from error
    keys = [key for key, _ in _structures(run)]
    allow_many_open_files()
    cache = GraphCache(run.graph_cache, settings)
    found = cache.find(keys)
    missing = set(keys) - found.keys()

    def tell(done: int) -> None:
        on_progress(len(keys) - len(missing) + done, len(keys))

    if missing:
        items = _first_of_each(_structures(run), missing)
        found |= build_graphs(cache, settings, items, choose_workers(len(missing)), tell)
    _write(run, keys, found)
    is_shared = run.path not in run.graph_cache.parents
    trim_cache(run.graph_cache, compute.graph_cache * BYTES_PER_GB if is_shared else 0.0)


def _structures(run: RunFolder) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for row in run.structures():
        yield structure_key(row["structure"]), row["structure"]


def _first_of_each(
    items: Iterator[tuple[str, Mapping[str, Any]]], wanted: set[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    waiting = set(wanted)
    for key, content in items:
        if key in waiting:
            waiting.remove(key)
            yield key, content


def _write(run: RunFolder, keys: list[str], found: Found) -> None:
    results = [found[key] for key in keys]
    graphs = [result for result in results if isinstance(result, CrystalGraph)]
    reasons = [result if isinstance(result, str) else "" for result in results]
    write_atomically(run.graphs_file, lambda partial: save_graphs(partial, graphs, reasons))
