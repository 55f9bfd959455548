"""What every encoder takes and gives."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from core.config import Settings
from core.graphs.batch import Batch


@dataclass(frozen=True, eq=False)
class Encoding:
    """What an encoder says about a batch of C crystals, I sites and P pairs."""

    # (I, site_width) | site embeddings
    sites: Tensor
    # (C, crystal_width) | crystal embeddings
    crystals: Tensor
    # (P, K) | weight that each of K heads gives to each pair, adding up to 1 over the pairs of a site
    attention: Tensor
    # (I, site_hidden_width) | values from which the site embeddings are a linear map
    site_hidden: Tensor
    # (C, crystal_hidden_width) | values from which the crystal embeddings are a linear map
    crystal_hidden: Tensor


def without_features(elements: frozenset[str]) -> tuple[str, str]:
    """Say that a model does not know some elements, and what to do: a message and a hint."""
    message = f"The model has no features of {', '.join(sorted(elements))}."
    return message, "Leave out structures with these elements, or use a model that was trained on them."


class Encoder(nn.Module, ABC):
    """A network from a batch to its encoding; made of site layers and, above them, crystal layers."""

    site_width: int
    crystal_width: int
    site_hidden_width: int
    crystal_hidden_width: int
    # A key of ACTIVATIONS; whatever is trained together with the site layers uses the same.
    site_activation: str
    # What a single output layer needs before it, a key of HEAD_ACTIVATIONS in core.objectives.supervised.
    head_activation: str = "softplus"
    # Everything up to the site embeddings, which they return first, and everything above them; together all
    # weights.
    site_layers: nn.Module
    crystal_layers: nn.Module
    # What the columns of the attention are, in words; all different.
    attention_heads: tuple[str, ...]
    # In what the layers compute where that is safe; float32 or bfloat16. What they give is float32.
    dtype: torch.dtype = torch.float32

    @abstractmethod
    def __init__(self, settings: Settings, num_features: int) -> None:
        super().__init__()

    @property
    def unknown_elements(self) -> frozenset[str]:
        """Symbols of the elements that it has no features of; it encodes no crystal with one of them."""
        return frozenset()

    @abstractmethod
    def layer_groups(self) -> dict[str, list[nn.Module]]:
        """Name the layers that are frozen, kept or made anew together, from the input upwards.

        The first group is the embedding, the last the crystal layers, those between are the blocks in which
        sites hear from their neighbours. Together they have all weights.
        """

    @abstractmethod
    def forward(self, batch: Batch, isolated: bool = False) -> Encoding:
        """Encode a batch; when `isolated`, no gradient of the crystal embeddings reaches the site layers."""

    def __call__(self, batch: Batch, isolated: bool = False) -> Encoding:
        """Encode a batch, see `forward`."""
        if self.dtype is torch.float32:
            encoding: Encoding = super().__call__(batch, isolated=isolated)
            return encoding
        with torch.autocast(batch.distances.device.type, self.dtype):
            encoding = super().__call__(batch, isolated=isolated)
        return Encoding(**{one.name: getattr(encoding, one.name).float() for one in fields(encoding)})

    def encode_sites(self, batches: Sequence[Batch]) -> list[Tensor]:
        """Return the site embeddings alone, (I, site_width), of several batches.

        Without the cost of the crystal layers, and what batches have in common may be computed once.
        """
        if self.dtype is torch.float32:
            return self._embed_sites(batches)
        with torch.autocast(batches[0].distances.device.type, self.dtype):
            found = self._embed_sites(batches)
        return [sites.float() for sites in found]

    def _embed_sites(self, batches: Sequence[Batch]) -> list[Tensor]:
        """Do the work of `encode_sites`, batch by batch unless an encoder knows better."""
        return [self.site_layers(batch)[0] for batch in batches]
