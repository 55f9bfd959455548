"""What the weights that are shown as attention are, in the network that a run has trained."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.jobs.spec import JobSpec

_GATES = (
    "This network (CGCNN) has gates, not attention: in each convolution a gate between closed and open says "
    "how much of a neighbour's message passes. Shown is the share of each neighbour in the gates of a site; "
    "a high share says that its gate is wider open than others, not that the others are shut."
)
_HEADS_OF_NEIGHBOURS = (
    "In each convolution every head divides a weight of 1 among the neighbours of a site within the cutoff; "
    "the heads do so independently, each by what it has learned to look for."
)
_HEADS_OF_BLOCKS = (
    "In each block every head divides a weight of 1 among all sites, by a small network of its own that sees "
    "both sites and how far apart they are. The first block sees the elements; later ones see what the block "
    "before has made of them. 'Mean of all heads' hides that heads can look at opposite things."
)
_ONE_HEAD = (
    "Every site divides a weight of 1 among the sites around it, by a small network that sees what stands on "
    "them and how they lie to one another."
)
_FIRST_OF_SEVERAL = "Of the several networks of this model it is the first one's."


def meaning_of(spec: JobSpec | None, heads: Sequence[str]) -> str:
    """Say what is shown; heads: the names of the columns of the attention, as the network gives them."""
    settings: Mapping[str, Any] = {} if spec is None else spec.settings
    words = _of_heads(heads, settings.get("encoder", {}).get("messages", "gated"))
    training = settings.get("training", {})
    several = training.get("blend") or training.get("ensemble", 1) > 1
    return f"{words} {_FIRST_OF_SEVERAL}" if several else words


def _of_heads(heads: Sequence[str], messages: str) -> str:
    first = heads[0] if heads else ""
    if first.startswith("block"):
        return _HEADS_OF_BLOCKS
    if not first.startswith("convolution"):
        return _ONE_HEAD
    return _GATES if messages == "gated" and "head" not in first else _HEADS_OF_NEIGHBOURS
