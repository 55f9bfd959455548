"""Columns of the table of what was hidden, and how the prediction changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.jobs.results.attention import AttentionMap
from core.jobs.results.occlusion import OcclusionMap
from core.structures.structure import Structure
from desktop_app.attention.distinct_sites import distinct_sites
from desktop_app.look.plain_text import with_unit
from desktop_app.models.cells_model import Column, number_text, share_column
from desktop_app.models.rows_model import RowsModel

_DECIMALS = 5


@dataclass(frozen=True)
class HiddenRow:
    """A distinct site, or a pair of elements whose `site` and `attention` are None.

    attention: what the site gets from all sites, on average. change: NaN where some site would see nothing.
    """

    name: str
    site: int | None
    attention: float | None
    change: float


def hidden_model() -> RowsModel:
    """An empty table of :class:`HiddenRow`."""
    return RowsModel(_columns(""), searched=lambda row: row.name)


def _columns(unit: str) -> list[Column]:
    return [
        Column("Hidden", lambda row: row.name, header_tooltip="A site and its copies, or elements pairwise"),
        share_column(
            "Attention",
            lambda row: row.attention,
            "Share of all sites' attention that the site gets, on average",
        ),
        Column(
            with_unit("Change", unit),
            lambda row: row.change,
            text=lambda row: "sees nothing" if np.isnan(row.change) else f"{row.change:+.3g}",
            numeric=True,
            header_tooltip="What hiding adds to the prediction",
        ),
        Column(
            "Size",
            lambda row: abs(row.change),
            text=lambda row: number_text(abs(row.change), 3),
            numeric=True,
            header_tooltip="The change without its sign, to sort by",
        ),
    ]


def show_hidden(model: RowsModel, rows: Sequence[HiddenRow], unit: str) -> None:
    """Fill the table, the largest changes first."""
    model.set_rows(sorted(rows, key=lambda row: -np.nan_to_num(abs(row.change), nan=-1.0)), _columns(unit))


def hidden_rows(
    structure: Structure, attention: AttentionMap, found: OcclusionMap, output: int, head: int | None
) -> list[HiddenRow]:
    """One row for each distinct site, then one for each pair of elements."""
    sites = distinct_sites(structure, attention.site_map)
    received = received_by(attention, head)
    changes = found.sites[sites.first, output]
    rows = [
        HiddenRow(name, int(first), float(share), float(change))
        for name, first, share, change in zip(sites.names, sites.first, received, changes, strict=True)
    ]
    pairs = zip(found.element_pairs, found.elements[:, output], strict=True)
    return rows + [HiddenRow(f"{a} from {b}", None, None, float(change)) for (a, b), change in pairs]


def received_by(attention: AttentionMap, head: int | None) -> NDArray[np.float64]:
    """Mean attention that each distinct site gets (n,), itself left out of those who pay."""
    matrix = attention.matrix(head).astype(np.float64)
    others = matrix.sum(axis=0) - np.diag(matrix)
    return np.asarray(others / max(1, len(matrix) - 1))


def rank_correlation(rows: Sequence[HiddenRow]) -> tuple[float, int]:
    """Spearman's coefficient of attention and the size of the change over sites, and their number.

    Sites that are alike in both are equivalent and count once. NaN where there is nothing to rank
    (C. Spearman, Am. J. Psychol. 15, 72, 1904; ties get their mean rank).
    """
    of_sites = [(row.attention, abs(row.change)) for row in rows if row.attention is not None]
    known = np.array([pair for pair in of_sites if np.isfinite(pair[1])]).reshape(-1, 2)
    known = np.unique(known.round(_DECIMALS), axis=0)
    shares, changes = _ranks(known[:, 0]), _ranks(known[:, 1])
    if len(known) < 2 or np.ptp(shares) == 0 or np.ptp(changes) == 0:
        return float("nan"), len(known)
    return float(np.asarray(np.corrcoef(np.stack([shares, changes])))[0, 1]), len(known)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place])
