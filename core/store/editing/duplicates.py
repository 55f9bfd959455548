"""Structures that are in the library more than once, exactly or nearly, and merging them."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.errors import ProjectError
from core.store.editing.edits import Recorder, recorded
from core.store.library.space_groups import primitive_cell
from core.store.project import Project
from core.structures.structure import Structure

if TYPE_CHECKING:
    from pymatgen.core import Structure as PymatgenStructure

LENGTH_TOLERANCE = 0.1  # relative, of the cell's edges
SITE_TOLERANCE = 0.2  # of the mean free length per atom, (V / n)^(1/3)
ANGLE_TOLERANCE = 5.0  # degrees
LIKE_VOLUMES = 1.1  # ratio of volumes per atom up to which two structures are compared

Group = tuple[int, ...]


def duplicate_groups(project: Project) -> list[Group]:
    """Groups of exact duplicates and of those that `find_near_duplicates` found, to be offered for merging.

    Ordered approximations of one disordered structure are no duplicates.
    """
    group = "coalesce('near ' || s.duplicate_group, s.content_hash)"
    return _groups(project, group, "and s.disorder <> 'enumerate'")


def find_near_duplicates(
    project: Project,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Group]:
    """Compare structures of like composition with pymatgen's StructureMatcher and record what is alike.

    The groups are kept with the project, so that splits into training and test never divide them. When
    `cancelled` says so, the compositions that were finished before are recorded. Gives the groups found.
    """
    buckets = [bucket for bucket in _like_compositions(project).values() if len(bucket) > 1]
    total, done = sum(map(len, buckets)), 0
    found: list[Group] = []
    for bucket in buckets:
        comparison = _Comparison(project)
        for number in bucket:
            if cancelled():
                return found
            comparison.add(number)
            done += 1
            on_progress(done, total)
        groups = comparison.groups()
        _record(project, bucket, groups)
        found += groups
    return found


def merge_duplicates(project: Project, structure_ids: Sequence[int], keep: int) -> None:
    """Keep one of several structures and delete the others; can be undone.

    The one that is kept gets collections and tags of all, and those labels and metadata that it does not
    have, from the first of the others that does. Raises ProjectError when `keep` is not among them.
    """
    if keep not in structure_ids:
        raise ProjectError("The structure to keep is not among those to merge.")
    others = [number for number in structure_ids if number != keep]
    with recorded(project, f"Merge {len(structure_ids)} duplicates") as recorder:
        for other in others:
            _hand_over(project, recorder, other, keep)
            recorder.update("structures", [other], {"deleted": 1})


def _groups(project: Project, key: str, condition: str = "") -> list[Group]:
    sql = (
        f"select group_concat(id) as ids from (select s.id, {key} as key from structures s "
        f"where not s.deleted {condition} order by s.id) group by key having count(*) > 1 order by min(id)"
    )
    return [tuple(sorted(map(int, row["ids"].split(",")))) for row in project.query(sql)]


def _like_compositions(project: Project) -> dict[tuple[tuple[str, float], ...], list[int]]:
    """Numbers of structures by atomic fractions, which unlike the formula do not depend on the cell."""
    amounts: dict[int, list[tuple[str, float]]] = {}
    sql = (
        "select e.structure_id, e.symbol, e.amount from elements e "
        "join structures s on s.id = e.structure_id "
        "where not s.deleted order by e.structure_id, e.symbol"
    )
    for row in project.query(sql):
        amounts.setdefault(row["structure_id"], []).append((row["symbol"], row["amount"]))
    buckets: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for number, parts in amounts.items():
        total = sum(amount for _, amount in parts)
        buckets.setdefault(tuple((symbol, round(amount / total, 3)) for symbol, amount in parts), []).append(
            number
        )
    return buckets


class _Comparison:
    """Sorts structures into groups of like ones; each is compared with the first of each group."""

    def __init__(self, project: Project) -> None:
        from pymatgen.analysis.structure_matcher import StructureMatcher  # imported late: it takes seconds

        self._project = project
        self._groups: list[tuple[PymatgenStructure, list[int]]] = []
        self._matcher = StructureMatcher(
            LENGTH_TOLERANCE, SITE_TOLERANCE, ANGLE_TOLERANCE, primitive_cell=False, scale=False
        )

    def add(self, number: int) -> None:
        structure = _as_pymatgen(primitive_cell(self._project.structure(number)))
        for first, members in self._groups:
            if self._are_alike(first, structure):
                members.append(number)
                return
        self._groups.append((structure, [number]))

    def groups(self) -> list[Group]:
        """The groups of several."""
        return [tuple(members) for _, members in self._groups if len(members) > 1]

    def _are_alike(self, one: "PymatgenStructure", other: "PymatgenStructure") -> bool:
        volumes = sorted((one.volume / len(one), other.volume / len(other)))
        if len(one) != len(other) or volumes[1] > LIKE_VOLUMES * volumes[0]:
            return False
        return bool(self._matcher.fit(one, other))


def _as_pymatgen(structure: Structure) -> "PymatgenStructure":
    from pymatgen.core import Lattice
    from pymatgen.core import Structure as PymatgenStructure

    species = [dict(site) for site in structure.species]
    return PymatgenStructure(Lattice(structure.lattice), species, structure.frac_coords)


def _record(project: Project, compared: Sequence[int], groups: Sequence[Group]) -> None:
    with project.transaction():
        project.db.conn.executemany(
            "update structures set duplicate_group = null where id = ? and disorder <> 'enumerate'",
            [(number,) for number in compared],
        )
        project.db.conn.executemany(
            "update structures set duplicate_group = ? where id = ? and disorder <> 'enumerate'",
            [(min(group), number) for group in groups for number in group],
        )


def _hand_over(project: Project, recorder: Recorder, other: int, keep: int) -> None:
    for table in ("members", "tags", "labels", "metadata"):
        mine = project.query(f"select * from {table} where structure_id = ?", [keep])
        taken = {json.dumps(_rest_of_key(table, row)) for row in mine}
        for row in project.query(f"select * from {table} where structure_id = ?", [other]):
            if json.dumps(_rest_of_key(table, row)) not in taken:
                recorder.put(table, row | {"structure_id": keep})


def _rest_of_key(table: str, row: dict[str, object]) -> object:
    return row[
        {"members": "collection_id", "tags": "tag", "labels": "property_id", "metadata": "name"}[table]
    ]
