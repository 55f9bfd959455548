"""Taking over a checkpoint of the original CGCNN (github.com/txie-93/cgcnn) as a model of our own."""

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from core.config import CGCNNSettings
from core.encoders.cgcnn import CGCNN
from core.errors import ModelError
from core.graphs.element_vectors import NUM_ELEMENTS, VECTOR_WIDTH, read_atom_init
from core.graphs.elements import ATOMIC_NUMBERS
from core.jobs.spec import PropertySpec
from core.objectives.supervised import PropertyHead
from core.training.model.model_card import Lineage, ModelCard, NormaliserCard
from core.training.model.model_file import Model

# What the published checkpoints learned, by the name in their arguments; moduli as their logarithm.
PUBLISHED_PROPERTIES = {
    "formation_energy_per_atom": PropertySpec(name="formation_energy_per_atom", unit="eV/atom"),
    "final_energy_per_atom": PropertySpec(name="final_energy_per_atom", unit="eV/atom"),
    "band_gap": PropertySpec(name="band_gap", unit="eV"),
    "efermi": PropertySpec(name="fermi_energy", unit="eV"),
    "bulk_moduli": PropertySpec(name="bulk_modulus", unit="GPa", transform="log10"),
    "shear_moduli": PropertySpec(name="shear_modulus", unit="GPa", transform="log10"),
    "poisson_ratio": PropertySpec(name="poisson_ratio"),
}

# The names of layers there and here, in the order in which they are replaced.
_LAYER_NAMES = (
    ("embedding.", "site_layers.embedding."),
    ("convs.", "site_layers.convolutions."),
    ("fc_full.", "bond.linear."),
    ("bn1.", "pair_norm."),
    ("bn2.", "site_norm."),
    ("conv_to_fc.", "crystal_layers.linears.0."),
    ("fc_out.", "layers.1."),
)
LARGEST_CHECKPOINT = 256 * 1024**2  # bytes; those that were published have one MB
_COUNTER = "num_batches_tracked"  # checkpoints of 2018 do not have it, and prediction does not need it
_UNREADABLE = (pickle.UnpicklingError, RuntimeError, OSError, EOFError, ValueError, LookupError, TypeError)
_HINT = "Give a .pth.tar that the original CGCNN wrote for a regression with its default distances."


def import_checkpoint(path: Path, atom_init: Path, prop: PropertySpec | None = None) -> Model:
    """Read an original checkpoint and its table of element vectors as a model that predicts the same.

    No code in the file is executed. `prop` says what the checkpoint predicts; without it, that of a
    published one is known by its arguments. Raises ModelError, naming file and key, for anything that is
    no such checkpoint, is damaged, or has other widths than its parts allow.
    """
    content = _load(path)
    weights, mean, std = _parts(path, content)
    settings = _settings(path, weights)
    encoder = CGCNN(settings, NUM_ELEMENTS)
    head = PropertyHead(settings.crystal_width, 0, 1)
    own = {_own_name(name): value for name, value in weights.items()}
    _fill(path, encoder, {name: own[name] for name in own if not name.startswith("layers.")})
    _fill(path, head, {name: own[name] for name in own if name.startswith("layers.")})
    encoder.site_layers.use_element_vectors(torch.from_numpy(read_atom_init(atom_init)))
    has_vector = encoder.site_layers.has_vector.tolist()
    arguments = content.get("args")
    arguments = arguments if isinstance(arguments, Mapping) else {}
    train_size = arguments.get("train_size")
    card = ModelCard(
        encoder="cgcnn",
        encoder_settings=settings.model_dump(),
        num_features=NUM_ELEMENTS,
        properties=(prop or _property(path, arguments),),
        normalisers=(NormaliserCard(mean=mean, std=std),),
        elements=tuple(sorted(symbol for symbol, number in ATOMIC_NUMBERS.items() if has_vector[number - 1])),
        num_train=train_size if isinstance(train_size, int) else 0,
        lineage=Lineage(run="", kind="convert", seed=0, structures_sha256="", started_from=path.name),
    )
    return Model(card, encoder.eval(), head.eval())


