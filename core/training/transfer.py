"""Which layers fine-tuning takes over, keeps fixed or makes anew, and how fast each of them learns."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from core.config import TransferSettings
from core.encoders.encoding import Encoder
from core.errors import SettingError

ENCODER = "encoder"  # what all layer groups together are called
HEAD = "head"


@dataclass(frozen=True)
class TransferPlan:
    """The layer groups of an encoder, by name, that are loaded, kept fixed and made anew."""

    loaded: tuple[str, ...]
    frozen: tuple[str, ...]
    new: tuple[str, ...]

    def sentence(self, started_from: str) -> str:
        """The plan in words."""
        parts = (f"Taken over from '{started_from}'", "kept fixed", "started afresh")
        named = zip(parts, (self.loaded, self.frozen, self.new), strict=True)
        return "; ".join(f"{part}: {', '.join(names)}" for part, names in named if names) + "."


def plan_transfer(encoder: Encoder, settings: TransferSettings, has_start: bool) -> TransferPlan:
    """Decide what becomes of each layer group; without a starting model none is loaded and all are new.

    Raises SettingError for more layers to keep fixed than there are, or when nothing is left of the start.
    """
    settings.check_together()
    names = list(encoder.layer_groups())
    frozen = names[: _num_frozen(names, settings)]
    if not has_start:
        return TransferPlan((), _in_short(frozen, names), ())
    new = names[len(frozen) :] if settings.deeper == "new" else []
    loaded = names[: len(names) - len(new)]
    return TransferPlan(_in_short(loaded, names), _in_short(frozen, names), (*_in_short(new, names), HEAD))


def frozen_modules(encoder: Encoder, settings: TransferSettings) -> list[nn.Module]:
    """List the layers that fine-tuning leaves as they were, statistics of batch normalisation included."""
    groups = encoder.layer_groups()
    frozen = list(groups)[: _num_frozen(list(groups), settings)]
    return [encoder] if len(frozen) == len(groups) else [layer for name in frozen for layer in groups[name]]


def renew_deeper_layers(encoder: Encoder, fresh: Encoder, settings: TransferSettings) -> None:
    """Give the layers that are not kept fixed the weights of a fresh encoder of the same kind, if so set."""
    if settings.deeper == "keep":
        return
    groups, others = encoder.layer_groups(), fresh.layer_groups()
    for name in list(groups)[_num_frozen(list(groups), settings) :]:
        for layer, other in zip(groups[name], others[name], strict=True):
            layer.load_state_dict(other.state_dict())


def rate_groups(
    encoder: Encoder, head: nn.Module, depth_factor: float
) -> list[tuple[list[nn.Parameter], float]]:
    """Divide the parameters to train by depth, with their factor on the learning rate.

    1 for the head, `depth_factor` for the crystal layers, its square for the block below, and so on
    (discriminative fine-tuning, Howard and Ruder 2018, arXiv 1801.06146, section 3.2).
    """
    modules: Sequence[Sequence[nn.Module]] = [[head], *reversed(encoder.layer_groups().values())]
    groups = [
        ([p for layer in layers for p in layer.parameters() if p.requires_grad], depth_factor**depth)
        for depth, layers in enumerate(modules)
    ]
    if depth_factor == 1.0:
        return [([parameter for parameters, _ in groups for parameter in parameters], 1.0)]
    return [(parameters, factor) for parameters, factor in groups if parameters]


def _num_frozen(names: Sequence[str], settings: TransferSettings) -> int:
    blocks = len(names) - 2  # between the embedding and the crystal layers
    if settings.freeze == "layers" and settings.frozen_layers > blocks:
        raise SettingError(
            f"{settings.frozen_layers} layers are to be kept fixed, but the network has "
            f"{blocks} above its embedding ({', '.join(names[1:-1])}).",
            "Lower 'Layers kept fixed', or keep the whole encoder fixed.",
        )
    counts = {"none": 0, "embedding": 1, "layers": 1 + settings.frozen_layers}
    return {**counts, "sites": 1 + blocks, "encoder": len(names)}[settings.freeze]


def _in_short(chosen: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    return (ENCODER,) if chosen and len(chosen) == len(names) else tuple(chosen)
