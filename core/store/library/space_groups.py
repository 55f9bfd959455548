"""Space groups of the structures of a project, by spglib, in the background."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

import numpy as np

from core.errors import StructureError
from core.store.database import placeholders
from core.store.process_pool import new_pool
from core.store.project import Project
from core.structures.structure import Structure

TOLERANCE = 0.01  # angstrom; atoms this near to their symmetry copies are at them
NOT_FOUND = 0  # stored where spglib finds no symmetry, not even the identity: sites on top of each other
STRUCTURES_PER_STEP = 50  # written at once, so that a kill loses little

SpaceGroup = tuple[int, str]  # number and Hermann-Mauguin symbol


def compute_space_groups(
    project: Project,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Find the space group of each structure that has none yet; gives their number.

    Many are done in a process of their own, so that a window stays quick. What was found before
    `cancelled` said so is kept.
    """
    unknown = "select id from structures where space_group is null and not deleted order by id"
    [numbers] = project.columns(["id"], unknown)
    with ExitStack() as stack:
        pool = stack.enter_context(new_pool(1)) if len(numbers) > STRUCTURES_PER_STEP else None
        for done in range(0, len(numbers), STRUCTURES_PER_STEP):
            if cancelled():
                return done
            step = numbers[done : done + STRUCTURES_PER_STEP]
            _write(project, step, _find_all(pool, _contents(project, step)))
            on_progress(done + len(step), len(numbers))
    return len(numbers)


def find_space_group(structure: Structure) -> SpaceGroup:
    """Number and symbol of the space group; sites are alike when they hold the same species.

    Occupancies count to three decimals. (0, "") where spglib finds no symmetry.
    """
    import spglib  # imported late: opening a project does not need it

    try:
        found = spglib.get_symmetry_dataset(_cell(structure), symprec=TOLERANCE)
    except spglib.SpglibError:
        found = None
    return (int(found.number), str(found.international)) if found is not None else (NOT_FOUND, "")


def primitive_cell(structure: Structure) -> Structure:
    """A primitive cell of a structure, without site labels; the structure where spglib finds none."""
    import spglib

    lattice, coords, numbers = _cell(structure)
    try:
        found = spglib.find_primitive((lattice, coords, numbers), symprec=TOLERANCE)
    except spglib.SpglibError:
        found = None
    if found is None:
        return structure
    present = dict(zip(numbers, structure.species, strict=True))
    species = tuple(present[int(number)] for number in found[2])
    return Structure(np.array(found[0]), np.array(found[1]), species)


def _cell(structure: Structure) -> tuple[list[list[float]], list[list[float]], list[int]]:
    """Lattice, coordinates, and a number for each kind of site, as spglib wants them."""
    kinds: dict[tuple[tuple[str, float], ...], int] = {}
    numbers = [
        kinds.setdefault(tuple(sorted((s, round(o, 3)) for s, o in site.items())), len(kinds) + 1)
        for site in structure.species
    ]
    return structure.lattice.tolist(), structure.frac_coords.tolist(), numbers


def find_space_groups(contents: Sequence[str]) -> list[SpaceGroup]:
    """Space groups of structures given as JSON; a damaged one has none."""
    groups = []
    for content in contents:
        try:
            groups.append(find_space_group(Structure.from_dict(json.loads(content))))
        except (StructureError, ValueError):
            groups.append((NOT_FOUND, ""))
    return groups


def _find_all(pool: ProcessPoolExecutor | None, contents: Sequence[str]) -> list[SpaceGroup]:
    return find_space_groups(contents) if pool is None else pool.submit(find_space_groups, contents).result()


def _contents(project: Project, numbers: Sequence[int]) -> list[str]:
    sql = f"select structure_id, content from contents where structure_id in ({placeholders(numbers)})"
    contents = {row["structure_id"]: row["content"] for row in project.query(sql, numbers)}
    return [contents[number] for number in numbers]


def _write(project: Project, numbers: Sequence[int], groups: Sequence[SpaceGroup]) -> None:
    with project.transaction():
        project.db.conn.executemany(
            "update structures set space_group = ?, space_group_symbol = ? where id = ?",
            [(*group, number) for group, number in zip(groups, numbers, strict=True)],
        )