def _load(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > LARGEST_CHECKPOINT:
            raise ModelError(f"'{path}' is larger than any checkpoint of CGCNN.", _HINT)
        file = io.BytesIO(path.read_bytes())
    except OSError as error:
        raise ModelError(f"'{path}' cannot be read: {error.strerror or error}.", _HINT) from error
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise ModelError(
            f"'{path}' is damaged, is no checkpoint, or holds more than numbers and text.", _HINT
        ) from error
    if not isinstance(content, Mapping):
        raise ModelError(f"'{path}' is no checkpoint of CGCNN.", _HINT)
    return content


def _parts(path: Path, content: Mapping[str, Any]) -> tuple[dict[str, Tensor], float, float]:
    """Return the weights by their original name, and mean and standard deviation of the property."""
    weights, normalizer = content.get("state_dict"), content.get("normalizer")
    if not isinstance(weights, Mapping) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise ModelError(f"'{path}' is no checkpoint of CGCNN: it has no 'state_dict' of weights.", _HINT)
    try:
        mean, std = float(normalizer["mean"]), float(normalizer["std"])  # type: ignore[index]
    except (TypeError, KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"'{path}' has no 'normalizer' with a mean and a std.", _HINT) from error
    if not (np.isfinite([mean, std]).all() and std > 0):
        raise ModelError(f"The 'normalizer' in '{path}' has mean {mean:g} and std {std:g}.", _HINT)
    return {str(name): value for name, value in weights.items() if not name.endswith(_COUNTER)}, mean, std


def _settings(path: Path, weights: Mapping[str, Tensor]) -> CGCNNSettings:
    """Infer the sizes of the network from its weights, and check those that cannot be chosen."""
    site_width, vector_width = _shape(path, weights, "embedding.weight")
    bond_width = _shape(path, weights, "convs.0.fc_full.weight")[1]
    crystal_width = _shape(path, weights, "conv_to_fc.weight")[0]
    outputs = _shape(path, weights, "fc_out.weight")[0]
    convolutions = len({name.split(".")[1] for name in weights if name.startswith("convs.")})
    extra_layers = len({name.split(".")[1] for name in weights if name.startswith("fcs.")})
    for key, found, expected, meaning in (
        ("embedding.weight", vector_width, VECTOR_WIDTH, "values per element"),
        ("convs.0.fc_full.weight", bond_width - 2 * site_width, 41, "Gaussians per distance"),
        ("fc_out.weight", outputs, 1, "output"),
    ):
        if found != expected:
            raise ModelError(f"'{key}' in '{path}' is made for {found} {meaning}, not {expected}.", _HINT)
    try:
        return CGCNNSettings(
            neighbour_choice="published",
            merge_equivalent=False,
            convolutions=convolutions,
            site_width=site_width,
            crystal_width=crystal_width,
            crystal_layers=1 + extra_layers,
            vacancy_input=False,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelError(f"'{path}' has {first['input']} for '{first['loc'][0]}'.", _HINT) from error


def _shape(path: Path, weights: Mapping[str, Tensor], key: str) -> tuple[int, int]:
    if key not in weights or weights[key].dim() != 2:
        raise ModelError(f"'{path}' is no checkpoint of CGCNN: it has no matrix '{key}'.", _HINT)
    rows, columns = weights[key].shape
    return rows, columns


def _own_name(name: str) -> str:
    """Translate the name of a weight; extra hidden layers are counted from 1 here, from 0 there."""
    if name.startswith("fcs."):
        _, number, part = name.split(".")
        return f"crystal_layers.linears.{int(number) + 1}.{part}"
    for theirs, ours in _LAYER_NAMES:
        name = name.replace(theirs, ours)
    return name


def _fill(path: Path, module: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Copy weights into a module; the element vectors and counters, which are not learned, may be missing."""
    own = {name: value for name, value in module.state_dict().items() if _is_learned(name)}
    for name in own.keys() | weights.keys():
        if name not in own or name not in weights or own[name].shape != weights[name].shape:
            raise ModelError(f"The weights '{name}' in '{path}' are missing, too many or misshapen.", _HINT)
        if not torch.isfinite(weights[name]).all():
            raise ModelError(f"The weights '{name}' in '{path}' are not all finite numbers.", _HINT)
    module.load_state_dict(dict(weights), strict=False)


def _is_learned(name: str) -> bool:
    return not name.endswith((_COUNTER, "element_vectors", "has_vector"))


def _property(path: Path, arguments: Mapping[str, Any]) -> PropertySpec:
    options = arguments.get("data_options")
    name = str(options[-1]) if isinstance(options, list) and options else ""
    if name not in PUBLISHED_PROPERTIES:
        raise ModelError(f"'{path}' does not say which property it predicts.", "Name it with --property.")
    return PUBLISHED_PROPERTIES[name]
