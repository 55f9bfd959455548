"""Which crystals and labels a model has learned from, so that it is never tested on them by mistake.

Formulas are kept as numbers of eight bytes: they say whether a formula was there, not which ones were.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

PREFIX = "seen/"  # of the tensors in a model file

_CRYSTALS = f"{PREFIX}crystals"
_LABELS = f"{PREFIX}labels/"


@dataclass(frozen=True)
class Seen:
    """Fingerprints of the formulas of all training structures, and by property of those with a label."""

    crystals: frozenset[int]
    labels: Mapping[str, frozenset[int]]

    @classmethod
    def of_rows(cls, rows: Iterable[Mapping[str, Any]], properties: Iterable[str] = ()) -> "Seen":
        """Record rows of structures.jsonl that a training uses; labels of these properties alone."""
        known = [(fingerprint(row["formula"]), row.get("targets", {})) for row in rows]
        labels = {name: frozenset(mark for mark, targets in known if name in targets) for name in properties}
        return cls(frozenset(mark for mark, _ in known), labels)

    def joined(self, other: "Seen | None") -> "Seen":
        """What a model has seen that goes on from another."""
        if other is None:
            return self
        names = self.labels.keys() | other.labels.keys()
        nothing: frozenset[int] = frozenset()
        labels = {n: self.labels.get(n, nothing) | other.labels.get(n, nothing) for n in names}
        return Seen(self.crystals | other.crystals, labels)

    def tensors(self) -> dict[str, Tensor]:
        """What is written into a model file."""
        marks = {_CRYSTALS: self.crystals, **{f"{_LABELS}{name}": m for name, m in self.labels.items()}}
        return {name: torch.tensor(sorted(found), dtype=torch.int64) for name, found in marks.items()}


def read_seen(tensors: Mapping[str, Tensor]) -> Seen | None:
    """Find the record among the tensors of a model file; None where there is none."""
    if _CRYSTALS not in tensors:
        return None
    marks = {name: frozenset(tensor.tolist()) for name, tensor in tensors.items() if name.startswith(PREFIX)}
    labels = {n.removeprefix(_LABELS): found for n, found in marks.items() if n.startswith(_LABELS)}
    return Seen(marks[_CRYSTALS], labels)


def fingerprint(formula: str) -> int:
    """The first eight bytes of the SHA-256 of a reduced formula, as a signed number."""
    return int.from_bytes(hashlib.sha256(formula.encode()).digest()[:8], "big", signed=True)
