import numpy as np
import pytest

from core.jobs.results.phase_separation import ABSENT_SEPARATION, separation_arrays, separation_of
from tests.core.jobs.particle_orders import phase_separation


def test_what_was_kept_is_what_was_found():
    found = phase_separation()
    arrays = separation_arrays(found)
    assert list(arrays) == list(ABSENT_SEPARATION)
    read = separation_of(list(arrays.values()))
    assert read is not None
    assert (read.phases, read.phase_frames) == (found.phases, found.phase_frames)
    assert read.descriptions == found.descriptions
    np.testing.assert_array_equal(read.widths, found.widths)
    np.testing.assert_array_equal(read.recognised, found.recognised)


def test_an_analysis_without_it_keeps_nothing():
    assert separation_arrays(None) == {}
    assert separation_of(list(ABSENT_SEPARATION.values())) is None


@pytest.mark.parametrize("name", ["widths", "recognised"])
def test_arrays_that_do_not_fit_are_refused(name: str):
    arrays = separation_arrays(phase_separation())
    key = f"separation_{name}"
    with pytest.raises(ValueError, match="does not fit"):
        separation_of(list({**arrays, key: arrays[key][:-1]}.values()))


@pytest.mark.parametrize(
    ("recognised", "verdict"),
    [
        (
            [(0.99, 0.98, 1.0), (0.7, 0.6, 0.8), (0.9, 0.85, 0.95)],
            "Told apart best by: embedding.",
        ),
        (
            [(0.93, 0.90, 0.96), (0.7, 0.6, 0.8), (0.95, 0.92, 0.98)],
            "Told apart best by: averaged q2 to q12. Its interval overlaps with that of embedding: "
            "that may be chance.",
        ),
        (
            [(1.0, 1.0, 1.0), (0.7, 0.6, 0.8), (1.0, 1.0, 1.0)],
            "Told apart best by: embedding and averaged q2 to q12.",
        ),
        ([(1.0, 1.0, 1.0)] * 3, "All of them tell the phases apart equally well."),
    ],
)
def test_what_is_ahead_is_said_with_its_doubt(recognised: list[tuple[float, float, float]], verdict: str):
    assert phase_separation(recognised).verdict == verdict
