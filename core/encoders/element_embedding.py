"""Elements as learned vectors beside their tabulated properties, averaged over the elements of a site."""

import torch
from torch import Tensor, nn

from core.graphs.batch import Batch
from core.graphs.element_vectors import NUM_ELEMENTS
from core.graphs.elements import SCALERS, element_features


class ElementEmbedding(nn.Module):
    """[E_Z; tabulated properties of Z; vacant share] for the amounts of elements on each site.

    The properties are those of graphs/elements.py, the oxidation state among them, which is 0 where it is
    not known. As published (arXiv 2209.08190) no row of E is longer than 1: longer ones are shortened in
    place before each use, and the gradient knows nothing of it. The properties belong to the model and are
    saved with it.
    """

    properties: Tensor

    def __init__(self, width: int, num_features: int, *, scaled: bool) -> None:
        super().__init__()
        vacancies = num_features - NUM_ELEMENTS
        if vacancies not in (0, 1):
            raise ValueError(f"sites must have {NUM_ELEMENTS} amounts, and a vacancy or not")
        properties = element_features() * (SCALERS if scaled else 1.0)
        self.register_buffer("properties", torch.tensor(properties, dtype=torch.float32))
        self.table = nn.Embedding(NUM_ELEMENTS, width)
        self.width = width + properties.shape[1] + vacancies

    def forward(self, site_features: Tensor) -> Tensor:
        """Describe sites by their amounts (I, 103 or 104): (I, width)."""
        self._shorten()
        described = torch.cat([self.table.weight, self.properties], dim=1)
        amounts, vacancies = site_features[:, :NUM_ELEMENTS], site_features[:, NUM_ELEMENTS:]
        return torch.cat([amounts @ described, vacancies], dim=1)

    @torch.no_grad()
    def _shorten(self) -> None:
        lengths = self.table.weight.norm(dim=1, keepdim=True)
        # Beyond rounding, so that doing it twice is doing it once.
        self.table.weight.mul_(torch.where(lengths > 1.0 + 1e-6, 1.0 / (lengths + 1e-7), 1.0))

    def charges(self, batch: Batch) -> Tensor:
        """Mean atomic number of each site, (I,)."""
        amounts = batch.site_features[:, :NUM_ELEMENTS]
        return amounts @ torch.arange(1, NUM_ELEMENTS + 1, device=amounts.device).to(amounts)
