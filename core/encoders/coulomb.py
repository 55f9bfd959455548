"""The Coulomb matrix as a feature of pairs (Rupp et al. 2012, PRL 108, 058301, eq. 1), as its logarithm."""

import torch
from torch import Tensor

from core.graphs.batch import Batch

# CODATA 2022. The original of Site-Net takes "angstrom star", 1.00001495 angstrom, for an angstrom; that
# shifts the logarithm by 1.5e-5.
BOHR_PER_ANGSTROM = 1.0 / 0.529177210544
# Nearer than this (angstrom) is the site itself.
_SAME_POINT = 1e-3
_SMALLEST, _LARGEST_LOGARITHM = 1e-8, 10.0


def log_coulomb(charges: Tensor, batch: Batch) -> Tensor:
    """Return ln(M_ij + 1e-8) of each pair, (P,), kept between -10 and 10 (arXiv 2209.08190).

    M_ij = Z_i Z_j / d_ij with distances in bohr; of a site with itself, Z_i^2.4 / 2. charges: Z (I,), the
    mean over the elements of a shared site.
    """
    centre, neighbour = charges[batch.pair_i], charges[batch.pair_j]
    is_self = batch.distances < _SAME_POINT
    distances = torch.where(is_self, 1.0, batch.distances * BOHR_PER_ANGSTROM)
    entries = torch.where(is_self, 0.5 * centre**2.4, centre * neighbour / distances)
    return torch.log(entries + _SMALLEST).clamp(-_LARGEST_LOGARITHM, _LARGEST_LOGARITHM)
