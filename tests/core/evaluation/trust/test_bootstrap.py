import numpy as np
import pytest
from scipy.stats import norm, t

from core.evaluation.trust.bootstrap import Block, Interval, bootstrap_mean, spread_tail


def block(values: np.ndarray) -> Block:
    return Block(values, np.arange(values.shape[1]))


def test_the_mean_is_that_over_repeats_whatever_their_block():
    blocks = [block(np.array([[1.0, 3.0], [2.0, 4.0]])), block(np.array([[10.0, 10.0, 10.0]]))]
    assert bootstrap_mean(blocks, seed=0).mean == pytest.approx((2 + 3 + 10) / 3)


def test_equal_figures_leave_no_doubt():
    assert bootstrap_mean([block(np.full((5, 7), 0.25))], seed=0) == Interval(0.25, 0.25, 0.25)


def test_the_same_seed_gives_the_same_interval():
    values = [block(np.random.default_rng(0).normal(size=(6, 40)))]
    first, again, other = (bootstrap_mean(values, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_many_independent_repeats_give_the_interval_of_students_t():
    repeats = np.random.default_rng(3).normal(0.3, 1.0, size=12)
    found = bootstrap_mean([block(np.repeat(repeats[:, None], 4, axis=1))], seed=0, draws=20_000)
    half = t.ppf(0.975, 11) * repeats.std(ddof=1) / np.sqrt(12)
    assert found.lower == pytest.approx(repeats.mean() - half, abs=0.12 * half)
    assert found.upper == pytest.approx(repeats.mean() + half, abs=0.12 * half)


def test_one_repeat_has_the_interval_of_its_crystals():
    values = np.random.default_rng(4).normal(size=(1, 400))
    found = bootstrap_mean([block(values)], seed=0, draws=10_000)
    half = 1.96 * values.std() / 20
    assert found.upper - found.lower == pytest.approx(2 * half, rel=0.05)


def test_crystals_of_one_group_count_as_one():
    values = np.random.default_rng(5).normal(size=(1, 50))
    alone = bootstrap_mean([block(values)], seed=0)
    copied = Block(np.repeat(values, 8, axis=1), np.repeat(np.arange(50), 8))
    found = bootstrap_mean([copied], seed=0)
    assert (found.lower, found.upper) == pytest.approx((alone.lower, alone.upper))
    believed = bootstrap_mean([block(copied.values)], seed=0)
    assert believed.upper - believed.lower < 0.5 * (alone.upper - alone.lower)


def test_an_interval_of_95_percent_holds_the_truth_in_95_percent_of_studies():
    """Differences with a part of the repeat, a part of the crystal and a part of both, all normal."""
    generator, trials, truth = np.random.default_rng(6), 400, 0.1
    hits = 0
    for trial in range(trials):
        repeat, crystal = generator.normal(size=(10, 1)), generator.normal(size=(1, 60))
        values = truth + 0.1 * repeat + 0.3 * crystal + 0.5 * generator.normal(size=(10, 60))
        found = bootstrap_mean([block(values)], seed=trial, draws=400)
        hits += found.lower <= truth <= found.upper
    assert 0.93 <= hits / trials <= 0.995


def test_the_tail_is_that_of_student_for_few_and_as_stated_for_many():
    assert spread_tail(0.025, 1) == 0.025
    assert spread_tail(0.025, 10) == pytest.approx(norm.cdf(np.sqrt(10 / 9) * -2.262157), rel=1e-5)
    assert spread_tail(0.025, 100_000) == pytest.approx(0.025, rel=1e-3)


@pytest.mark.parametrize(
    ("lower", "upper", "sure"), [(0.1, 0.3, True), (-0.3, -0.1, True), (-0.1, 0.1, False)]
)
def test_a_sign_is_sure_when_the_interval_excludes_zero(lower: float, upper: float, sure: bool):
    assert Interval(0.0, lower, upper).excludes_zero is sure
