"""Crystal graph convolutional network (Xie and Grossman, PRL 120, 145301), as its code has it.

Beyond the paper, the code normalises pairs and sites over the batch and puts a softplus around each
convolution; published weights need both.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.config import CGCNNSettings, Settings
from core.encoders.bond_linear import BondLinear
from core.encoders.cgcnn_attention import LiteralAttention, ScaledAttention
from core.encoders.encoding import Encoder, Encoding, without_features
from core.encoders.gated_sum import gated_sum
from core.encoders.gaussians import GaussianBasis
from core.encoders.segments import mean_over_sites, segment_sum
from core.encoders.site_norm import SiteNorm
from core.errors import ModelError
from core.graphs.batch import Batch
from core.graphs.element_vectors import NUM_ELEMENTS, VECTOR_WIDTH, element_vectors
from core.graphs.elements import ATOMIC_NUMBERS

_SYMBOLS = list(ATOMIC_NUMBERS)  # by row of the table


class GatedConvolution(nn.Module):
    """v_i <- softplus(v_i + norm(sum_j sigmoid(f_ij) softplus(s_ij))), eq. 5 of the paper.

    [f_ij; s_ij] is a normalised linear map of [v_i; v_j; u_ij].
    """

    def __init__(self, settings: CGCNNSettings, pair_width: int) -> None:
        super().__init__()
        width = settings.site_width
        self.bond, self.pair_norm = BondLinear(width, pair_width, 2 * width), nn.BatchNorm1d(2 * width)
        self.site_norm = SiteNorm(width)

    def forward(self, sites: Tensor, pairs: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the new site vectors (I, site_width) and each pair's share in its site's gates (P, 1)."""
        centre, neighbour, weight = self.bond.split(sites)
        messages, gates = gated_sum(centre, neighbour, pairs, weight, self.pair_norm, batch)
        counted = gates * batch.pair_counts
        share = counted / segment_sum(counted, batch.pair_i, batch.num_sites)[batch.pair_i]
        return F.softplus(sites + self.site_norm(messages, batch.site_counts)), share[:, None]


CONVOLUTIONS: dict[str, type[nn.Module]] = {
    "gated": GatedConvolution,
    "attention": ScaledAttention,
    "literal_attention": LiteralAttention,
}


class SiteLayers(nn.Module):
    """Element vectors, mapped and then convolved with those of their neighbours."""

    element_vectors: Tensor
    has_vector: Tensor

    def __init__(self, settings: CGCNNSettings, num_features: int) -> None:
        super().__init__()
        vacancies = num_features - NUM_ELEMENTS
        if vacancies not in (0, 1):
            raise ValueError(f"sites must have {NUM_ELEMENTS} amounts, and a vacancy or not")
        self.register_buffer("element_vectors", torch.from_numpy(element_vectors().copy()))
        self.register_buffer("has_vector", torch.ones(NUM_ELEMENTS, dtype=torch.bool))
        self.basis = GaussianBasis(settings.cutoff)
        self.embedding = nn.Linear(VECTOR_WIDTH + vacancies, settings.site_width)
        convolution = CONVOLUTIONS[settings.messages]
        self.convolutions = nn.ModuleList(
            convolution(settings, self.basis.width) for _ in range(settings.convolutions)
        )

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return site embeddings (I, site_width) and the attention of all convolutions (P, K).

        Raises ModelError for an element that the model has no vector of.
        """
        amounts, vacancies = batch.site_features.split(
            [NUM_ELEMENTS, batch.site_features.shape[1] - NUM_ELEMENTS], dim=1
        )
        self._check_elements(amounts)
        sites = self.embedding(torch.cat([amounts @ self.element_vectors, vacancies], dim=1))
        pairs = self.basis(batch.distances)
        attention = []
        for convolution in self.convolutions:
            sites, weights = convolution(sites, pairs, batch)
            attention.append(weights)
        return sites, torch.cat(attention, dim=1)

    @property
    def unknown_elements(self) -> frozenset[str]:
        """Symbols of the elements that have no vector."""
        rows = torch.nonzero(~self.has_vector).flatten().tolist()
        return frozenset(_SYMBOLS[row] for row in rows)

    @torch.no_grad()
    def use_element_vectors(self, vectors: Tensor) -> None:
        """Take other element vectors (103, 92); a row with NaN says that the element has none."""
        self.has_vector.copy_(torch.isfinite(vectors).all(dim=1))
        self.element_vectors.copy_(torch.where(self.has_vector[:, None], vectors, 0.0))

    def _check_elements(self, amounts: Tensor) -> None:
        missing = (amounts[:, ~self.has_vector] > 0).any(dim=0)
        if missing.any():
            rows = torch.nonzero(~self.has_vector)[missing].flatten().tolist()
            raise ModelError(*without_features(frozenset(map(_SYMBOLS.__getitem__, rows))))


class CrystalLayers(nn.Module):
    """The mean over sites, mapped by layers of softplus and a linear map."""

    def __init__(self, settings: CGCNNSettings) -> None:
        super().__init__()
        widths = [settings.site_width, *[settings.crystal_width] * settings.crystal_layers]
        self.linears = nn.ModuleList(
            nn.Linear(width, settings.crystal_width) for width in widths[: settings.crystal_layers]
        )

    def forward(self, sites: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return crystal embeddings (C, crystal_width) and what they are a linear map of."""
        crystals = mean_over_sites(sites, batch)
        hidden = crystals
        for linear in self.linears:
            hidden = F.softplus(crystals)
            crystals = linear(hidden)
        return crystals, hidden


