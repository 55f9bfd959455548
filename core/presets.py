"""Presets: sets of changes to the default settings, each written as `--set` would write it."""

from collections.abc import Mapping
from typing import Any

# kind of job -> preset -> changes
PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "predict": {"standard": {}},
    "occlude": {"standard": {}},
    "features": {"standard": {}},
    "trajectory": {"standard": {}},
    "clouds": {"quick": {"training.epochs": 3}, "standard": {}},
    "study": {
        "quick": {
            "study.n_labels": "50, 100",
            "study.seeds": 3,
            "pretraining.epochs": 10,
            "training.epochs": 30,
            "scratch_training.epochs": 30,
        },
        "standard": {},
    },
    "pretrain": {
        "quick": {"training.epochs": 10},
        "standard": {},
        "published": {
            "training.learning_rate": 1e-4,
            "training.schedule": "constant",
            "training.gradient_clip": 0.0,
            "training.epochs": 500,
            "training.pairs_per_batch": 45_000,
            "training.validation_fraction": 0.05,
        },
    },
    "finetune": {
        "quick": {"training.epochs": 30},
        "standard": {},
        # docs/studies/computed-crystals.md
        "recommended": {"training.blend": True, "training.ensemble": 3},
        "published": {
            "objective.loss": "mse",
            "training.learning_rate": 1e-4,
            "training.schedule": "constant",
            "training.gradient_clip": 0.0,
            "training.epochs": 500,
            "training.pairs_per_batch": 15_000,
            "training.validation_fraction": 0.05,
        },
    },
}

# What the presets are for, where a user chooses among several: kind of job -> preset -> words.
PRESET_WORDS: dict[str, dict[str, str]] = {
    "pretrain": {
        "quick": "Few epochs, for a first look.",
        "standard": "Enough for most collections.",
        "published": "As in the publication of the network: long.",
    },
    "finetune": {
        "quick": "One network and few epochs, for a first look.",
        "standard": "One network.",
        "recommended": "Three networks averaged with gradient boosting: mostly nearest up to 1,000 values.",
        "published": "As in the publication of the network: long.",
    },
    "study": {
        "quick": "Two numbers of labels, few epochs: a first look.",
        "standard": "All numbers of labels, each method trained to its end.",
    },
    "clouds": {"quick": "Few epochs, for a first look.", "standard": "Enough for most trajectories."},
}

MOST_LABELS_TO_BLEND = 1000  # up to which blends were studied, docs/studies/computed-crystals.md

# encoder -> preset -> changes of its network, for jobs that train one
ENCODER_PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "site_net": {
        "published": {
            "encoder.primitive_tolerance": 0.5,
            "encoder.local_activation": "relu",
            "encoder.merge_equivalent": False,
            "encoder.vacancy_input": False,
        }
    },
    "site_net_multihead": {
        "published": {
            "encoder.supercell_sites": 100,
            "encoder.primitive_tolerance": 0.5,
            "encoder.element_values": "raw",
            "encoder.merge_equivalent": False,
            "encoder.vacancy_input": False,
        }
    },
    "cgcnn": {
        "published": {
            "encoder.neighbour_choice": "published",
            "encoder.merge_equivalent": False,
            "encoder.vacancy_input": False,
        }
    },
    # Published for clouds of 20 particles of one kind; whole shells are of this program.
    "geometric_algebra": {
        "published": {
            "encoder.neighbours": 20,
            "encoder.dropout": 0.1,
            "encoder.vacancy_input": False,
        }
    },
}

# (kind of job, encoder) -> preset -> further changes, where an encoder has a training of its own.
# CGCNN: what did best from 50 to 1,000 labels, docs/studies. The supervised Site-Net as published: batches of
# 1200 sites, each with the pairs of a supercell of 100.
_CGCNN_TRAINING = {
    "objective.head_width": 0,
    "training.learning_rate": 2e-3,
    "training.pairs_per_batch": 5000,
}
_CGCNN_EPOCHS = {"training.epochs": 120}
TRAINING_PRESETS: dict[tuple[str, str], dict[str, dict[str, Any]]] = {
    ("finetune", "cgcnn"): {
        "quick": _CGCNN_TRAINING,
        "standard": {**_CGCNN_TRAINING, **_CGCNN_EPOCHS},
        "recommended": {**_CGCNN_TRAINING, **_CGCNN_EPOCHS},
    },
    ("finetune", "site_net_multihead"): {
        "published": {
            "objective.loss": "mae",
            "objective.head_width": 0,
            "training.learning_rate": 8.125971481941902e-4,
            "training.weight_decay": 1e-4,
            "training.gradient_clip": 1.0,
            "training.pairs_per_batch": 115_000,
            "training.keep": "best",
        }
    },
}


# Jobs that train no network of crystals; some take one as it is.
WITHOUT_NETWORK = ("predict", "occlude", "features", "trajectory", "clouds")


def preset_changes(kind: str, preset: str, encoder: str) -> Mapping[str, Any]:
    """Collect what a preset that the kind of job has changes: {dotted key: value}."""
    of_network = {} if kind in WITHOUT_NETWORK else ENCODER_PRESETS[encoder].get(preset, {})
    of_training = TRAINING_PRESETS.get((kind, encoder), {}).get(preset, {})
    return {**PRESETS[kind][preset], **of_network, **of_training}


def proposed_preset(*, pretrained: bool, num_labels: int, as_classes: bool) -> str:
    """The preset to propose for a fine-tuning, decision 39: a blend where it was found to be the nearest."""
    is_studied = pretrained and not as_classes and num_labels <= MOST_LABELS_TO_BLEND
    return "recommended" if is_studied else "standard"


def preset_help(kind: str) -> str:
    """The presets of a kind of job with what they are for, in one line."""
    words = PRESET_WORDS.get(kind, {})
    return "; ".join(
        f"{name}: {words[name].rstrip('.')}" if name in words else name for name in PRESETS[kind]
    )
