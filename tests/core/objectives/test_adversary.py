from math import log

import pytest
import torch

from core.objectives.adversary import CompositionCritic, PriorCritic, reversed_gradient


def test_a_reversed_gradient_is_turned_around_and_weighted():
    values = torch.tensor([1.0, -2.0], requires_grad=True)
    passed = reversed_gradient(values, 0.5)
    assert torch.equal(passed, values)
    passed.square().sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == [-1.0, 2.0]


def test_a_prior_critic_that_knows_nothing_loses_two_ln_two():
    critic = PriorCritic(4)
    torch.nn.init.zeros_(critic.layers[2].weight)
    torch.nn.init.zeros_(critic.layers[2].bias)
    assert critic(torch.randn(5, 4), torch.rand(5, 4), 1.0, 5).item() == pytest.approx(2 * log(2))


def test_a_step_of_the_prior_makes_embeddings_harder_to_tell_from_it():
    torch.manual_seed(0)
    critic, drawn = PriorCritic(2), torch.rand(64, 2)
    embeddings = (3.0 + torch.randn(64, 2)).requires_grad_()
    optimiser = torch.optim.Adam(critic.parameters(), lr=0.01)
    for _ in range(50):
        optimiser.zero_grad()
        critic(embeddings.detach(), drawn, 1.0, 64).backward()
        optimiser.step()
    loss = critic(embeddings, drawn, 1.0, 64)
    (gradient,) = torch.autograd.grad(loss, embeddings)
    moved = embeddings.detach() - 10.0 * gradient
    assert critic(moved, drawn, 1.0, 64) > loss


def test_what_hides_the_composition_is_the_share_that_is_read_wrongly():
    critic = CompositionCritic(3)
    torch.nn.init.zeros_(critic.layers[2].weight)
    with torch.no_grad():
        critic.layers[2].bias.zero_()
        critic.layers[2].bias[10], critic.layers[2].bias[16] = 3.0, 1.0
    fractions = torch.zeros(2, 103)
    fractions[0, [10, 16]] = torch.tensor([0.75, 0.25])
    fractions[1, [10, 16]] = 0.5
    assert critic(torch.randn(2, 3), fractions, 1.0, 2).item() == pytest.approx((0.0 + 0.25) / 2)


def test_a_network_that_reads_nothing_misses_all_of_the_composition():
    critic = CompositionCritic(3)
    torch.nn.init.zeros_(critic.layers[2].weight)
    torch.nn.init.constant_(critic.layers[2].bias, -1.0)
    fractions = torch.eye(103)[:2]
    assert critic(torch.randn(2, 3), fractions, 1.0, 2).item() == pytest.approx(1.0)
