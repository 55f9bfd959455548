"""Gas, liquid and solid, particle by particle: told by how dense and how ordered the surroundings are."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

PHASES: Final = ("gas", "liquid", "solid")
# Particles in a cube whose edge is a contact: the critical density of the Lennard-Jones fluid, 0.316 sigma^-3
# (Potoff and Panagiotopoulos, J. Chem. Phys. 109, 10914 (1998)), sigma being a little more than a contact.
CRITICAL_DENSITY: Final = 0.3
_CONTACTS: Final = 1.0  # percent of the particles that are taken to touch their nearest neighbour


def local_density(distances: NDArray[np.floating]) -> NDArray[np.float64]:
    """Particles per cubed contact around each of N particles, (N,).

    distances: (N, K) to the K nearest neighbours, the nearest first. K neighbours fill the sphere as far as
    the last of them; a contact is the distance that 1 % of the nearest neighbours stay below.
    """
    contact = float(np.percentile(distances[:, 0], _CONTACTS))
    last = distances[:, -1].astype(np.float64)
    density: NDArray[np.float64] = distances.shape[1] / (4 / 3 * math.pi * (last / contact) ** 3)
    return density


def particle_phases(
    density: NDArray[np.floating], order: NDArray[np.floating], solid_order: float
) -> NDArray[np.int64]:
    """Index into PHASES for each of N particles.

    density: (N,), local. order: (N,), averaged q6. What is thinner than CRITICAL_DENSITY is gas; of the rest
    that with an order of at least `solid_order` is solid, as Lechner and Dellago tell crystals from liquid
    (J. Chem. Phys. 129, 114707 (2008)). A rule of thumb: on a surface and in a small crystal it errs.
    """
    dense = np.where(order >= solid_order, PHASES.index("solid"), PHASES.index("liquid"))
    return np.where(density < CRITICAL_DENSITY, PHASES.index("gas"), dense).astype(np.int64)
