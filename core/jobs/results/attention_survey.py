"""Attention of a run by element pair and distance, summed up over many structures."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.jobs.results.attention import AttentionArchive
from core.jobs.results.attention_pairs import AttentionPairs
from core.jobs.run_folder import RunFolder
from core.species import main_element

SHELL = 0.5  # angstrom
MOST_SHELLS = 60


@dataclass(frozen=True)
class ElementPair:
    """What sites of the element `centre` pay to sites of `neighbour`, on average over the centres.

    attention: share of a centre's attention. even: the share if each spread its attention evenly over all of
    its pairs. num_pairs: how many pairs that is an average over.
    """

    centre: str
    neighbour: str
    attention: float
    even: float
    num_pairs: int


@dataclass(frozen=True, eq=False)
class AttentionSurvey:
    """Sums over all pairs of all structures, each site of each imported cell counted once.

    centres, neighbours: (K,) symbols of ordered element pairs; a shared site counts as its main element.
    edges: (B + 1,) of shells in angstrom. attention: (K, B, H). even: (K, B), the same had each site spread
    its attention evenly over its pairs. num_pairs: (K, B). heads: names of the H heads.
    """

    centres: tuple[str, ...]
    neighbours: tuple[str, ...]
    edges: NDArray[np.float64]
    attention: NDArray[np.float64]
    even: NDArray[np.float64]
    num_pairs: NDArray[np.int64]
    heads: tuple[str, ...]
    num_structures: int

    @property
    def middles(self) -> NDArray[np.float64]:
        """Middle of each shell (B,), angstrom."""
        middles: NDArray[np.float64] = (self.edges[:-1] + self.edges[1:]) / 2
        return middles

    def of_head(self, head: int | None) -> NDArray[np.float64]:
        """Attention (K, B) of a head, or the mean of all heads for None."""
        chosen: NDArray[np.float64] = (
            self.attention.mean(axis=2) if head is None else self.attention[:, :, head]
        )
        return chosen

    def per_pair(self, number: int, head: int | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean attention to one neighbour in each shell (B,) for an element pair, and the even one.

        NaN where there are no pairs.
        """
        pairs = np.where(self.num_pairs[number] > 0, self.num_pairs[number], np.nan)
        return self.of_head(head)[number] / pairs, self.even[number] / pairs

    def element_pairs(self, head: int | None) -> Iterator[ElementPair]:
        """Sum up each of the K element pairs over distance, in their order."""
        attention, even = self.of_head(head).sum(axis=1), self.even.sum(axis=1)
        pairs = self.num_pairs.sum(axis=1)
        _, of_pair = np.unique(np.array(self.centres, dtype=str), return_inverse=True)
        num_sites = np.bincount(of_pair, even)[of_pair]  # each spreads 1 in all
        for number in range(len(self.centres)):
            yield ElementPair(
                centre=self.centres[number],
                neighbour=self.neighbours[number],
                attention=float(attention[number] / num_sites[number]),
                even=float(even[number] / num_sites[number]),
                num_pairs=int(pairs[number]),
            )


def attended_structures(
    run: RunFolder, archive: AttentionArchive, chosen: Collection[int] | None = None
) -> Iterator[tuple[AttentionPairs, list[str]]]:
    """The pairs of each structure of a run beside the main element of each of its sites.

    chosen: numbers of structures; None takes all. Those without attention, or in a run from before it was
    kept pair by pair, are passed over. Raises RunError when a file is damaged.
    """
    for row in run.structures():
        if chosen is not None and row["id"] not in chosen:
            continue
        attention = archive.get(row["id"])
        if attention is not None and attention.pairs is not None:
            yield attention.pairs, [main_element(site) for site in row["structure"]["species"]]


def survey_attention(
    structures: Iterable[tuple[AttentionPairs, Sequence[str]]], heads: Sequence[str]
) -> AttentionSurvey:
    """Sum up attention by the elements at both ends of pairs and by distance, in shells of 0.5 angstrom.

    structures: pairs of each, beside the main element of each site of its imported cell. What goes further
    than 30 angstrom is in the last shell.
    """
    number_of: dict[tuple[str, str], int] = {}
    sums = np.zeros((16, MOST_SHELLS, len(heads) + 2))  # by element pair and shell: heads, even, pairs
    count = 0
    for pairs, elements in structures:
        count += 1
        kinds, values = _of_structure(pairs, elements)
        numbers = np.array([number_of.setdefault(kind, len(number_of)) for kind in kinds], dtype=np.intp)
        while len(sums) < len(number_of):
            sums = np.concatenate([sums, np.zeros_like(sums)])
        shells = np.minimum(pairs.distances // SHELL, MOST_SHELLS - 1).astype(np.intp)
        np.add.at(sums, (numbers, shells), values)
    sums = sums[: len(number_of)]
    num_shells = 1 + int(np.flatnonzero(sums[:, :, -1].any(axis=0)).max(initial=0))
    order = sorted(number_of)
    sums = sums[[number_of[kind] for kind in order], :num_shells]
    return AttentionSurvey(
        centres=tuple(centre for centre, _ in order),
        neighbours=tuple(neighbour for _, neighbour in order),
        edges=SHELL * np.arange(num_shells + 1, dtype=np.float64),
        attention=sums[:, :, :-2],
        even=sums[:, :, -2],
        num_pairs=sums[:, :, -1].round().astype(np.int64),
        heads=tuple(heads),
        num_structures=count,
    )


def _of_structure(
    pairs: AttentionPairs, elements: Sequence[str]
) -> tuple[list[tuple[str, str]], NDArray[np.float64]]:
    """Element pair of each row (P,), and what the rows add to the sums (P, H + 2)."""
    _, first = np.unique(pairs.row_map, return_index=True)
    of_row = [elements[site] for site in first]
    ends = zip(pairs.centre.tolist(), pairs.neighbour.tolist(), strict=True)
    kinds = [(of_row[centre], of_row[neighbour]) for centre, neighbour in ends]
    sites = np.bincount(pairs.row_map)[pairs.centre]
    values = np.column_stack([pairs.attention, pairs.of_even, pairs.counts])
    return kinds, sites[:, None] * values
