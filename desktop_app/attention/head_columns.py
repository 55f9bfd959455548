"""Columns of the table of heads: how far each of them looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.jobs.results.attention_pairs import AttentionPairs
from desktop_app.models.cells_model import Column, share_column
from desktop_app.models.rows_model import RowsModel

ALL_HEADS = "Mean of all heads"


@dataclass(frozen=True)
class HeadRow:
    """A head (None: the mean of all), its shares of attention, and the mean distance in angstrom.

    `if_even` is the share beyond the distance that there would be with attention spread evenly.
    """

    head: int | None
    name: str
    beyond: float
    if_even: float
    to_itself: float
    mean_distance: float


def heads_model() -> RowsModel:
    """An empty table of :class:`HeadRow`."""
    return RowsModel(
        [
            Column("Head", lambda row: row.name, tooltip=lambda row: row.name),
            share_column(
                "Beyond",
                lambda row: row.beyond,
                "Share of the attention that goes further than the distance above",
            ),
            share_column(
                "If even",
                lambda row: row.if_even,
                "What that share would be with attention spread evenly over all",
            ),
            share_column(
                "To itself", lambda row: row.to_itself, "Share of the attention that a site pays to itself"
            ),
            Column(
                "Mean (Å)",
                lambda row: row.mean_distance,
                text=lambda row: f"{row.mean_distance:.2f}",
                numeric=True,
                header_tooltip="Mean distance that attention goes; what stays on the site counts as 0",
            ),
        ]
    )


def head_rows(
    pairs: AttentionPairs, heads: Sequence[str], distance: float, site: int | None
) -> list[HeadRow]:
    """One row for each head, behind the mean where there are several; of one site, or of all on average."""
    numbers: list[int | None] = [*range(len(heads))]
    if len(heads) > 1:
        numbers.insert(0, None)
    return [
        HeadRow(
            head=number,
            name=ALL_HEADS if number is None else heads[number][:1].upper() + heads[number][1:],
            beyond=pairs.beyond(distance, number, site),
            if_even=pairs.beyond_if_even(distance, site),
            to_itself=pairs.to_itself(number, site),
            mean_distance=pairs.mean_distance(number, site),
        )
        for number in numbers
    ]
