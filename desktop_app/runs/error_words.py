"""How wrong a run is on what it has not learned from, in words."""

from collections.abc import Mapping
from typing import Any

from core.jobs.results.trust_words import percent

_NO_TEST = "No measured structure was held out: there is no fair error to show."


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
        measured = held_out.get("mae_measured")
        without = "" if measured is None else f"; {measured:.3g}{unit} without these"
        sentence += f" ({held_out['num_bounds']} of them bounds{without})"
    figures = {key: f"{value:.3g}{unit}" for key, value in held_out.items() if value is not None}
    return _compared(sentence, figures, "mae")


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
