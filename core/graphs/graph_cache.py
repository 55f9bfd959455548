"""Graphs kept on disk from run to run: files of some hundred each, in a folder for each way to make them.

A file is written in one step and never changed, so that two processes, or one that is killed, cannot harm
it. A damaged one is deleted, and its graphs are made again.
"""

import hashlib
import json
import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.config import Settings, encoder_name
from core.errors import RunError
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_file import load_graphs, load_keys, save_graphs
from core.jobs.atomic import write_atomically
from core.jobs.spec import installed_versions

# To be raised when the same structure and settings give another graph than before.
GRAPH_VERSION = 1

# Settings of networks that their graphs do not depend on; one that is not named here does count.
NETWORK_ONLY = {
    "convolutions",
    "crystal_layers",
    "crystal_width",
    "dropout",
    "form",
    "heads",
    "hidden_width",
    "local_activation",
    "messages",
    "site_width",
    "tied",
}
_OLD_PARTIAL_SECONDS = 86_400.0

Found = dict[str, CrystalGraph | str]  # by key of the structure: its graph, or the reason why it has none


def structure_key(content: Mapping[str, Any]) -> str:
    """Name a structure, as `Structure.to_dict` gives it, by its exact content: cell, sites and their order.

    `Structure.content_hash` will not do: it is the same when sites come in another order.
    """
    parts = [content.get(name) for name in ("lattice", "frac_coords", "species")]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def settings_key(settings: Settings) -> str:
    """Name a way to make graphs: the settings they depend on, and the versions of what makes them."""
    values = settings.model_dump(exclude=NETWORK_ONLY)
    parts = [GRAPH_VERSION, encoder_name(settings), values, installed_versions()]
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=16).hexdigest()


class GraphCache:
    """The graphs in a folder that were made with the given settings."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self._folder = root / settings_key(settings)

    def find(self, keys: Collection[str]) -> Found:
        """Look structures up; those that are not there are left out."""
        wanted, found = set(keys), Found()
        for path in sorted(self._folder.glob("*.npz")):
            try:
                if not wanted.isdisjoint(load_keys(path)):
                    found.update(self.load(path))
            except RunError:
                with suppress(OSError):
                    path.unlink()
        return {key: found[key] for key in wanted & found.keys()}

    def load(self, path: Path) -> Found:
        """Read a file; raises RunError when it is damaged or gone."""
        graphs, reasons = load_graphs(path)
        keys = load_keys(path)
        if len(keys) != len(reasons):
            raise RunError(f"'{path}' names other structures than it holds.")
        with suppress(OSError):
            os.utime(path)  # those used longest ago are deleted first
        following = iter(graphs)
        return {key: reason or next(following) for key, reason in zip(keys, reasons, strict=True)}

    def save(self, keys: Sequence[str], graphs: Sequence[CrystalGraph], reasons: Sequence[str]) -> Path:
        """Write graphs, and the reasons why structures have none, in a file of their own; raises DiskFull."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{hashlib.blake2b(''.join(keys).encode(), digest_size=16).hexdigest()}.npz"
        write_atomically(path, lambda partial: save_graphs(partial, graphs, reasons, keys))
        return path


def trim_cache(root: Path, limit: float) -> None:
    """Delete what was not used for longest, until at most `limit` bytes are left, and what a kill left."""
    now = time.time()
    for partial in root.glob("*/.*.partial"):
        with suppress(OSError):
            if now - partial.stat().st_mtime > _OLD_PARTIAL_SECONDS:
                partial.unlink()
    files = sorted(_by_last_use(root.glob("*/*.npz")))
    excess = sum(size for _, size, _ in files) - limit
    for _, size, path in files:
        if excess <= 0:
            return
        with suppress(OSError):  # on Windows a file that is in use stays
            path.unlink()
            excess -= size


def _by_last_use(paths: Iterable[Path]) -> Iterable[tuple[float, int, Path]]:
    for path in paths:
        with suppress(OSError):  # another process may have deleted it
            state = path.stat()
            yield state.st_mtime, state.st_size, path
