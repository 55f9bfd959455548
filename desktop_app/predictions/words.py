"""What the figures of a run say of its predictions, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.jobs.results.trust_words import interval_sentence, percent
from core.store.rows import PredictionRow

_NO_TEST = "No measured structure was held out: there is no fair error to show."
NOTHING_MEASURED = "Nothing measured stands beside these predictions: how near they are is not known."


def describe_errors(metrics: Mapping[str, Any] | None) -> str:
    """The error on the held-out structures beside both baselines."""
    held_out = (metrics or {}).get("test") or {}
    if metrics and held_out.get("accuracy") is not None:
        return _compared(
            f"{percent(held_out['accuracy'])} of {held_out['num_labels']} held-out classes told correctly",
            {key: percent(value) for key, value in held_out.items() if isinstance(value, float)},
            "accuracy",
        )
    if not metrics or held_out.get("mae") is None:
        return _NO_TEST
    unit = f" {metrics['unit']}" if metrics.get("unit") else ""
    count = held_out.get("num_labels", "?")
    sentence = f"Mean absolute error {held_out['mae']:.3g}{unit} on {count} held-out values"
    if held_out.get("num_bounds"):
        sentence += f" ({held_out['num_bounds']} of them bounds)"
    figures = {key: f"{value:.3g}{unit}" for key, value in held_out.items() if value is not None}
    return _compared(sentence, figures, "mae")


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


def _compared(sentence: str, figures: Mapping[str, str], figure: str) -> str:
    others = [
        f"{words} {figures[key]}"
        for key, words in (
            (f"{figure}_mean_baseline", "always guessing the mean"),
            (f"{figure}_forest_baseline", "random forest on the composition"),
        )
        if key in figures
    ]
    return f"{sentence}. For comparison: {', '.join(others)}." if others else f"{sentence}."
