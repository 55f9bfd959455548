"""Rows of the project as the window and the terminal see them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CollectionRow:
    """A named set of structures."""

    name: str
    num_structures: int


@dataclass(frozen=True)
class StructureRow:
    """One structure of the library: volume in cubic angstrom, density in g/cm3, `flags` in words.

    `space_group` is a number, None until it was computed; `disorder` the rule by which partial
    occupancies were treated.
    """

    id: int
    name: str
    formula: str
    num_sites: int
    is_ordered: bool
    volume: float
    density: float
    flags: tuple[str, ...]
    path: str
    space_group: int | None = None
    space_group_symbol: str | None = None
    disorder: str = "keep"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RejectionRow:
    """A file, or a block of one, that could not be read."""

    collection: str
    path: str
    block: str
    reason: str
    hint: str


@dataclass(frozen=True)
class PropertyRow:
    """A measured property; a `log10` one is learned as its logarithm and shown as it was measured."""

    name: str
    unit: str
    transform: str
    num_labels: int


@dataclass(frozen=True)
class StoredLabel:
    """One measured value; `bound` is '<' or '>' where only a limit is known, `raw` the text as given.

    `error` is in the unit of the property, None where it is not known; `num_values` counts the
    replicates that the value was combined from. Of a class named by a `word` the value is its number.
    """

    value: float
    bound: str
    raw: str
    error: float | None = None
    num_values: int = 1
    word: str = ""


@dataclass(frozen=True)
class CompositionRow:
    """A row of a table of values that no structure belongs to; `cell` is text as in the table."""

    id: int
    name: str
    formula: str
    space_group: str
    cell: str
    metadata: dict[str, str]


@dataclass(frozen=True)
class PredictionRow:
    """One prediction in original units; `split` is train, validation, test or new (not labelled).

    `structure_id` is None where the project does not hold the structure: the run was made elsewhere.
    `spread` over the networks of an ensemble is on the learned scale. `in_domain` is None where it is not
    known, `reasons` say why it is not so.
    """

    structure_id: int | None
    name: str
    property: str
    measured: float | None
    bound: str
    predicted: float
    lower: float | None
    upper: float | None
    split: str
    spread: float | None = None
    in_domain: bool | None = None
    reasons: str = ""
