"""What the arms of a study work with: encoders, and fixed features, with embeddings among them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.features.embedding import embedding_features
from core.evaluation.study.array_file import load_array, save_array
from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.study.folds import Fold
from core.evaluation.study.pretraining import Pretraining
from core.evaluation.study.workplace import Workplace
from core.inspection.encode import encode
from core.jobs.study_arms import Block, Source


@dataclass(frozen=True)
class Bench:
    """What arms work with; none of it knows a label of the property that is studied."""

    place: Workplace
    features: FeatureTable
    pretraining: Pretraining

    def block(self, block: Block, source: Source | None, fold: Fold) -> NDArray[np.float64]:
        """One kind of fixed features of all labelled structures, (L, F)."""
        if block == "composition":
            return self.features.composition
        if block == "structure":
            return self.features.structure
        if source is None:
            raise ValueError("an embedding needs an encoder")
        return self._embeddings(source, fold)

    def _embeddings(self, source: Source, fold: Fold) -> NDArray[np.float64]:
        """Frozen embeddings by the encoder of a source, kept on disk for the other cells of the fold."""
        path = self.pretraining.folder(source, fold) / "embeddings.npy"
        if not path.exists():
            place = self.place
            model = self.pretraining.start(source, fold, place.seed)
            graphs = place.graphs_of(model.card.typed_encoder_settings())
            chosen = [graphs[k] for k in place.labelled]
            encoded = encode(model, chosen, place.device.torch_device)
            save_array(path, embedding_features(chosen, encoded))
        return load_array(path)
