"""How far the predictions of a run can be trusted, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.jobs.results.trust_words import interval_sentence
from core.store.rows import PredictionRow

NOTHING_MEASURED = "Nothing measured stands beside these predictions: how near they are is not known."


def is_measured(rows: Sequence[PredictionRow]) -> bool:
    """Whether any of the predictions stands beside a measured value."""
    return any(row.measured is not None for row in rows)


def describe_trust(trust: Mapping[str, Any], rows: Sequence[PredictionRow]) -> str:
    """What the intervals are worth, and how many structures are unlike those learned from.

    trust: what the run says of the property, empty for one of an earlier version.
    """
    sentences = []
    if trust.get("interval"):
        sentences.append(interval_sentence(trust["interval"]))
    outside = sum(row.in_domain is False for row in rows)
    if outside:
        sentences.append(
            f"{outside:,} of {len(rows):,} structures are unlike those learned from: do not rely on theirs."
        )
    return " ".join(sentences)
