import numpy as np
import pytest

from desktop_app.map.drift import drift, typical_distance

RNG = np.random.default_rng(0)
BEFORE = RNG.normal(size=(50, 6))


def test_turning_moving_and_scaling_everything_is_no_drift():
    turn, _ = np.linalg.qr(RNG.normal(size=(6, 6)))
    assert drift(BEFORE, 3.0 * BEFORE @ turn + 7.0) == pytest.approx(np.zeros(50), abs=1e-9)


def test_another_width_is_no_drift_by_itself():
    wide = np.hstack([BEFORE, np.zeros((50, 4))])
    assert drift(BEFORE, wide) == pytest.approx(np.zeros(50), abs=1e-9)
    assert drift(wide, BEFORE) == pytest.approx(np.zeros(50), abs=1e-9)


def test_the_one_that_moved_has_drifted_most():
    after = BEFORE.copy()
    after[7] += 5.0
    found = drift(BEFORE, after)
    assert found.argmax() == 7
    assert found[7] > 5 * np.median(found)


def test_unrelated_embeddings_have_drifted_about_as_far_as_two_crystals_are_apart():
    found = drift(RNG.normal(size=(5000, 6)), RNG.normal(size=(5000, 6)))
    assert np.sqrt((found**2).mean()) == pytest.approx(1.0, abs=0.1)


def test_the_typical_distance_is_that_of_two_drawn_at_random():
    apart = np.linalg.norm(BEFORE[:, None] - BEFORE, axis=2)
    assert typical_distance(BEFORE) == pytest.approx(np.sqrt((apart**2).mean()))


def test_embeddings_that_are_all_alike_have_not_drifted():
    assert drift(np.ones((4, 3)), np.ones((4, 3))) == pytest.approx(np.zeros(4))
