"""Talking to a person or to a program: words and progress on stderr, results on stdout."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

SHOWN_LINES = 10


class Advance(Protocol):
    """Tells a progress bar how far the work is."""

    def __call__(self, done: int, total: int, text: str = "") -> None: ...


class Console:
    """Output of one command; with `as_json` stdout holds one object and nothing else."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        # Names and paths are shown as they are: [a] is no style and :b: no picture.
        self._words = Terminal(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._results = Terminal(highlight=False, markup=False, emoji=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """One line for a person."""
        self._words.print(text)

    def error(self, text: str) -> None:
        """One line that says what went wrong."""
        print(f"siteloupe: {text}".replace("\n", " "), file=sys.stderr)

    def result(self, content: Mapping[str, Any]) -> None:
        """The outcome as one JSON object, when asked for."""
        if self._as_json:
            print(json.dumps(content, default=str))

    def table(self, title: str, columns: list[str], rows: list[list[str]]) -> None:
        """A table on stdout; not shown when stdout is for a program."""
        if self._as_json:
            return
        table = Table(title=title, title_justify="left")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._results.print(table)

    def show(self, text: str) -> None:
        """One line of the result on stdout; not shown when stdout is for a program."""
        if not self._as_json:
            self._results.print(text)

    def show_first(self, lines: Sequence[str]) -> None:
        """The first lines of a long list, and how many more there are."""
        for line in lines[:SHOWN_LINES]:
            self.show(f"  {line}")
        if len(lines) > SHOWN_LINES:
            self.show(f"  ... and {len(lines) - SHOWN_LINES} more")

    @contextmanager
    def progress(self, text: str) -> Iterator[Advance]:
        """Show a bar on a terminal while the block runs, nothing elsewhere."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(
            *columns, console=self._words, transient=True, disable=not self._words.is_terminal
        ) as bar:
            task = bar.add_task(text, total=None)

            def advance(done: int, total: int, text: str = "") -> None:
                bar.update(task, completed=done, total=total, description=text or bar.tasks[0].description)

            yield advance
