"""How long a study will still take, by the cells that are done."""

from collections.abc import Sequence

from core.evaluation.study.cells import DONE, Cell, CellRow


def seconds_left(rows: Sequence[CellRow], waiting: Sequence[Cell]) -> float | None:
    """Time that the waiting cells will take, by those of its arm and budget, else by all; None at first."""
    done = [row for row in rows if row.status == DONE]
    if not done:
        return None
    alike: dict[tuple[str, int], list[float]] = {}
    for row in done:
        alike.setdefault((row.arm, row.n_labels), []).append(row.seconds)
    usual = _median([row.seconds for row in done])
    means = {key: _median(seconds) for key, seconds in alike.items()}
    return sum(means.get((cell.arm, cell.n_labels), usual) for cell in waiting)


def time_words(seconds: float) -> str:
    """A time as a person would say it."""
    for limit, length, unit in ((90, 1, "second"), (5400, 60, "minute"), (172_800, 3600, "hour")):
        if seconds < limit:
            count = max(1, round(seconds / length))
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{round(seconds / 86_400)} days"


def _median(values: Sequence[float]) -> float:
    """The middle one: the first cell of a fold takes its pretraining along, and is not like the others."""
    return sorted(values)[(len(values) - 1) // 2]
