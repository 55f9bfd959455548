import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import TrainingSettings
from core.training.learning_rate import WARM_UP, rate_factor

COSINE = TrainingSettings(schedule="cosine")
CONSTANT = TrainingSettings(schedule="constant")


def test_the_rate_rises_over_the_warm_up_and_falls_to_zero():
    assert rate_factor(0.0, COSINE) == pytest.approx(1e-3, rel=1e-9)
    assert rate_factor(WARM_UP, COSINE) == pytest.approx(1.0, rel=1e-9)
    assert rate_factor((1 + WARM_UP) / 2, COSINE) == pytest.approx(0.5, rel=1e-9)
    assert rate_factor(1.0, COSINE) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0.0, 1.0))
def test_a_constant_rate_stays_and_no_rate_leaves_its_range(done: float):
    assert rate_factor(done, CONSTANT) == 1.0
    assert 0.0 <= rate_factor(done, COSINE) <= 1.0


@given(st.floats(WARM_UP, 1.0), st.floats(WARM_UP, 1.0))
def test_after_the_warm_up_the_rate_only_falls(one: float, other: float):
    earlier, later = sorted((one, other))
    assert rate_factor(earlier, COSINE) >= rate_factor(later, COSINE)
