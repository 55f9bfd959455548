import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from core.config import ENCODERS, CGCNNSettings, Settings, SiteNetSettings
from core.errors import RunError
from core.graphs.build import build_crystal_graph
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_cache import NETWORK_ONLY, GraphCache, settings_key, structure_key, trim_cache
from core.structures.structure import Structure
from tests.core.graphs.crystals import CRYSTALS
from tests.core.graphs.equal_graphs import assert_equal_graphs
from tests.core.salts import rock_salt

SETTINGS = CGCNNSettings()
HALITE, SYLVITE, FLUORITE = (
    rock_salt(*pair) for pair in (("Na", "Cl", 5.64), ("K", "Cl", 6.29), ("Li", "F", 4.03))
)


@pytest.fixture
def cache(tmp_path: Path) -> GraphCache:
    return GraphCache(tmp_path, SETTINGS)


def key_of(structure: Structure) -> str:
    return structure_key(structure.to_dict())


def save(cache: GraphCache, *structures: Structure) -> Path:
    graphs = [build_crystal_graph(structure, SETTINGS) for structure in structures]
    return cache.save([key_of(structure) for structure in structures], graphs, [""] * len(graphs))


def files(root: Path) -> set[Path]:
    return set(root.glob("*/*.npz"))


def test_a_graph_is_found_as_it_was_made(cache: GraphCache):
    save(cache, HALITE, SYLVITE)
    found = cache.find([key_of(SYLVITE), key_of(FLUORITE)])
    assert list(found) == [key_of(SYLVITE)]
    assert_equal_graphs(cast(CrystalGraph, found[key_of(SYLVITE)]), build_crystal_graph(SYLVITE, SETTINGS))


def test_a_reason_is_found_in_place_of_a_graph(cache: GraphCache):
    cache.save(["one", "two"], [build_crystal_graph(HALITE, SETTINGS)], ["too large", ""])
    assert cache.find(["one"]) == {"one": "too large"}
    assert isinstance(cache.find(["two"])["two"], CrystalGraph)


def test_nothing_is_found_where_nothing_is(cache: GraphCache):
    assert cache.find(["one"]) == {}


@pytest.mark.parametrize("damage", ["cut", "bit", "text", "empty"])
def test_a_damaged_file_is_deleted_and_the_others_are_used(tmp_path: Path, cache: GraphCache, damage: str):
    path, whole = save(cache, HALITE), save(cache, SYLVITE)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes({"cut": content[:500], "bit": content, "text": b"not an archive", "empty": b""}[damage])
    assert list(cache.find([key_of(HALITE), key_of(SYLVITE)])) == [key_of(SYLVITE)]
    assert files(tmp_path) == {whole}


def test_a_file_that_another_process_deletes_meanwhile_is_an_error_to_handle(cache: GraphCache):
    path = save(cache, HALITE)
    path.unlink()
    with pytest.raises(RunError):
        cache.load(path)


def test_graphs_that_were_found_outlive_their_file(cache: GraphCache):
    path = save(cache, HALITE)
    found = cache.find([key_of(HALITE)])
    path.unlink()
    assert_equal_graphs(cast(CrystalGraph, found[key_of(HALITE)]), build_crystal_graph(HALITE, SETTINGS))


def test_the_same_graphs_written_twice_are_one_file(tmp_path: Path, cache: GraphCache):
    assert save(cache, HALITE) == save(cache, HALITE)
    assert len(files(tmp_path)) == 1


def test_what_was_not_used_for_longest_is_deleted_first(tmp_path: Path, cache: GraphCache):
    paths = [save(cache, structure) for structure in (HALITE, SYLVITE, FLUORITE)]
    for age, path in enumerate(paths):
        os.utime(path, (1000.0 + age, 1000.0 + age))
    cache.find([key_of(HALITE)])  # used just now
    trim_cache(tmp_path, 2.5 * paths[0].stat().st_size)
    assert files(tmp_path) == {paths[0], paths[2]}
    trim_cache(tmp_path, 0.0)
    assert files(tmp_path) == set()


def test_what_a_killed_process_left_is_cleared_away_once_it_is_old(tmp_path: Path, cache: GraphCache):
    folder = save(cache, HALITE).parent
    old, new = folder / ".a.npz.12.partial", folder / ".b.npz.13.partial"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1000.0, 1000.0))
    trim_cache(tmp_path, 1e9)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_structure_goes_by_its_exact_content():
    halite = HALITE.to_dict()
    assert structure_key({**halite, "site_labels": ["Na1", "Cl1"]}) == structure_key(halite)
    turned = {name: content[::-1] for name, content in halite.items()}
    moved = {**halite, "frac_coords": [[0.0, 0.0, 1e-9], [0.5, 0.5, 0.5]]}
    assert len({structure_key(one) for one in (halite, turned, moved)}) == 3


@pytest.mark.parametrize("settings", [one() for one in ENCODERS.values()], ids=list(ENCODERS))
def test_a_graph_depends_on_none_of_the_settings_that_are_said_to_be_of_the_network(settings: Settings):
    read: set[str] = set()

    class Watched(type(settings)):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            read.add(name)
            return super().__getattribute__(name)

    watched = Watched()
    read.clear()
    for crystal in CRYSTALS.values():
        build_crystal_graph(crystal, watched)
    assert read & set(type(settings).model_fields)
    assert read & NETWORK_ONLY == set()


def test_settings_of_the_network_share_their_graphs_and_others_do_not():
    same = SiteNetSettings(hidden_width=8, local_activation="relu")
    assert settings_key(same) == settings_key(SiteNetSettings())
    others = [SiteNetSettings(supercell_sites=8), SiteNetSettings(site_limit=8), CGCNNSettings()]
    assert len({settings_key(one) for one in [same, *others]}) == 4


def test_looking_graphs_up_loads_neither_readers_nor_torch():
    script = "import sys, core.graphs.graph_cache; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert {"pymatgen", "spglib", "gemmi", "torch"} & set(loaded.stdout.split()) == set()
