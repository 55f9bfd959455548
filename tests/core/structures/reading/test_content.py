"""Whatever a reader does, what comes out are structures and reasons."""

import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pytest

from core.errors import StructureError
from core.structures.reading.content import MOST_FAILURES, read_content
from core.structures.reading.result import Outcome, ReadStructure, Rejection
from core.structures.structure import Structure

READ = ReadStructure("a", "p", "", Structure(np.eye(3) * 3, np.zeros((1, 3)), ({"Fe": 1.0},)), (), b"")
FAULT = Rejection("p", "line 1", "It is not JSON.", "")


def run(*outcomes: Outcome, error: Exception | None = None) -> list[Outcome]:
    def reader(stream: BinaryIO, path: str, name: str) -> Iterator[Outcome]:
        yield from outcomes
        if error:
            raise error

    return list(read_content(reader, io.BytesIO(), "p", "name"))


def test_what_the_reader_yields_is_passed_on():
    assert run(READ, FAULT, READ) == [READ, FAULT, READ]


def test_a_refusal_becomes_a_rejection():
    assert run(error=StructureError("No.", "Do that.")) == [Rejection("p", "", "No.", "Do that.")]


@pytest.mark.parametrize("error", [EOFError(), zlib.error("x"), OSError("x")])
def test_damage_is_called_so_and_what_was_read_stays(error: Exception):
    kept, rejection = run(READ, error=error)
    assert kept is READ
    assert rejection.reason == "After 1 structures: The file is damaged or incomplete."


@pytest.mark.parametrize("error", [ZeroDivisionError(), MemoryError(), RecursionError(), KeyError("x")])
def test_faults_of_libraries_do_not_end_an_import(error: Exception):
    (rejection,) = run(error=error)
    assert "unlike any that is known" in rejection.reason


def test_a_file_that_gives_nothing_says_so():
    (rejection,) = run()
    assert "no crystal structure" in rejection.reason


def test_a_file_of_a_million_faults_does_not_fill_the_report():
    outcomes = run(*[FAULT] * 3 * MOST_FAILURES)
    assert len(outcomes) == MOST_FAILURES + 1
    assert "None of the first 1,000 entries" in outcomes[-1].reason


def test_a_file_with_a_structure_is_read_to_its_end():
    assert len(run(READ, *[FAULT] * 3 * MOST_FAILURES)) == 3 * MOST_FAILURES + 1
