"""How far predictions can be trusted, in words that the window and the terminal share."""

from collections.abc import Mapping
from typing import Any

USUAL_LEVEL = 0.9  # of intervals, where enough values were held out


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{100 * share:.0f} %"


def level_of_intervals(trust: Mapping[str, Any]) -> float:
    """Level of the intervals of a property; trust: as result.json has it, of early versions without."""
    level: float = (trust.get("interval") or {}).get("level", USUAL_LEVEL)
    return level


def interval_sentence(interval: Mapping[str, Any] | None, *, is_class: bool = False) -> str:
    """What the intervals of a property are worth, their level included.

    interval: as result.json has it under `trust`, None where there is none.
    """
    if interval is None:
        why = "a probability says itself how sure it is" if is_class else "no measured value was held out"
        return f"No interval: {why}."
    kind = ", wider where the prediction is less sure" if interval["per_spread"] else ", one width for all"
    count = interval["num_calibrated"]
    values = "value" if count == 1 else "values"
    sentence = f"{percent(interval['level'])} intervals{kind}, from {count} held-out {values}"
    if interval["level"] < USUAL_LEVEL:
        sentence += f" (too few for {percent(USUAL_LEVEL)})"
    if interval["coverage"] is None:
        return f"{sentence}; how many new values they cover was not tested."
    return f"{sentence}; {percent(interval['coverage'])} of {interval['num_tested']} test values lie within."


def class_set_sentence(card: Mapping[str, Any]) -> str:
    """What the sets of classes of a property are worth; card: as result.json has it under `class_sets`."""
    sentence = f"90 % sets of classes (classes.csv), from {card['num_calibrated']} held-out labels"
    if not card["num_tested"]:
        return f"{sentence}; how many hold the true class was not tested."
    tested = f"{percent(card['coverage'])} of {card['num_tested']} test labels lie within"
    return f"{sentence}; {tested}, with {card['mean_size']:.1f} classes a set."
