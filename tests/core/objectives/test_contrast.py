from math import log

import pytest
import torch
import torch.nn.functional as F

from core.graphs.batch import Batch
from core.objectives.contrast import FORMS, Scores, infonce_loss, jensen_shannon_loss, mean_over_crystals


def batch_of(sites_per_crystal: list[int], counts: list[float] | None = None) -> Batch:
    """Sites without pairs; `counts` says how many equal ones each row stands for."""
    crystal = torch.repeat_interleave(torch.arange(len(sites_per_crystal)), torch.tensor(sites_per_crystal))
    counted = torch.ones(len(crystal)) if counts is None else torch.tensor(counts)
    total = torch.zeros(len(sites_per_crystal)).index_add(0, crystal, counted)
    nothing = torch.zeros(0)
    return Batch(counted[:, None], nothing, nothing, nothing, crystal, total, counted, nothing)


def scores(values: list[float], site: list[int], is_valid: list[bool]) -> Scores:
    """Equally weighted scores."""
    sites = torch.tensor(site)
    weights = 1.0 / torch.bincount(sites, minlength=len(is_valid))[sites]
    return Scores(torch.tensor(values), weights, sites, torch.tensor(is_valid))


EVERY = [True, True, True]
TRUE = scores([1.0, 2.0, 0.5, -1.0], [0, 0, 1, 2], EVERY)
FALSE = {
    "near": scores([0.3, -0.2, 0.1, 0.7], [0, 1, 1, 2], EVERY),
    "far": scores([0.0, 4.0, -3.0], [0, 1, 2], [True, False, True]),
}


def test_jensen_shannon_is_the_mean_over_sites_then_crystals_of_each_kind():
    def sp(value: float) -> float:
        return F.softplus(torch.tensor(value)).item()

    true = ((sp(-1.0) + sp(-2.0)) / 2 + sp(-0.5)) / 2 / 2 + sp(1.0) / 2
    near = (sp(0.3) + (sp(-0.2) + sp(0.1)) / 2) / 2 / 2 + sp(0.7) / 2
    far = sp(0.0) / 2 + sp(-3.0) / 2
    found = jensen_shannon_loss(TRUE, FALSE, batch_of([2, 1])).item()
    assert found == pytest.approx(true + (near + far) / 2, rel=1e-6)


def test_infonce_is_minus_the_logarithm_of_the_share_of_the_true_one():
    def share(true: float, *others: float) -> float:
        exponentials = torch.tensor([true, *others]).exp()
        return -log(exponentials[0] / exponentials.sum())

    between = log((torch.tensor(-0.2).exp() + torch.tensor(0.1).exp()) / 2)
    first = (share(1.0, 0.3, 0.0) + share(2.0, 0.3, 0.0)) / 2
    second, third = share(0.5, between), share(-1.0, 0.7, -3.0)
    found = infonce_loss(TRUE, FALSE, batch_of([2, 1])).item()
    assert found == pytest.approx((first + second) / 4 + third / 2, rel=1e-6)


@pytest.mark.parametrize(("form", "expected"), [("jensen_shannon", 2 * log(2)), ("infonce", log(3))])
@pytest.mark.parametrize("constant", [0.0])
def test_without_information_the_loss_is_known(form: str, expected: float, constant: float):
    true = scores([constant] * 4, [0, 0, 1, 2], EVERY)
    false = {name: scores([constant] * 3, [0, 1, 2], EVERY) for name in ("a", "b")}
    assert FORMS[form](true, false, batch_of([2, 1])).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_huge_scores_give_a_finite_loss_and_gradient(form: str):
    values = torch.tensor([1e4, -1e4, 1e4, -1e4], requires_grad=True)
    true = Scores(values, TRUE.weights, TRUE.site, TRUE.is_valid)
    loss = FORMS[form](true, FALSE, batch_of([2, 1]))
    loss.backward()
    assert torch.isfinite(loss)
    assert values.grad is not None
    assert torch.isfinite(values.grad).all()


@pytest.mark.parametrize("form", sorted(FORMS))
def test_better_scores_mean_a_lower_loss(form: str):
    better = Scores(TRUE.values + 1.0, TRUE.weights, TRUE.site, TRUE.is_valid)
    batch = batch_of([2, 1])
    assert FORMS[form](better, FALSE, batch) < FORMS[form](TRUE, FALSE, batch)


def test_a_site_with_nothing_false_does_not_count_for_infonce():
    false = {"far": scores([0.0, 4.0, -3.0], [0, 1, 2], [True, False, True])}
    others = {"far": scores([0.0, -9.0, -3.0], [0, 1, 2], [True, False, True])}
    changed = scores([1.0, 2.0, 8.0, -1.0], [0, 0, 1, 2], EVERY)
    batch = batch_of([2, 1])
    assert infonce_loss(TRUE, false, batch).item() == infonce_loss(changed, others, batch).item()


def test_crystals_count_equally_whatever_their_size():
    batch = batch_of([9, 2])
    values = torch.tensor([1.0] * 9 + [4.0, 6.0])
    assert mean_over_crystals(values, batch).item() == pytest.approx(3.0)
    counted = torch.tensor([True] * 2 + [False] * 7 + [True, False])
    assert mean_over_crystals(values, batch, counted).item() == pytest.approx(2.5)


def test_a_row_counts_as_all_the_sites_that_it_stands_for():
    batch = batch_of([2, 1], counts=[3.0, 1.0, 5.0])
    assert mean_over_crystals(torch.tensor([2.0, 6.0, 1.0]), batch).item() == pytest.approx(2.0)
