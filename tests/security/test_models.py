"""Model files that want to run code, to take all memory, or to be believed: refused with a sentence."""

import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import ModelError, RunError
from core.jobs.run_folder import RunFolder, Status
from core.structures.cif.writer import to_cif
from core.training.clouds.model_file import load_cloud_model
from core.training.loop.checkpoint import load_checkpoint
from core.training.model.model_file import save_model
from core.worker.process import run_worker
from tests.core.models import GAP, untrained_model
from tests.core.salts import pretrain_spec, rock_salt, salt_rows
from tests.security.conftest import Outcome
from tests.security.guard import watching
from tests.security.hostile import HOSTILE_TEXTS, Bomb

Siteloupe = Callable[..., Outcome]


def pickled(harm: Path) -> bytes:
    return pickle.dumps(Bomb(harm))


def torch_zip(harm: Path) -> bytes:
    stream = io.BytesIO()
    torch.save({"state_dict": {"w": torch.zeros(2)}, "normalizer": Bomb(harm)}, stream)
    return stream.getvalue()


def torch_legacy(harm: Path) -> bytes:
    stream = io.BytesIO()
    torch.save({"state_dict": Bomb(harm)}, stream, _use_new_zipfile_serialization=False)
    return stream.getvalue()


def torch_tar(harm: Path) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("sys_info", "pickle", "storages", "tensors", "../../evil"):
            member = tarfile.TarInfo(name)
            member.size = len(pickled(harm))
            archive.addfile(member, io.BytesIO(pickled(harm)))
    return stream.getvalue()


def object_arrays(harm: Path) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=True, weights=np.array([Bomb(harm)], dtype=object))
    return stream.getvalue()


def zip_with_pickle(harm: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickled(harm))
        archive.writestr("archive/version", "3")
    return stream.getvalue()


PAYLOADS = [pickled, torch_zip, torch_legacy, torch_tar, object_arrays, zip_with_pickle]


@pytest.fixture
def crystals(tmp_path: Path) -> Path:
    path = tmp_path / "salt.cif"
    path.write_text(to_cif(rock_salt("Na", "Cl", 5.6), "salt"))
    return path


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", ["model.safetensors", "model.pt", "model.pth.tar", "model.npz"])
def test_a_pickle_under_any_name_is_no_model_and_does_not_run(
    tmp_path: Path,
    siteloupe: Siteloupe,
    crystals: Path,
    harm: Path,
    payload: Callable[[Path], bytes],
    name: str,
):
    path = tmp_path / name
    path.write_bytes(payload(harm))
    outcome = siteloupe(tmp_path, "predict", path, crystals, "--out", tmp_path / "out.csv")
    assert outcome.status == 1
    assert name in outcome.err
    assert not harm.exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_checkpoint_of_cgcnn_with_code_in_it_does_not_run(
    tmp_path: Path, siteloupe: Siteloupe, harm: Path, payload: Callable[[Path], bytes]
):
    path, table = tmp_path / "model.pth.tar", tmp_path / "atom_init.json"
    path.write_bytes(payload(harm))
    table.write_text("{}")
    out = tmp_path / "m.safetensors"
    outcome = siteloupe(tmp_path, "convert", path, "--atom-init", table, "--out", out)
    assert outcome.status == 1
    assert "model.pth.tar" in outcome.err
    assert not harm.exists()


def header(content: object, tensors: bytes = b"") -> bytes:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return len(text).to_bytes(8, "little") + text + tensors


F32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    "content",
    [
        header(b"[" * 100_000),
        header(b'{"a":' * 50_000),
        header(b"\xff\xfe{}"),
        header({"w": {**F32, "data_offsets": [0, 2**62]}}),
        header({"w": {**F32, "data_offsets": [-8, 0]}}, bytes(8)),
        header({"w": {**F32, "shape": [2**40, 2**40]}}, bytes(8)),
        header({"w": {**F32, "shape": [-1]}}, bytes(8)),
        header({"w": F32, "v": F32}, bytes(8)),
        header({"w": {**F32, "dtype": "PICKLE"}}, bytes(8)),
        header({"__metadata__": {"siteloupe": {"card_version": 1}}}),
        header({"__metadata__": {"siteloupe": "[" * 100_000}}),
        (10**9).to_bytes(8, "little") + b"{",
    ],
    ids=range(12),
)
def test_a_header_that_lies_is_refused(tmp_path: Path, siteloupe: Siteloupe, crystals: Path, content: bytes):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    outcome = siteloupe(tmp_path, "predict", path, crystals, "--out", tmp_path / "out.csv")
    assert outcome.status == 1
    assert "model.safetensors" in outcome.err
    assert "Traceback" not in outcome.err


