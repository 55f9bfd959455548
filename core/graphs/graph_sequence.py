"""Graphs in a row, each made when it is asked for."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import overload

from core.graphs.crystal_graph import CrystalGraph


class GraphSequence(Sequence[CrystalGraph]):
    """What lists do with an index and a slice, for graphs that are not in memory."""

    @abstractmethod
    def make(self, k: int) -> CrystalGraph:
        """The graph at a place from 0 to the number of them."""

    @overload
    def __getitem__(self, index: int) -> CrystalGraph: ...

    @overload
    def __getitem__(self, index: slice) -> list[CrystalGraph]: ...

    def __getitem__(self, index: int | slice) -> CrystalGraph | list[CrystalGraph]:
        if isinstance(index, slice):
            return [self.make(k) for k in range(len(self))[index]]
        return self.make(range(len(self))[index])
