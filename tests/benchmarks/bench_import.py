"""Speed of reading crystals, against the libraries that others use, on the same files in the same run.

    python -m tests.benchmarks.bench_import [obelix] [database] [graph]

obelix: files per second into a project (parsing, checks, database) against pymatgen's `from_file`, one
core each. database: 29,343 crystals into a project on all cores, with the peak memory of all processes.
graph: from a CIF to a graph against the two loaders of the cgcnn2 package, one core each (install it by
hand: `pip install --no-deps cgcnn2`). All need ../shared/data.
"""

import csv
import importlib.util
import json
import lzma
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import psutil

from core.store.importing.files import import_files
from core.store.project import Project
from core.structures.cif.writer import to_cif
from core.structures.readers.read import read_file
from core.structures.structure import Structure

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
MP_CRYSTALS = SHARED_DATA / "mp_crystals" / "mp_crystals_dev.jsonl.xz"
ATOM_TABLE = SHARED_DATA / "cgcnn_pretrained" / "pretrained" / "atom_init.json"
NUM_GRAPHS = 300
REPEATS = 4
WIDTH = 58


def best_seconds(works: Sequence[Callable[[], object]]) -> list[float]:
    """Processor time of the fastest of some repeats of each, taken in turns.

    Time that other programs take from this one does not count, but they still empty its caches.
    """
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS):
        for work, taken in zip(works, seconds, strict=True):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
    return [min(taken) for taken in seconds]


def show(title: str, count: int, seconds: float, ratio: str = "") -> None:
    print(f"{title:<{WIDTH}}{1000 * seconds / count:>9.2f} ms each{count / seconds:>9.0f}/s   {ratio}")


@contextmanager
def empty_project() -> Iterator[Project]:
    with tempfile.TemporaryDirectory() as folder, Project.create(Path(folder) / "project") as project:
        yield project


def import_all(project: Project, files: Sequence[Path]) -> None:
    summary = import_files(project, files, "all", workers=1)
    if summary.num_imported < len(files):  # a file that is not read takes no time
        raise SystemExit(f"{summary.num_rejected} files were not read: {summary.rejected[0]}")


def bench_obelix() -> None:
    from pymatgen.core import Structure as PymatgenStructure

    files = sorted((SHARED_DATA / "obelix" / "cifs").glob("*.cif"))
    with ExitStack() as stack:
        # One for each repeat, and one to warm up; making a project is no part of an import.
        projects = iter([stack.enter_context(empty_project()) for _ in range(REPEATS + 1)])
        import_files(next(projects), files[:20], "all")
        ours, theirs = best_seconds(
            (
                lambda: import_all(next(projects), files),
                lambda: [PymatgenStructure.from_file(path) for path in files],
            )
        )
    print(f"\n{len(files)} files of obelix/cifs, one core")
    show("pymatgen.core.Structure.from_file", len(files), theirs)
    show("import into a project", len(files), ours, f"{theirs / ours:.1f} times faster (wanted: 15)")


def bench_database() -> None:
    peak = PeakMemory()
    with empty_project() as project, peak:
        start = time.perf_counter()
        count = import_files(project, [MP_CRYSTALS], "all").num_imported
        seconds = time.perf_counter() - start
    print(f"\n{MP_CRYSTALS.name} on {len(os.sched_getaffinity(0))} cores (wanted: below 60 s and 1,500 MB)")
    show(
        "import into a project",
        count,
        seconds,
        f"{count:,} crystals in {seconds:.1f} s, {peak.megabytes:.0f} MB",
    )


class PeakMemory:
    """Largest memory of this process and its children together; shared pages count in each."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._done.wait(0.1):
            used = 0
            for process in (own, *own.children(recursive=True)):
                try:
                    used += process.memory_info().rss
                except psutil.Error:  # it has just ended
                    continue
            self.megabytes = max(self.megabytes, used / 1024**2)


def bench_graph() -> None:
    if importlib.util.find_spec("cgcnn2") is None:
        print("\nFrom CIF to graph: left out, the package cgcnn2 is not installed.")
        return
    from cgcnn2.data import CIFData, CIFData_NoTarget

    from core.encoder_settings import CGCNNSettings, SiteNetSettings
    from core.graphs.build import build_crystal_graph
    from core.graphs.crystal_graph import CrystalGraph

    with tempfile.TemporaryDirectory() as folder:
        files = write_cgcnn_folder(Path(folder))

        def build(settings: SiteNetSettings | CGCNNSettings) -> list[CrystalGraph]:
            """As the program does it: all files are read, then all graphs are made."""
            structures = [read_file(path)[0][0].structure for path in files]
            return [build_crystal_graph(structure, settings) for structure in structures]

        works = (
            lambda: build(CGCNNSettings(neighbour_choice="published", merge_equivalent=False)),
            lambda: build(CGCNNSettings(neighbour_choice="published", merge_equivalent=True)),
            lambda: build(SiteNetSettings(merge_equivalent=False)),
            lambda: [read_file(path) for path in files],
            lambda: load_all(CIFData, folder, len(files)),
            lambda: load_all(CIFData_NoTarget, folder, len(files)),
        )
        ours, merged, site_net, reading, fast, slow = best_seconds(works)
    print(f"\n{len(files)} Materials Project crystals as CIF files, from file to graph, one core")
    show("cgcnn2 CIFData_NoTarget, 12 neighbours within 8 angstrom", len(files), slow)
    show("cgcnn2 CIFData, 12 neighbours within 8 angstrom", len(files), fast)
    ratios = f"{slow / ours:.1f} (wanted: 30) and {fast / ours:.1f} (wanted: 8) times faster"
    show("core.graphs, the same neighbours", len(files), ours, ratios)
    show("core.graphs, these with equivalent sites merged", len(files), merged)
    show("core.graphs, all pairs in a supercell for Site-Net", len(files), site_net)
    show(
        "of each of these, reading and checks",
        len(files),
        reading,
        f"{slow / reading:.1f} and {fast / reading:.1f} times",
    )


def load_all(kind: Callable[[str], Sequence[object]], folder: str, count: int) -> None:
    """Load every crystal through a new loader: it keeps what it has loaded."""
    loader = kind(folder)
    for number in range(count):
        loader[number]


def write_cgcnn_folder(folder: Path) -> list[Path]:
    """Some crystals as CIF files, with the two further files that the loaders want."""
    with lzma.open(MP_CRYSTALS, "rt") as lines:
        rows = random.Random(0).sample([json.loads(line) for line in lines], NUM_GRAPHS)
    paths = []
    for row in rows:
        species = tuple({symbol: 1.0} for symbol in row["species"])
        structure = Structure(np.array(row["lattice"]), np.array(row["frac_coords"]), species)
        paths.append(folder / f"{row['id']}.cif")
        paths[-1].write_text(to_cif(structure, row["id"]))
    with (folder / "id_prop.csv").open("w", newline="") as file:
        csv.writer(file).writerows((path.stem, 0.0) for path in paths)
    shutil.copy(ATOM_TABLE, folder / "atom_init.json")
    return paths


def on_one_core(work: Callable[[], None]) -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        work()
    finally:
        os.sched_setaffinity(0, cores)


def main() -> None:
    warnings.simplefilter("ignore")
    chosen = sys.argv[1:] or ["obelix", "database", "graph"]
    if "obelix" in chosen:
        on_one_core(bench_obelix)
    if "database" in chosen:
        bench_database()
    if "graph" in chosen:
        on_one_core(bench_graph)


if __name__ == "__main__":
    main()
