"""A few steps of a task on small noisy crystals, and how it then does on replicas it has not seen."""

import numpy as np
import torch

from core.objectives.clouds.cloud_task import CloudTask, Figures
from tests.core.objectives.clouds.prototypes import drawn, prototype_clouds


def learned(
    task: CloudTask, steps: int, learning_rate: float = 5e-3, seed: int = 0
) -> tuple[Figures, Figures]:
    """Learn from replica 0, 32 clouds a step; return figures on replica 1, and those of the trivial guess."""
    clouds = prototype_clouds(clouds_per_crystal=24)
    known, unseen = (clouds.select(clouds.replica == k) for k in (0, 1))
    optimiser = torch.optim.Adam(task.parameters(), lr=learning_rate)
    torch.manual_seed(seed)
    task.train()
    random = np.random.default_rng(seed)
    for step in range(steps):
        inputs, targets = drawn(task, known.select(random.permutation(len(known))[:32]), seed=step)
        loss, _ = task.learn(inputs, targets)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(task.parameters(), 1.0)
        optimiser.step()
    task.eval()
    with torch.no_grad():
        inputs, targets = drawn(task, unseen, seed=10_000)
        return task.figures(task(inputs), targets), task.figures(task.trivial(inputs, targets), targets)
