"""Learning measured properties on top of an encoder."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.config import SupervisedSettings, TransferSettings
from core.errors import LabelError, SettingError
from core.graphs.batch import Batch
from core.jobs.class_columns import class_groups
from core.jobs.property_choices import property_weights
from core.jobs.spec import PropertySpec
from core.objectives.classes import class_probabilities
from core.objectives.exchange import alike_for_all
from core.objectives.supervised import supervised_loss
from core.training.label_weights import label_weights
from core.training.loop.task import Metrics
from core.training.model.model_file import Model
from core.training.targets import Normaliser, Targets
from core.training.transfer import frozen_modules, rate_groups


class FinetuneTask:
    """Encoder and head against the normalised labels of the training split."""

    fewest_per_batch = 1

    def __init__(
        self,
        model: Model,
        targets: Targets,
        properties: Sequence[PropertySpec],
        settings: SupervisedSettings,
        transfer: TransferSettings,
    ) -> None:
        if model.head is None:
            raise ValueError("a model to fine-tune has a head")
        self._encoder, self._head = model.encoder, model.head
        self._properties, self._settings = properties, settings
        self._normalisers = model.normalisers
        self._classes = class_groups(properties)
        self._property_weights = torch.tensor(property_weights(settings.property_weights, properties))
        self._label_weights = torch.from_numpy(label_weights(targets, model.normalisers, settings))
        columns = [n.normalise(targets.values[:, k]) for k, n in enumerate(model.normalisers)]
        self._values = torch.tensor(np.stack(columns, axis=1), dtype=torch.float32)
        self._bounds = torch.tensor(targets.bounds)
        self.network = nn.ModuleDict({"encoder": self._encoder, "head": self._head})
        self._frozen = frozen_modules(model.encoder, transfer)
        for module in self._frozen:
            module.requires_grad_(False)
        self.clip_groups = [[p for p in self.network.parameters() if p.requires_grad]]
        self.rate_groups = rate_groups(self._encoder, self._head, transfer.depth_factor)

    def set_progress(self, done: float) -> None:
        """Nothing here depends on it."""

    def set_training(self, training: bool) -> None:
        """Switch modes; frozen modules stay in evaluation, so that their statistics do not drift."""
        self.network.train(training)
        for module in self._frozen:
            module.eval()

    def training_loss(
        self, indices: Sequence[int], batch: Batch, noise: torch.Generator
    ) -> tuple[Tensor, Metrics]:
        """Masked, bound-aware loss of one batch in units of the labels' standard deviation."""
        return self._loss(self._predict(batch), indices), {}

    @torch.no_grad()
    def validate(self, batches: Iterable[tuple[Sequence[int], Batch]]) -> tuple[float, Metrics]:
        """Loss over the validation structures, and the error of each property.

        The mean absolute error on the learned scale, of a class the mean distance from its probability. A
        bound counts there as if it were measured; the loss treats it as the settings say.
        """
        parts = [(chosen, self._predict(batch)) for chosen, batch in batches]
        indices = [index for chosen, _ in parts for index in chosen]
        predicted = torch.cat([part for _, part in parts])
        shown = class_probabilities(predicted, self._classes)
        errors = (shown - self._values[indices].to(predicted.device)).abs()
        means: dict[str, list[float]] = {}
        for k, (prop, normaliser) in enumerate(zip(self._properties, self._normalisers, strict=True)):
            if torch.isfinite(errors[:, k]).any():
                mean = float(errors[:, k].nanmean()) * normaliser.std
                means.setdefault(f"validation error of {prop.label_name}", []).append(mean)
        figures: Metrics = {name: sum(of_columns) / len(of_columns) for name, of_columns in means.items()}
        return float(self._loss(predicted, indices)), figures

    def _predict(self, batch: Batch) -> Tensor:
        """Predict the crystals of a batch, those of all its shares."""
        return alike_for_all(self._head(self._encoder(batch).crystals), batch)

    def _loss(self, predicted: Tensor, indices: Sequence[int]) -> Tensor:
        chosen, device = list(indices), predicted.device
        values, bounds, weights = (
            table[chosen].to(device) for table in (self._values, self._bounds, self._label_weights)
        )
        return supervised_loss(
            predicted,
            values,
            bounds,
            torch.isfinite(values),
            self._settings.loss,
            label_weights=weights,
            property_weights=self._property_weights.to(device),
            classes=self._classes,
        )


def check_not_negative(targets: Targets, properties: Sequence[PropertySpec]) -> None:
    """Raise SettingError, naming the property, where a value is below zero though none is to be predicted."""
    for k, prop in enumerate(properties):
        known = targets.values[np.isfinite(targets.values[:, k]), k]
        if prop.transform == "none" and known.min(initial=0.0) < 0.0:
            raise SettingError(
                f"The property '{prop.name}' has values below zero, down to {known.min():g}, and a network "
                "without negative values cannot learn them.",
                "Set 'Values that can be predicted' to linear.",
            )


def fit_normalisers(
    targets: Targets, train: NDArray[np.int64], properties: Sequence[PropertySpec]
) -> list[Normaliser]:
    """Fit one normaliser per property, to the labels of the training split alone.

    A class has none. Raises LabelError, naming the property, where the split has no label, one value or class
    only, labels beyond all measure, or a class that is neither 0 nor 1.
    """
    for group in class_groups(properties):
        _check_classes(targets.values[train][:, group], properties[group[0]].label_name)
    return [
        Normaliser(0.0, 1.0) if prop.kind == "class" else _fit(targets.values[train, k], prop.name)
        for k, prop in enumerate(properties)
    ]


def _check_classes(values: NDArray[np.float64], name: str) -> None:
    """Check the columns (C, k) of one property that is learned as classes."""
    found = np.unique(values[np.isfinite(values)])
    if wrong := [value for value in found if value not in (0.0, 1.0)]:
        raise LabelError(
            f"The property '{name}' is to be learned as classes, but has the value {wrong[0]:g}.",
            "Write its values as 0 and 1, or take it out of 'Properties that are classes'.",
        )
    if values.shape[1] == 1:
        _check_that_there_is_something_to_learn(found, name)
    elif (np.nan_to_num(values).max(axis=0, initial=0.0) > 0.0).sum() < 2:
        raise LabelError(
            f"The training split has fewer than two classes of '{name}': there is nothing to learn.",
            "Add values, or lower the validation and test shares.",
        )


def _check_that_there_is_something_to_learn(values: NDArray[np.float64], name: str) -> None:
    """Raise LabelError where a property has no value among the training split, or always the same."""
    found = np.unique(values[np.isfinite(values)])
    if len(found) == 0:
        raise LabelError(
            f"No structure of the training split has a value of '{name}'.",
            "Add values, or lower the validation and test shares.",
        )
    if len(found) == 1:
        raise LabelError(
            f"All values of '{name}' in the training split are {found[0]:g}: there is nothing to learn.",
            "Check the values, or add some that differ.",
        )


def _fit(values: NDArray[np.float64], name: str) -> Normaliser:
    _check_that_there_is_something_to_learn(values, name)
    with np.errstate(over="ignore", invalid="ignore"):
        normaliser = Normaliser.fit(values)
    if not (math.isfinite(normaliser.mean) and math.isfinite(normaliser.std)):
        raise LabelError(f"The values of '{name}' are too large to be learned.", "Check them and their unit.")
    return normaliser
