"""Whether the window grows while it is used: memory, objects, threads, files and processes over time.

    nice python -m tests.benchmarks.bench_growth_of_window [--minutes 30] [--structures 2000]

Does again and again what a user does: opens a project, selects structures, turns to every panel, colours
the map otherwise, filters, opens windows of statistics, changes the theme, starts work and stops it, lets a
run start and end, closes the project. Prints what there is after each round, and at the end what has grown:
counts that are higher in the last third than in the first, memory that still rises in the second half, and
the types of which there are more objects. The exit status is 1 when something has.
"""

import argparse
import gc
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from desktop_app.look.theme import Theme
from desktop_app.map.layout import Layout
from tests.benchmarks.window_stage import (
    LEARNED,
    Stage,
    make_project,
    stage,
    start_training,
    wait,
    wait_until,
)

PAUSE = 0.25  # seconds between two actions of the user
SELECTED_EACH_ROUND = 5
ROUNDS_PER_RUN = 20
WARM_UP = 0.3  # share of the rounds that are not judged: caches fill
TOLERANCE = 0.02  # share by which what is counted may differ between two parts of the rounds
HALF_AN_HOUR = 30.0  # minutes, in which memory may rise by no more than that share
TYPES_TOLD = 12
ROUNDS_PER_SEARCH = 20  # looking for children makes Python keep account of those that Qt destroys unasked
FEWEST_ROUNDS = 8  # whose second half a line can be laid through


@dataclass(frozen=True)
class State:
    """What there is after a round; minutes since the first, memory in MB, that of other processes apart."""

    minute: float
    memory: float
    memory_of_others: float
    python_objects: int
    qt_objects: int
    widgets: int
    timers: int
    threads: int
    files: int
    processes: int


def observe(on: Stage, minute: float, last: State | None) -> State:
    """Count, after what was asked to be deleted is deleted; objects of Qt as `last`, where that is given."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        on.app.processEvents()
    gc.collect()
    own = psutil.Process()
    others = own.children(recursive=True)
    roots = (on.app, *on.app.topLevelWidgets(), on.session) if last is None else ()
    return State(
        minute=minute,
        memory=own.memory_info().rss / 1024**2,
        memory_of_others=sum(_memory(one) for one in others) / 1024**2,
        python_objects=len(gc.get_objects()),
        qt_objects=last.qt_objects if last else sum(len(root.findChildren(QObject)) for root in roots),
        widgets=len(on.app.allWidgets()),
        timers=last.timers if last else sum(len(root.findChildren(QTimer)) for root in roots),
        threads=own.num_threads(),
        files=own.num_fds() if hasattr(own, "num_fds") else own.num_handles(),
        processes=len(others),
    )


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def actions_of_a_round(on: Stage, project: Path, number: int) -> Iterator[Callable[[], object]]:
    """What the user does, one action at a time."""
    window, session, table = on.window, on.session, on.window.actions_table
    yield lambda: window.projects.open_folder(project)
    wait_until(lambda: window.structures.model.num_rows > 0)
    shown = window.structures.model.structure_ids
    for step in range(SELECTED_EACH_ROUND):
        yield lambda step=step: session.select_structure(shown[(number * 7 + step) % len(shown)])
        wait_until(lambda: session.structure is not None)
    yield from (table[f"show_{name}"].trigger for name in window.docks)
    yield table["show_map"].trigger
    wait_until(lambda: len(window.map.plot.cloud.places) > 0)
    for index in range(window.map.colourings.count()):
        yield lambda index=index: window.map.colourings.setCurrentIndex(index)
    surrounded = np.arange(number, number + 20) % len(window.map.plot.cloud.places)
    yield lambda: window.map.plot.points_surrounded.emit(surrounded)
    yield lambda: window.map.layouts.setCurrentText(Layout.TSNE)
    yield window.activity.cancel_button.click
    yield lambda: window.structures.table.filter_box.setText(f"generated-{number % 10}")
    yield window.structures.table.filter_box.clear
    yield lambda: session.select_collection(LEARNED)
    for name in ("show_statistics", "show_duplicates", "show_palette"):
        yield table[name].trigger
        yield lambda: close_dialogs(on.app)
    yield lambda: window.choose_theme(Theme.DARK if number % 2 else Theme.LIGHT)
    if number % ROUNDS_PER_RUN == ROUNDS_PER_RUN - 1:
        yield lambda: start_training(session, epochs=1)
        wait_until(lambda: not session.jobs.active())
    yield lambda: session.open_project(None)


def close_dialogs(app: QApplication) -> None:
    """Close every dialog that is open."""
    for widget in app.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.close()


def grown(states: list[State]) -> list[str]:
    """What is more in the last third of the rounds that count than in the first; memory that still rises."""
    counted = states[round(WARM_UP * len(states)) :]
    third = max(1, len(counted) // 3)
    found = []
    for name in (field.name for field in fields(State) if not field.name.startswith(("memory", "minute"))):
        first, last = (
            median(getattr(state, name) for state in part) for part in (counted[:third], counted[-third:])
        )
        if last > first * (1 + (TOLERANCE if name == "python_objects" else 0)):
            found.append(f"{name} from {first:,.0f} to {last:,.0f}")
    rise, doubt, usual = rise_of_memory(states[len(states) // 2 :])
    if rise > max(TOLERANCE * usual, 2 * doubt):
        found.append(f"memory by {rise:.1f} MB in half an hour")
    return found


def rise_of_memory(states: list[State]) -> tuple[float, float, float]:
    """MB by which the memory of the window rises in half an hour, by a straight line.

    Also the standard error of that, for memory goes up and down by some per cent from round to round, and the
    median of the memory.
    """
    minutes, memory = np.array([(state.minute, state.memory) for state in states]).T
    line, covariance = np.polyfit(minutes, memory, 1, cov=True)
    doubt = float(np.sqrt(covariance[0, 0]))
    return float(line[0]) * HALF_AN_HOUR, doubt * HALF_AN_HOUR, float(np.median(memory))


def types_alive() -> Counter[str]:
    """How many objects there are of each type that Python keeps account of."""
    return Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())


def use(on: Stage, project: Path, minutes: float) -> list[State]:
    """Use the window for so long; gives what there was after each round."""
    states: list[State] = []
    began = time.monotonic()
    known: Counter[str] = Counter()
    print("  ".join(field.name for field in fields(State)), flush=True)
    while (passed := (time.monotonic() - began) / 60) < minutes or len(states) < FEWEST_ROUNDS:
        for act in actions_of_a_round(on, project, len(states)):
            act()
            wait(PAUSE)
        states.append(observe(on, passed, states[-1] if len(states) % ROUNDS_PER_SEARCH else None))
        counts = zip(fields(State), astuple(states[-1]), strict=True)
        print("  ".join(f"{count:{len(field.name)},.0f}" for field, count in counts), flush=True)
        if not known and passed > WARM_UP * minutes:
            known = types_alive()
    more = (types_alive() - known).most_common(TYPES_TOLD)
    print("more objects: " + ", ".join(f"{name} {count}" for name, count in more))
    return states


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--structures", type=int, default=2000)
    wish = parser.parse_args()
    with stage() as on:
        project = on.place / "project"
        make_project(project, wish.structures)
        states = use(on, project, wish.minutes)
    rise, doubt, usual = rise_of_memory(states[len(states) // 2 :])
    print(
        f"memory in the second half: {usual:.0f} MB, rising by {rise:.1f} +- {doubt:.1f} MB in half an hour"
    )
    found = grown(states)
    print("has grown: " + ("; ".join(found) or "nothing"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
