"""Columns of the table of element pairs: who attends to whom, over many structures."""

from dataclasses import dataclass

from core.jobs.results.attention_survey import AttentionSurvey, ElementPair
from desktop_app.models.cells_model import Column, share_column
from desktop_app.models.rows_model import RowsModel


@dataclass(frozen=True)
class ElementPairRow:
    """An element pair beside its place in the survey."""

    number: int
    pair: ElementPair

    @property
    def ratio(self) -> float:
        """How many times the even share."""
        return self.pair.attention / self.pair.even


def element_pairs_model() -> RowsModel:
    """An empty table of :class:`ElementPairRow`."""
    return RowsModel(
        [
            Column("From", lambda row: row.pair.centre, header_tooltip="Main element of the sites that look"),
            Column("To", lambda row: row.pair.neighbour, header_tooltip="Main element of what they look at"),
            share_column(
                "Attention",
                lambda row: row.pair.attention,
                "Share of the attention of these sites; rows of one add up to 1",
            ),
            share_column(
                "If even",
                lambda row: row.pair.even,
                "What that share would be with attention spread evenly over all pairs",
            ),
            Column(
                "Times even",
                lambda row: row.ratio,
                text=lambda row: f"{row.ratio:.2f}",
                numeric=True,
                header_tooltip="Above 1: looked at more than by chance",
            ),
            Column(
                "Pairs",
                lambda row: row.pair.num_pairs,
                text=lambda row: f"{row.pair.num_pairs:,}",
                numeric=True,
                header_tooltip="How many pairs this is an average over",
            ),
        ],
        searched=lambda row: f"{row.pair.centre} {row.pair.neighbour} {row.pair.centre}-{row.pair.neighbour}",
    )


def element_pair_rows(survey: AttentionSurvey, head: int | None) -> list[ElementPairRow]:
    """One row for each ordered pair of elements."""
    return [ElementPairRow(number, pair) for number, pair in enumerate(survey.element_pairs(head))]
