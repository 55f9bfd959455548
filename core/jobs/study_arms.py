"""The arms of a study: what each learns from, and where its network comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from core.config import ENCODERS
from core.settings import Settings

Block = Literal["composition", "structure", "embedding"]
Fixed = int | Literal["all"]  # layers above the embedding; all: the whole encoder
SourceKind = Literal[
    "random",
    "deep_infomax",
    "deep_infomax_unrelated",
    "deep_infomax_contrastive",
    "supervised",
    "joint",
    "model",
]

# In the run folder: labelled entries without a structure, and marks of what finished cells learned from.
ENTRIES_FILE: Final = "entries.jsonl"
AGREEMENT_FILE: Final = "agreement.json"

LEARNERS: Final = ("boosting", "extra_trees", "forest", "gaussian_process", "network", "ridge", "stack")
BLEND_LEARNER: Final = "boosting"
_LEARNER_WORDS: Final = {
    "boosting": "gradient boosting",
    "extra_trees": "extremely randomised trees",
    "forest": "random forest",
    "gaussian_process": "Gaussian process",
    "network": "small network",
    "ridge": "ridge regression",
    "stack": "blend of learners",
}


_ENCODER_WORDS: Final = {
    "site_net": "Site-Net",
    "site_net_multihead": "Site-Net with several heads",
    "cgcnn": "CGCNN",
    "geometric_algebra": "a network of geometric-algebra attention",
}


@dataclass(frozen=True)
class Source:
    """Where the weights of an encoder come from, before it sees a label of what is studied.

    properties: those that a supervised pretraining learns, one that is joint after Deep InfoMax. path: the
    file of a model. encoder: of random weights, with its standard settings; empty for the encoder of the
    study with its settings.
    """

    kind: SourceKind
    properties: tuple[str, ...] = ()
    path: str = ""
    encoder: str = ""

    @property
    def is_pretrained_here(self) -> bool:
        """Whether the study itself has to pretrain it."""
        return self.kind not in ("random", "model")

    def encoder_settings(self, of_study: Settings) -> Settings:
        """Settings of the encoder that it starts as, where the study itself makes it."""
        return ENCODERS[self.encoder]() if self.encoder else of_study

    @property
    def words(self) -> str:
        """The source as a reader would call it."""
        return {
            "random": f"random weights{self._of_encoder}",
            "deep_infomax": "Deep InfoMax",
            "deep_infomax_unrelated": "Deep InfoMax without the extra false surroundings",
            "deep_infomax_contrastive": "Deep InfoMax in the contrastive form",
            "supervised": f"pretraining on {' and '.join(self.properties)}",
            "joint": f"Deep InfoMax, then pretraining on {' and '.join(self.properties)}",
            "model": f"the model {Path(self.path).name}",
        }[self.kind]

    @property
    def training_words(self) -> str:
        """What fine-tuning from it would be called."""
        return f"training{self._of_encoder} from scratch" if self.kind == "random" else self.words

    @property
    def _of_encoder(self) -> str:
        return f" of {_ENCODER_WORDS[self.encoder]}" if self.encoder else ""


@dataclass(frozen=True)
class Arm:
    """One way to learn that a study compares with others.

    text: as it was asked for. blocks: the fixed features that `learner` takes; without a learner the
    network itself is fine-tuned from `source`, and without a source the mean is predicted. fixed: how many
    layers above the embedding fine-tuning leaves as they were, 0 being none and no embedding either;
    None: as the settings of the study say. is_blend: the network is fine-tuned and the learner learns, and
    their predictions are averaged.
    """

    text: str
    learner: str = ""
    blocks: tuple[Block, ...] = ()
    source: Source | None = None
    fixed: Fixed | None = None
    is_blend: bool = False

    @property
    def transfers(self) -> bool:
        """Whether it fine-tunes a network that has learned something before."""
        tunes = self.is_blend or not self.learner
        return tunes and self.source is not None and self.source.kind != "random"

    @property
    def pretrains(self) -> bool:
        """Whether the study itself has to pretrain its encoder."""
        return self.source is not None and self.source.is_pretrained_here

    @property
    def words(self) -> str:
        """What the arm is called in a sentence."""
        if self.learner and not self.is_blend:
            return self._learner_words
        if self.source is None:
            return "the mean"
        tuned = self.source.training_words + ("" if self.fixed is None else f" {_fixed_words(self.fixed)}")
        return f"a blend of {tuned} and {self._learner_words}" if self.is_blend else tuned

    @property
    def _learner_words(self) -> str:
        embedding = self.source.words if self.source else ""
        parts = [embedding if block == "embedding" else block for block in self.blocks]
        return f"{_LEARNER_WORDS[self.learner]} on {_listed(parts)}"


def properties_of(arms: Sequence[Arm]) -> tuple[str, ...]:
    """The properties on which sources are pretrained, each once."""
    names = [name for arm in arms if arm.source for name in arm.source.properties]
    return tuple(dict.fromkeys(names))


def models_of(arms: Sequence[Arm]) -> tuple[str, ...]:
    """The files of models that arms start from, each once."""
    paths = [arm.source.path for arm in arms if arm.source and arm.source.path]
    return tuple(dict.fromkeys(paths))


def model_file(number: int) -> str:
    """Where a run folder keeps its copy of the model with this place in `models_of`."""
    return f"models/{number:02d}.safetensors"


def _fixed_words(fixed: Fixed) -> str:
    if fixed == "all":
        return "with the whole encoder fixed"
    layers = f"the embedding and the first {fixed} layer{'s' if fixed > 1 else ''}"
    return f"with {layers} fixed" if fixed else "with no layer fixed"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