def test_tensors_with_names_like_paths_are_only_names(tmp_path: Path, siteloupe: Siteloupe, crystals: Path):
    path, out = tmp_path / "model.safetensors", tmp_path / "out.csv"
    more = {name: torch.zeros(1) for name in HOSTILE_TEXTS.values()}
    save_model(path, untrained_model(GAP), more=more)
    assert siteloupe(tmp_path, "predict", path, crystals, "--out", out).status == 0
    assert {file.name for file in tmp_path.iterdir()} == {"model.safetensors", "salt.cif", "out.csv"}


def test_words_of_a_model_are_defused_in_its_table(
    tmp_path: Path, siteloupe: Siteloupe, crystals: Path, hostile: str
):
    path, out = tmp_path / "model.safetensors", tmp_path / "out.csv"
    save_model(path, untrained_model(GAP.model_copy(update={"name": hostile, "unit": hostile})))
    assert siteloupe(tmp_path, "predict", path, crystals, "--out", out).status == 0
    cells = out.read_text().splitlines()[0].split(",")
    assert not any(cell.strip('"').startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize("kind", [torch.int64, torch.bool, torch.complex64])
def test_weights_of_another_type_are_no_crash(
    tmp_path: Path, siteloupe: Siteloupe, crystals: Path, kind: torch.dtype
):
    path = tmp_path / "model.safetensors"
    save_model(path, untrained_model(GAP))
    metadata = {"siteloupe": untrained_model(GAP).card.model_dump_json()}
    save_file({name: tensor.to(kind) for name, tensor in load_file(path).items()}, path, metadata)
    outcome = siteloupe(tmp_path, "predict", path, crystals, "--out", tmp_path / "out.csv")
    assert "Traceback" not in outcome.err


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "runs" / "0001-pretrain")
    run.write_job(pretrain_spec(), salt_rows())
    return run


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "name", ["checkpoints/last.safetensors", "checkpoints/best.safetensors", "graphs.npz"]
)
def test_a_file_of_a_run_with_code_in_it_fails_the_run_and_does_not_run(
    tmp_path: Path, run: RunFolder, harm: Path, payload: Callable[[Path], bytes], name: str
):
    (run.path / name).write_bytes(payload(harm))
    spec = run.spec()
    run.write_job(spec.model_copy(update={"settings": {**spec.settings, "training": KEEP_BEST}}), salt_rows())
    with watching(run.path):
        status = run_worker(run.path)
    run.pid_file.unlink()
    assert not harm.exists()
    if name != "checkpoints/best.safetensors":  # which the run replaces before it reads it
        assert status == 1
        assert run.status() is Status.FAILED
        assert Path(name).name in run.error()[0]


KEEP_BEST = {**pretrain_spec().settings["training"], "keep": "best", "epochs": 1}


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(("load", "error"), [(load_cloud_model, ModelError), (load_checkpoint, RunError)])
def test_a_pickle_is_no_model_of_clouds_and_no_checkpoint(
    tmp_path: Path, harm: Path, payload: Callable[[Path], bytes], load: Callable[..., object], error: type
):
    path = tmp_path / "x.safetensors"
    path.write_bytes(payload(harm))
    with watching(), pytest.raises(error, match=r"x\.safetensors"):
        load(path)
    assert not harm.exists()


@pytest.mark.parametrize("progress", ["[" * 100_000, "null", "{", ""], ids=range(4))
def test_a_checkpoint_whose_words_are_none_is_refused(tmp_path: Path, progress: str):
    path = tmp_path / "last.safetensors"
    metadata = {"progress": progress, "param_groups": progress}
    save_file({"noise": torch.zeros(3, dtype=torch.uint8)}, path, metadata)
    with pytest.raises(RunError, match=r"last\.safetensors' is damaged"):
        load_checkpoint(path)