class CGCNN(Encoder):
    """Crystal graph convolutions, then the mean over sites.

    Site embeddings are the site vectors after the last convolution. The crystal embedding is what the
    paper's hidden layer gives before its softplus, so that it is a linear map as elsewhere; the softplus
    belongs to the head, see PropertyHead.
    """

    site_layers: SiteLayers
    crystal_layers: CrystalLayers

    def __init__(self, settings: Settings, num_features: int) -> None:
        super().__init__(settings, num_features)
        if not isinstance(settings, CGCNNSettings):
            raise TypeError(f"CGCNN needs CGCNNSettings, not {type(settings).__name__}")
        self.site_width, self.crystal_width = settings.site_width, settings.crystal_width
        self.site_hidden_width = settings.site_width
        is_deep = settings.crystal_layers > 1
        self.crystal_hidden_width = settings.crystal_width if is_deep else settings.site_width
        self.site_activation = "mish"
        self.attention_heads = _attention_heads(settings)
        self.site_layers = SiteLayers(settings, num_features)
        self.crystal_layers = CrystalLayers(settings)

    @property
    def unknown_elements(self) -> frozenset[str]:
        """Symbols of the elements that its table of element vectors does not have."""
        return self.site_layers.unknown_elements

    def layer_groups(self) -> dict[str, list[nn.Module]]:
        """Name the layers that are frozen, kept or made anew together, see `Encoder.layer_groups`."""
        layers = self.site_layers
        convolutions = {f"convolution {k}": [one] for k, one in enumerate(layers.convolutions, start=1)}
        return {"embedding": [layers.embedding], **convolutions, "crystal layers": [self.crystal_layers]}

    def forward(self, batch: Batch, isolated: bool = False) -> Encoding:
        """Encode a batch; when `isolated`, no gradient of the crystal embeddings reaches the site layers."""
        sites, attention = self.site_layers(batch)
        crystals, hidden = self.crystal_layers(sites.detach() if isolated else sites, batch)
        return Encoding(sites, crystals, attention, sites, hidden)


def _attention_heads(settings: CGCNNSettings) -> tuple[str, ...]:
    """Name the ways in which neighbours are weighed: one for each convolution, or several heads."""
    convolutions = [f"convolution {number + 1}" for number in range(settings.convolutions)]
    if settings.messages != "attention":
        return tuple(convolutions)
    heads = range(1, settings.heads + 1)
    return tuple(f"{convolution}, head {head}" for convolution in convolutions for head in heads)
