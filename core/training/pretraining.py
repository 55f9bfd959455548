"""Learning without labels."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from core.graphs.batch import Batch
from core.objectives.deep_infomax import DeepInfoMax, DeepInfoMaxLosses
from core.training.loop.task import Metrics

VALIDATION_NOISE_SEED = 20240700671  # the same noise at every epoch, so that validation losses compare


class PretrainTask:
    """Deep InfoMax as a training task; its two levels are clipped apart, their gradients being isolated."""

    def __init__(self, objective: DeepInfoMax, fractions: Tensor | None = None) -> None:
        """Fractions: (N, 103), the composition of each structure, where the objective hides it."""
        self._objective, self._fractions = objective, fractions
        self.network = objective
        self.clip_groups = objective.parameter_groups()
        self.fewest_per_batch = objective.min_crystals

    @property
    def rate_groups(self) -> list[tuple[list[nn.Parameter], float]]:
        """All parameters, at the full learning rate."""
        return [([parameter for group in self.clip_groups for parameter in group], 1.0)]

    def set_progress(self, done: float) -> None:
        """Let the noise penalty rise over its warm-up."""
        warmup = self._objective.settings.kl_warmup
        self._objective.kl_share = min(1.0, done / warmup) if warmup > 0 else 1.0

    def set_training(self, training: bool) -> None:
        """Switch modes."""
        self.network.train(training)

    def training_loss(
        self, indices: Sequence[int], batch: Batch, noise: torch.Generator
    ) -> tuple[Tensor, Metrics]:
        """Sum of the losses of both levels, with their parts."""
        losses = self._losses(indices, batch, noise)
        return losses.total, losses.metrics

    @torch.no_grad()
    def validate(self, batches: Iterable[tuple[Sequence[int], Batch]]) -> tuple[float, Metrics]:
        """Self-supervised loss over the validation structures; no label is involved."""
        total, seen = 0.0, 0
        sums: Metrics = {}
        for indices, batch in batches:
            noise = torch.Generator().manual_seed(VALIDATION_NOISE_SEED)
            losses = self._losses(indices, batch, noise)
            total += float(losses.total) * len(indices)
            seen += len(indices)
            for name, value in losses.metrics.items():
                sums[name] = sums.get(name, 0.0) + value * len(indices)
        return total / seen, {f"validation {name}": value / seen for name, value in sums.items()}

    def _losses(self, indices: Sequence[int], batch: Batch, noise: torch.Generator) -> DeepInfoMaxLosses:
        if self._fractions is None:
            return self._objective.losses(batch, noise)
        fractions = self._fractions[list(indices)[batch.whole.crystals]].to(batch.distances)
        return self._objective.losses(batch, noise, fractions)
