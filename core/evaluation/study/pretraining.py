"""Encoders for the arms of a study: pretrained once per fold, on structures that the test does not touch."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.config import DeepInfoMaxSettings, Settings, TransferSettings, encoder_name
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.errors import TooFewStructures
from core.evaluation.study.folds import Fold
from core.evaluation.study.workplace import Interrupted, Workplace
from core.jobs.spec import PropertySpec
from core.jobs.study_arms import Source, SourceKind
from core.objectives.deep_infomax import DeepInfoMax
from core.training.composition import element_fractions
from core.training.finetuning import FinetuneTask, fit_normalisers
from core.training.model.model_card import ModelCard, NormaliserCard
from core.training.model.model_file import Model, load_model, new_head, save_model
from core.training.model.seen import Seen
from core.training.pretraining import PretrainTask
from core.training.splits import Split, group_names, split_by_group
from core.training.targets import read_targets

# What kinds of Deep InfoMax change of the settings of the study.
_CHANGES: dict[SourceKind, dict[str, bool | str]] = {
    "deep_infomax_unrelated": {
        "donated_geometry": False,
        "donated_species": False,
        "shuffled_species": False,
    },
    "deep_infomax_contrastive": {"form": "infonce"},
}
FEWEST_STRUCTURES = 4


class Pretraining:
    """Gives the encoders that arms start from, and makes those that are not there yet."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._own: Settings = place.settings.encoder
        self._failed: dict[Path, Exception] = {}

    def start(self, source: Source, fold: Fold, seed: int) -> Model:
        """The encoder of a source for this fold; raises Interrupted, and what a training raises.

        seed: of the weights of one that is not trained. A pretraining that failed is not tried again.
        """
        if source.kind == "model":
            return load_model(self._place.models[source.path])
        if source.kind == "random":
            settings = source.encoder_settings(self._own)
            torch.manual_seed(seed)
            return self._model(self._new_encoder(settings), settings, np.array([], dtype=np.int64))
        path = self.folder(source, fold) / "model.safetensors"
        if path in self._failed:
            raise self._failed[path]
        if not path.exists():
            try:
                self._pretrain(source, fold, path)
            except Interrupted:
                raise
            except Exception as error:
                self._failed[path] = error
                raise
        return load_model(path)

    def folder(self, source: Source, fold: Fold) -> Path:
        """Where the encoder of a source and what is made of it is kept."""
        parts = [*source.properties, source.path, *filter(None, [source.encoder])]
        digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]
        words = "-".join([source.kind, *filter(None, [source.encoder]), *source.properties])
        safe = re.sub("[^A-Za-z0-9_-]+", "_", words)[:40]
        return self._place.folder / "pretrained" / f"{safe}-{digest}-f{fold.number}"

    def _pretrain(self, source: Source, fold: Fold, path: Path) -> None:
        rows = pretraining_rows(self._place, fold)
        stage = f"pretraining for fold {fold.number + 1}: {source.words}"
        if source.properties:
            encoder = self._encoder_to_teach(source, fold)
            model = self._supervised(encoder, source.properties, rows, path.parent, stage)
        else:
            model = self._deep_infomax(source, rows, path.parent, stage)
        save_model(path, model)

    def _deep_infomax(self, source: Source, rows: NDArray[np.int64], folder: Path, stage: str) -> Model:
        place = self._place
        standard: DeepInfoMaxSettings = place.settings.deep_infomax
        settings = standard.model_copy(update=_CHANGES.get(source.kind, {}))
        encoder = self._fresh_encoder()
        objective = DeepInfoMax(encoder, settings, self._num_features(self._own))
        objective = place.device.place(objective)
        fractions = element_fractions(place.rows) if settings.composition_weight else None
        self._train(PretrainTask(objective, fractions), rows, folder, stage)
        return self._model(encoder, self._own, rows)

    def _supervised(
        self, encoder: Encoder, names: Sequence[str], rows: NDArray[np.int64], folder: Path, stage: str
    ) -> Model:
        place = self._place
        properties = tuple(prop for prop in place.properties[1:] if prop.name in names)
        targets = read_targets(place.rows, properties)
        rows = rows[targets.labelled[rows]]
        split = self._split(rows)
        normalisers = fit_normalisers(targets, split.train, properties)
        bare = self._model(encoder, self._own, rows, properties, [(n.mean, n.std) for n in normalisers])
        model = Model(bare.card, encoder, new_head(bare.card, encoder))
        objective = place.objective_for(properties)
        task = FinetuneTask(model, targets, properties, objective, TransferSettings())
        place.device.place(task.network)
        self._train(task, rows, folder, stage)
        seen = Seen.of_rows([place.rows[k] for k in rows], names)
        return Model(self._model(encoder, self._own, rows).card, encoder, None, seen)

    def _train(
        self, task: PretrainTask | FinetuneTask, rows: NDArray[np.int64], folder: Path, stage: str
    ) -> None:
        place = self._place
        place.train(
            task,
            place.graphs_of(self._own),
            self._split(rows),
            place.settings.pretraining,
            seed=place.seed,
            folder=folder,
            stage=stage,
        )

    def _split(self, rows: NDArray[np.int64]) -> Split:
        if len(rows) < FEWEST_STRUCTURES:
            raise TooFewStructures(
                f"Only {len(rows)} structures are left to pretrain on.", "Add a collection to pretrain on."
            )
        groups = group_names([self._place.rows[k] for k in rows], "random")
        fraction = self._place.settings.pretraining.validation_fraction
        part = split_by_group(groups, validation_fraction=fraction, test_fraction=0.0, seed=self._place.seed)
        return Split(rows[part.train], rows[part.validation], rows[part.test])

    def _encoder_to_teach(self, source: Source, fold: Fold) -> Encoder:
        if source.kind == "supervised":
            return self._fresh_encoder()
        encoder = self.start(Source("deep_infomax"), fold, self._place.seed).encoder
        torch.manual_seed(self._place.seed)  # of the head, whether or not Deep InfoMax was run just now
        return encoder

    def _fresh_encoder(self) -> Encoder:
        torch.manual_seed(self._place.seed)
        return self._new_encoder(self._own)

    def _new_encoder(self, settings: Settings) -> Encoder:
        return create_encoder(encoder_name(settings), settings, self._num_features(settings))

    def _num_features(self, settings: Settings) -> int:
        return int(self._place.graphs_of(settings)[0].site_features.shape[1])

    def _model(
        self,
        encoder: Encoder,
        settings: Settings,
        rows: NDArray[np.int64],
        properties: tuple[PropertySpec, ...] = (),
        normalisers: Sequence[tuple[float, float]] = (),
    ) -> Model:
        card = ModelCard(
            encoder=encoder_name(settings),
            encoder_settings=settings.model_dump(),
            num_features=self._num_features(settings),
            head_width=self._place.settings.objective.head_width,
            properties=properties,
            normalisers=tuple(NormaliserCard(mean=mean, std=std) for mean, std in normalisers),
            num_train=len(rows),
            lineage=self._place.lineage(),
        )
        return Model(card, encoder, None, Seen.of_rows([self._place.rows[k] for k in rows]))


def pretraining_rows(place: Workplace, fold: Fold) -> NDArray[np.int64]:
    """Rows that an encoder for this fold may be pretrained on: no formula and no duplicate of a test row."""
    tested = [place.rows[k] for k in place.labelled[fold.test]]
    formulas = {row["formula"] for row in tested}
    duplicates = {row["content_hash"] for row in tested}
    return np.array(
        [
            k
            for k, row in enumerate(place.rows)
            if row["formula"] not in formulas and row["content_hash"] not in duplicates
        ],
        dtype=np.int64,
    )
