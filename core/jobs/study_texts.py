"""What the settings of a study say in words of their own: names of arms, label budgets, a range of values."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from core.config import ENCODERS
from core.errors import SettingError, UnknownChoice
from core.jobs.study_arms import BLEND_LEARNER, LEARNERS, Arm, Block, Source, SourceKind

_FIXED: Final = re.compile(r"\(\s*(\d{1,3}|all)\s+fixed\s*\)\s*$")  # behind the name of an arm


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


_HYBRID: Final[tuple[Block, ...]] = ("embedding", "composition", "structure")
_SIMPLE: Final[dict[str, Arm]] = {
    "mean": Arm(""),
    "forest": Arm("", "forest", ("composition",)),
    "boosting": Arm("", "boosting", ("composition",)),
    "boosting_structure": Arm("", "boosting", ("composition", "structure")),
    "scratch": Arm("", source=Source("random")),
    "deep_infomax": Arm("", source=Source("deep_infomax")),
    "deep_infomax_unrelated": Arm("", source=Source("deep_infomax_unrelated")),
    "deep_infomax_contrastive": Arm("", source=Source("deep_infomax_contrastive")),
    "random_frozen": Arm("", "ridge", ("embedding",), Source("random")),
}
_WITH_ARGUMENT: Final[dict[str, Callable[[str], Arm]]] = {
    "scratch": _scratch,
    "supervised": lambda argument: _properties("supervised", argument),
    "combined": lambda argument: _properties("supervised", argument),
    "joint": lambda argument: _properties("joint", argument),
    "model": lambda argument: Arm("", source=Source("model", path=argument)),
    "composition": lambda argument: _learned(("composition",), argument),
    "structure": lambda argument: _learned(("composition", "structure"), argument),
    "frozen": lambda argument: _learned(("embedding",), argument),
    "hybrid": lambda argument: _learned(_HYBRID, argument),
    "blend": _blend,
    "random_frozen": _random_frozen,
}
_SOURCES: Final = (
    "scratch",
    "deep_infomax",
    "deep_infomax_unrelated",
    "deep_infomax_contrastive",
    "supervised",
    "combined",
    "joint",
    "model",
)
_LEARNER_HINT: Final = f"Name a learner: {', '.join(LEARNERS)}."
_HINTS: Final = {
    **dict.fromkeys(_WITH_ARGUMENT, _LEARNER_HINT),
    "scratch": f"Name an encoder: {', '.join(ENCODERS)}.",
    "supervised": "Write supervised:PROPERTY.",
    "blend": "Name where its network starts, such as blend:deep_infomax.",
    "combined": "Write combined:PROPERTY+PROPERTY.",
    "joint": "Write joint:PROPERTY+PROPERTY.",
    "model": "Write model:FILE.",
}
ARM_NAMES: Final = tuple(dict.fromkeys([*_SIMPLE, *_WITH_ARGUMENT]))
