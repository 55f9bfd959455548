"""What a model of any kind predicts of structure files outside a project."""

from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import ModelError
from core.evaluation.learners.blended_file import holds_blend, load_blended
from core.evaluation.learners.blended_model import Predictor
from core.evaluation.learners.described_files import describe_files
from core.evaluation.learners.learned_file import load_learned
from core.evaluation.learners.learned_predictions import told_by
from core.evaluation.predictions import Predicted, predicted_by
from core.evaluation.trust.domain import Crystals
from core.inspection.from_files import EncodedFiles, encode_files
from core.training.model.model_file import holds_learner, load_model

Found = tuple[Predictor, EncodedFiles, Predicted]
OnProgress = Callable[[int, int], None]


def predict_files(path: Path, paths: Sequence[Path], on_progress: OnProgress) -> Found:
    """Load the model of `path` and predict every structure found in `paths`.

    Raises ModelError for a model that predicts nothing, and StructureError when no structure can be used.
    """
    if holds_blend(path):
        return _by_blend(path, paths, on_progress)
    return (_by_learner if holds_learner(path) else _by_networks)(path, paths, on_progress)


def _by_networks(path: Path, paths: Sequence[Path], on_progress: OnProgress) -> Found:
    model = load_model(path)
    if not model.card.properties:
        raise ModelError(f"'{path}' was pretrained and has learned no property.", "Fine-tune it first.")
    files = encode_files(model, paths, on_progress)
    return model, files, predicted_by(model, _crystals(files), files.encoded)


def _by_learner(path: Path, paths: Sequence[Path], on_progress: OnProgress) -> Found:
    model = load_learned(path)
    files, features = describe_files(model.card.blocks, model.network, paths, on_progress)
    return model, files, told_by(model, [read.structure.composition for read in files.read], features)


def _by_blend(path: Path, paths: Sequence[Path], on_progress: OnProgress) -> Found:
    model = load_blended(path)
    files, features = describe_files(model.learned.card.blocks, model.networks, paths, on_progress)
    told = model.told(files.encoded, features)
    return model, files, predicted_by(model.networks, _crystals(files), files.encoded, told=told)


def _crystals(files: EncodedFiles) -> Crystals:
    return Crystals.of(read.structure for read in files.read)
