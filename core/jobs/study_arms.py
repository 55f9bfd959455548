"""The arms of a study by name: what each learns from, and where its network comes from."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from core.config import ENCODERS
from core.errors import SettingError, UnknownChoice
from core.settings import Settings

Block = Literal["composition", "structure", "embedding"]
Fixed = int | Literal["all"]  # layers above the embedding; all: the whole encoder
SourceKind = Literal["random", "deep_infomax", "deep_infomax_unrelated", "supervised", "model"]

ENTRIES_FILE: Final = "entries.jsonl"  # labelled entries without a structure, in the folder of the run

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
_FIXED: Final = re.compile(r"\(\s*(\d{1,3}|all)\s+fixed\s*\)\s*$")  # behind the name of an arm


@dataclass(frozen=True)
class Source:
    """Where the weights of an encoder come from, before it sees a label of what is studied.

    properties: those that a supervised pretraining learns. path: the file of a model. encoder: of random
    weights, with its standard settings; empty for the encoder of the study with its settings.
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
            "supervised": f"pretraining on {' and '.join(self.properties)}",
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


def parse_arms(text: str) -> tuple[Arm, ...]:
    """Read names of arms separated by commas.

    Raises UnknownChoice for a name or a learner that does not exist, SettingError for none, for one that
    is there twice, and for one that lacks what belongs behind its colon.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) < 1:
        raise SettingError("A study needs an arm.", f"Choose among: {', '.join(ARM_NAMES)}.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SettingError(f"The arm '{min(twice)}' is there twice.", "Name it once.")
    return tuple(parse_arm(name) for name in names)


def parse_arm(text: str) -> Arm:
    """Read the name of one arm; raises as `parse_arms` does."""
    suffix = _FIXED.search(text)
    if suffix:
        return _with_fixed_layers(parse_arm(text[: suffix.start()].strip()), text, suffix[1])
    name, colon, argument = text.partition(":")
    if not colon and name in _SIMPLE:
        return replace(_SIMPLE[name], text=text)
    if name not in _WITH_ARGUMENT:
        raise UnknownChoice("arm", name, ARM_NAMES)
    if not argument.strip():
        raise SettingError(f"The arm '{text}' lacks what belongs behind its colon.", _HINTS[name])
    return replace(_WITH_ARGUMENT[name](argument.strip()), text=text)


def parse_budgets(text: str) -> tuple[int, ...]:
    """Read numbers of labels separated by commas, smallest first; `all`, as 0, comes last.

    Raises SettingError for what is no number of at least two.
    """
    parts = [part.strip().lower() for part in text.split(",") if part.strip()]
    if not parts or not all(re.fullmatch(r"\d{1,9}", part) or part == "all" for part in parts):
        raise SettingError(
            f"The label budgets '{text}' are not understood.", "Write them as 50, 100, 250 or all."
        )
    numbers = {0 if part == "all" else int(part) for part in parts}
    if numbers & {1} or "0" in parts:
        raise SettingError("A label budget below 2 teaches nothing.", "Give at least two labels.")
    return tuple(sorted(numbers, key=lambda number: (number == 0, number)))


def parse_range(text: str) -> tuple[float, float] | None:
    """Read two numbers separated by a comma, the lower first; None for an empty text."""
    if not text.strip():
        return None
    try:
        lower, upper = (float(part) for part in text.split(","))
    except ValueError:
        lower, upper = 1.0, 0.0
    if not lower < upper:
        raise SettingError(f"'{text}' is no range of values.", "Write two numbers, such as -5, 5.")
    return lower, upper


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


def _source(text: str) -> Source:
    name = text.partition(":")[0]
    if text == "random":
        return Source("random")
    arm = parse_arm(text)
    if arm.source is None or arm.learner:
        raise UnknownChoice("source of an encoder", name, ("random", *_SOURCES))
    return arm.source


def _with_fixed_layers(arm: Arm, text: str, count: str) -> Arm:
    if not arm.transfers:
        raise SettingError(
            f"The arm '{text}' fine-tunes nothing of which layers could be fixed.",
            f"Write '{arm.text}', or name an arm that starts from a pretrained network.",
        )
    return replace(arm, text=text, fixed="all" if count == "all" else int(count))


def _fixed_words(fixed: Fixed) -> str:
    if fixed == "all":
        return "with the whole encoder fixed"
    layers = f"the embedding and the first {fixed} layer{'s' if fixed > 1 else ''}"
    return f"with {layers} fixed" if fixed else "with no layer fixed"


def _scratch(argument: str) -> Arm:
    if argument not in ENCODERS:
        raise UnknownChoice("encoder", argument, ENCODERS)
    return Arm("", source=Source("random", encoder=argument))


def _properties(kind: SourceKind, argument: str) -> Arm:
    names = tuple(name.strip() for name in argument.split("+") if name.strip())
    return Arm("", source=Source(kind, properties=names))


def _learned(blocks: tuple[Block, ...], argument: str) -> Arm:
    learner, at, source = (part.strip() for part in argument.partition("@"))
    if learner not in LEARNERS:
        raise UnknownChoice("learner", learner, LEARNERS)
    if "embedding" not in blocks:
        if at:
            raise SettingError(
                f"'{learner}@{source}' takes no encoder here.", "Use frozen: or hybrid: for that."
            )
        return Arm("", learner, blocks)
    return Arm("", learner, blocks, _source(source) if at else Source("deep_infomax"))


def _blend(argument: str) -> Arm:
    return Arm("", BLEND_LEARNER, ("composition", "structure"), _source(argument), is_blend=True)


def _random_frozen(argument: str) -> Arm:
    return replace(_learned(("embedding",), argument), source=Source("random"))


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_HYBRID: Final[tuple[Block, ...]] = ("embedding", "composition", "structure")
_SIMPLE: Final[dict[str, Arm]] = {
    "mean": Arm(""),
    "forest": Arm("", "forest", ("composition",)),
    "boosting": Arm("", "boosting", ("composition",)),
    "boosting_structure": Arm("", "boosting", ("composition", "structure")),
    "scratch": Arm("", source=Source("random")),
    "deep_infomax": Arm("", source=Source("deep_infomax")),
    "deep_infomax_unrelated": Arm("", source=Source("deep_infomax_unrelated")),
    "random_frozen": Arm("", "ridge", ("embedding",), Source("random")),
}
_WITH_ARGUMENT: Final[dict[str, Callable[[str], Arm]]] = {
    "scratch": _scratch,
    "supervised": lambda argument: _properties("supervised", argument),
    "combined": lambda argument: _properties("supervised", argument),
    "model": lambda argument: Arm("", source=Source("model", path=argument)),
    "composition": lambda argument: _learned(("composition",), argument),
    "structure": lambda argument: _learned(("composition", "structure"), argument),
    "frozen": lambda argument: _learned(("embedding",), argument),
    "hybrid": lambda argument: _learned(_HYBRID, argument),
    "blend": _blend,
    "random_frozen": _random_frozen,
}
_SOURCES: Final = ("scratch", "deep_infomax", "deep_infomax_unrelated", "supervised", "combined", "model")
_LEARNER_HINT: Final = f"Name a learner: {', '.join(LEARNERS)}."
_HINTS: Final = {
    **dict.fromkeys(_WITH_ARGUMENT, _LEARNER_HINT),
    "scratch": f"Name an encoder: {', '.join(ENCODERS)}.",
    "supervised": "Write supervised:PROPERTY.",
    "blend": "Name where its network starts, such as blend:deep_infomax.",
    "combined": "Write combined:PROPERTY+PROPERTY.",
    "model": "Write model:FILE.",
}
ARM_NAMES: Final = tuple(dict.fromkeys([*_SIMPLE, *_WITH_ARGUMENT]))
