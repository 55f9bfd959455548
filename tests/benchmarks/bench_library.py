"""Time to open, sort, search and edit a library of 100,000 structures.

python -m tests.benchmarks.bench_library [NUMBER]
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.store.editing.collections import make_collection
from core.store.editing.edits import redo, undo
from core.store.editing.structures import add_tag, delete_structures
from core.store.importing.preparation import FilePart, StructureRecord
from core.store.importing.writing import write_parts
from core.store.library.histograms import element_counts, property_histogram
from core.store.library.query import PropertyRange, StructureQuery
from core.store.library.search import find_structures, rows_of
from core.store.project import Project
from core.structures.readers.read import Flag

ELEMENTS = ("Li", "Na", "K", "Mg", "Ca", "Al", "Si", "Ti", "Fe", "Zr", "La", "O", "S", "F", "Cl", "N")
CONTENT = (
    '{"lattice":[[4,0,0],[0,4,0],[0,0,4]],"frac_coords":[' + ",".join(["[0.12345,0.5,0.75]"] * 60) + "]}"
)
FILE_SIZE = 1000  # structures


def records(count: int) -> list[StructureRecord]:
    chance = random.Random(0)
    made = []
    for number in range(count):
        symbols = sorted(chance.sample(ELEMENTS, chance.randint(1, 5)))
        amounts = tuple((symbol, float(chance.randint(1, 12))) for symbol in symbols)
        made.append(
            StructureRecord(
                name=f"generated-{chance.randrange(10**9):09d}-{number}",
                path=f"/home/user/crystals/generated/part{number // FILE_SIZE}.jsonl",
                block="",
                formula="".join(f"{symbol}{amount:g}" for symbol, amount in amounts),
                num_sites=int(sum(amount for _, amount in amounts)),
                is_ordered=number % 5 > 0,
                volume=chance.uniform(20.0, 2000.0),
                density=chance.uniform(1.0, 12.0),
                content_hash=f"{chance.randrange(16**12):064x}",
                content=CONTENT,
                original=None,
                disorder="keep",
                amounts=amounts,
                flags=(Flag("bad_density", "Odd."),) if number % 10 == 0 else (),
                metadata=(("family", f"family {number % 7}"),),
            )
        )
    return made


def fill(project: Project, count: int) -> None:
    made = records(count)
    parts = [FilePart(made[k].path, made[k : k + FILE_SIZE]) for k in range(0, count, FILE_SIZE)]
    write_parts(project, "all", parts)
    project.db.execute("insert into properties (id, name, unit, transform) values (1, 'gap', 'eV', 'none')")
    project.db.execute(
        "insert into labels (structure_id, property_id, value, bound, raw) "
        "select id, 1, density / 3, '', '' from structures where id % 3 = 0"
    )
    project.db.conn.commit()


def show(name: str, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    outcome = work()
    seconds = time.perf_counter() - start
    size = f"{len(outcome):,} found" if isinstance(outcome, list) else ""
    print(f"{name:<44}{1000 * seconds:>9.0f} ms   {size}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project"
        with Project.create(path) as project:
            show(f"writing {count:,} structures", lambda: fill(project, count))
        print(f"project.db: {(path / 'project.db').stat().st_size / 1024**2:.0f} MB")
        start = time.perf_counter()
        project = Project.open(path)
        numbers = find_structures(project, StructureQuery(collection="all"))
        rows_of(project, numbers[:100])
        print(f"{'opening, to the first page':<44}{1000 * (time.perf_counter() - start):>9.0f} ms")
        for order in ("name", "formula", "num_sites", "density", "space_group", "path"):
            show(f"sorting by {order}", lambda order=order: find_structures(project, order=order))
        show("sorting by a property", lambda: find_structures(project, property_name="gap", descending=True))
        show("a page of 200 rows", lambda: rows_of(project, numbers[50_000:50_200]))
        queries = {
            "text": StructureQuery(text="12345"),
            "formula": StructureQuery(formula="Li2O"),
            "all of Li, O": StructureQuery(elements_all=("Li", "O")),
            "only Li, O, Si, Al": StructureQuery(elements_only=("Li", "O", "Si", "Al")),
            "no S, F, Cl": StructureQuery(elements_none=("S", "F", "Cl")),
            "gap from 1 to 2 eV": StructureQuery(properties=(PropertyRange("gap", 1.0, 2.0),)),
            "flags": StructureQuery(flags=("bad_density",)),
            "metadata": StructureQuery(metadata=(("family", "family 3"),)),
        }
        for name, query in queries.items():
            show(f"searching {name}", lambda query=query: find_structures(project, query, order="density"))
        show("histogram of a property", lambda: property_histogram(project, "gap"))
        show("histogram of elements", lambda: element_counts(project))
        show("all rows at once", project.structure_rows)
        some = numbers[:10_000]
        show("tagging 10,000", lambda: add_tag(project, some, "seen"))
        show("deleting 10,000", lambda: delete_structures(project, some))
        show("undoing that", lambda: undo(project))
        show("redoing that", lambda: redo(project))
        show("a collection of 10,000", lambda: make_collection(project, "some", some))
        project.close()


if __name__ == "__main__":
    main()
