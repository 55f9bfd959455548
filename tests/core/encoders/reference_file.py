"""A file of numbers that an original implementation computed in double precision."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.graphs.batch import Batch

# How the parts of a layer are called there and here.
PARTS = {"W": "weight", "b": "bias", "gamma": "weight", "beta": "bias"}


class ReferenceFile:
    """One of ../shared/data/fixtures/*.npz: arrays of sites x columns, masked where there is no pair."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as archive:
            self.arrays = {name: archive[name] for name in archive.files}
        self.is_pair = ~self.arrays["in/mask"]

    def __getitem__(self, name: str) -> Tensor:
        """An array by its name in the file."""
        return torch.from_numpy(np.asarray(self.arrays[name], dtype=np.float64))

    def pairs(self, name: str) -> Tensor:
        """A sites x columns array of the file as the flat list of its true pairs."""
        return self[name][torch.from_numpy(self.is_pair)]

    def batch_of(self, site_features: Tensor) -> Batch:
        """The crystals, none merged, with these features (I, F) on their sites."""
        crystal = torch.from_numpy(self.arrays["in/COO"])
        pair_i = torch.from_numpy(np.nonzero(self.is_pair)[0])
        return Batch(
            site_features=site_features,
            pair_i=pair_i,
            pair_j=self.pairs("in/idx_j").long(),
            distances=self.pairs("in/D"),
            site_crystal=crystal,
            sites_per_crystal=torch.bincount(crystal),
            site_counts=torch.ones(len(crystal), dtype=torch.float64),
            pair_counts=torch.ones(len(pair_i), dtype=torch.float64),
        )
