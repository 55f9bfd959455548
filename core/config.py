"""Every setting that a user can change, with its label, help, unit and range.

The training form, the command line's help and the manual are all made from these models,
so that a setting is described once. The models are frozen; a wrong value raises
:class:`~core.errors.SettingError` with one sentence.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import ValidationError, create_model

from core.cloud_settings import CloudSettings
from core.encoder_settings import (
    CGCNNSettings,
    GeometricAlgebraSettings,
    NeighbourSettings,
    SiteNetMultiheadSettings,
    SiteNetSettings,
    SupercellSettings,
)
from core.errors import SettingError, UnknownChoice
from core.fixed_feature_settings import FixedFeatureSettings, HoldOutSettings
from core.objective_settings import DeepInfoMaxSettings, SupervisedSettings
from core.presets import PRESETS, preset_changes
from core.settings import SettingField, Settings, setting, setting_fields, validation_sentence
from core.study_settings import StudyPlanSettings
from core.training_settings import GROUPINGS, LabelledTrainingSettings, TrainingSettings
from core.trajectory_settings import CloudLearningSettings, TrajectoryPlanSettings
from core.transfer_settings import TransferSettings

__all__ = [
    "DEFAULT_ENCODER",
    "ENCODERS",
    "GROUPINGS",
    "JOB_SETTINGS",
    "OBJECTIVES",
    "PRESETS",
    "CGCNNSettings",
    "CloudJobSettings",
    "ComputeSettings",
    "DeepInfoMaxSettings",
    "FeaturesSettings",
    "FinetuneSettings",
    "FixedFeatureSettings",
    "GeometricAlgebraSettings",
    "HoldOutSettings",
    "LabelledTrainingSettings",
    "NeighbourSettings",
    "OcclusionSettings",
    "PredictSettings",
    "PretrainSettings",
    "SettingField",
    "Settings",
    "SiteNetMultiheadSettings",
    "SiteNetSettings",
    "StudyPlanSettings",
    "StudySettings",
    "SupercellSettings",
    "SupervisedSettings",
    "TrainingSettings",
    "TrajectorySettings",
    "TransferSettings",
    "build_settings",
    "encoder_name",
    "job_settings",
    "setting_fields",
]


class ComputeSettings(Settings):
    """Where the work is done, and what becomes of structures for which it cannot be."""

    device: str = setting(
        "auto",
        label="Device",
        advanced=True,
        help="auto, cpu, cuda, cuda:1, or mps on a Mac. auto takes a working GPU (cuda) when there is one.",
    )
    precision: Literal["auto", "float32", "bfloat16"] = setting(
        "auto",
        label="Precision",
        advanced=True,
        help="bfloat16: the network computes with three digits, which is faster on recent GPUs; losses and "
        "sums keep seven. float32: all with seven. auto: bfloat16 on GPUs that are made for it.",
    )
    threads: int = setting(
        0,
        label="Processor threads",
        ge=0,
        le=256,
        advanced=True,
        help="0: one for each core, at most four. More than the machine has cores makes training slower.",
    )
    unusable: Literal["leave_out", "fail"] = setting(
        "leave_out",
        label="Structures that cannot be used",
        advanced=True,
        help="Such as those that are too large. leave_out: the job goes on without them and lists them; "
        "fail: it ends and names the first.",
    )
    graph_cache: float = setting(
        10.0,
        label="Largest store of graphs",
        unit="GB",
        ge=0.0,
        le=10_000.0,
        advanced=True,
        help="Graphs of structures are kept in the project, so that the next run need not make them again. "
        "Beyond this size those that were not used for longest are deleted.",
    )


class PretrainSettings(Settings):
    """Learn from crystals without labels."""

    encoder: SiteNetSettings = SiteNetSettings()
    objective: DeepInfoMaxSettings = DeepInfoMaxSettings()
    training: TrainingSettings = TrainingSettings(epochs=50, pairs_per_batch=20_000)
    compute: ComputeSettings = ComputeSettings()


class FinetuneSettings(Settings):
    """Learn a measured property, from scratch or from a pretrained model."""

    encoder: SiteNetSettings = SiteNetSettings()
    objective: SupervisedSettings = SupervisedSettings()
    transfer: TransferSettings = TransferSettings()
    training: LabelledTrainingSettings = LabelledTrainingSettings(epochs=100, keep="last")
    compute: ComputeSettings = ComputeSettings()


class PredictSettings(Settings):
    """Apply a trained model to structures."""

    compute: ComputeSettings = ComputeSettings()


class OcclusionSettings(Settings):
    """Hide the sites of structures from a trained model, one after the other."""

    compute: ComputeSettings = ComputeSettings()


class FeaturesSettings(Settings):
    """Learn a measured property from features that do not adapt."""

    learning: FixedFeatureSettings = FixedFeatureSettings()
    held_out: HoldOutSettings = HoldOutSettings()
    compute: ComputeSettings = ComputeSettings()


class StudySettings(Settings):
    """Compare ways to learn a property on the same labels and the same test structures."""

    study: StudyPlanSettings = StudyPlanSettings()
    encoder: SiteNetSettings = SiteNetSettings()
    deep_infomax: DeepInfoMaxSettings = DeepInfoMaxSettings()
    pretraining: TrainingSettings = TrainingSettings(epochs=50, pairs_per_batch=20_000)
    objective: SupervisedSettings = SupervisedSettings()
    transfer: TransferSettings = TransferSettings()
    # Of networks that start from a pretrained encoder, and of those from scratch, each with its own care. All
    # labels of a budget are trained on: the last network is kept, and a validation would choose nothing.
    training: TrainingSettings = TrainingSettings(epochs=100, keep="last", validation_fraction=0.0)
    scratch_training: TrainingSettings = TrainingSettings(epochs=100, keep="last", validation_fraction=0.0)
    compute: ComputeSettings = ComputeSettings()


class TrajectorySettings(Settings):
    """Work out how the particles of a trajectory are ordered, frame by frame."""

    analysis: TrajectoryPlanSettings = TrajectoryPlanSettings()
    compute: ComputeSettings = ComputeSettings()


class CloudJobSettings(Settings):
    """Learn from the geometry of particles alone, without labels."""

    learning: CloudLearningSettings = CloudLearningSettings()
    clouds: CloudSettings = CloudSettings(replicas=4, clouds_per_crystal=200)
    training: TrainingSettings = TrainingSettings(
        epochs=10, learning_rate=3e-3, pairs_per_batch=12_800, validation_fraction=0.25, checkpoint_every=1
    )
    compute: ComputeSettings = ComputeSettings()


DEFAULT_ENCODER = "site_net"
ENCODERS: dict[str, type[Settings]] = {
    "site_net": SiteNetSettings,
    "site_net_multihead": SiteNetMultiheadSettings,
    "cgcnn": CGCNNSettings,
    "geometric_algebra": GeometricAlgebraSettings,
}
OBJECTIVES: dict[str, type[Settings]] = {
    "deep_infomax": DeepInfoMaxSettings,
    "supervised": SupervisedSettings,
}
JOB_SETTINGS: dict[str, type[Settings]] = {
    "pretrain": PretrainSettings,
    "finetune": FinetuneSettings,
    "predict": PredictSettings,
    "occlude": OcclusionSettings,
    "features": FeaturesSettings,
    "study": StudySettings,
    "trajectory": TrajectorySettings,
    "clouds": CloudJobSettings,
}


@cache
def job_settings(kind: str, encoder: str = DEFAULT_ENCODER) -> type[Settings]:
    """The settings of a kind of job, with those of the named encoder where it trains one.

    Raises UnknownChoice.
    """
    if kind not in JOB_SETTINGS:
        raise UnknownChoice("kind of job", kind, JOB_SETTINGS)
    if encoder not in ENCODERS:
        raise UnknownChoice("encoder", encoder, ENCODERS)
    model, network = JOB_SETTINGS[kind], ENCODERS[encoder]
    if encoder == DEFAULT_ENCODER or "encoder" not in model.model_fields:
        return model
    fields: dict[str, Any] = {"encoder": (network, network())}
    return create_model(model.__name__, __base__=model, __doc__=model.__doc__, **fields)


def encoder_name(settings: Settings) -> str:
    """Name of the encoder that these are the settings of."""
    return next(name for name, model in ENCODERS.items() if type(settings) is model)


def build_settings(
    kind: str,
    preset: str = "standard",
    changes: Mapping[str, Any] | None = None,
    encoder: str = DEFAULT_ENCODER,
) -> Settings:
    """Make the settings of a job from a preset and `{dotted key: value}` changes.

    Values may be text, as typed on a command line. Raises UnknownChoice for an unknown kind, encoder,
    preset or key and SettingError for a value out of range.
    """
    model = job_settings(kind, encoder)
    if preset not in PRESETS[kind]:
        raise UnknownChoice("preset", preset, PRESETS[kind])
    keys = [field.key for field in setting_fields(model)]
    values = model().model_dump()
    for given, value in {**preset_changes(kind, preset, encoder), **(changes or {})}.items():
        group, name = _full_key(given, keys).split(".")
        values[group][name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SettingError(*validation_sentence(error, model)) from None


def _full_key(given: str, keys: list[str]) -> str:
    """Complete `epochs` to `training.epochs` where only one group has it."""
    matches = [key for key in keys if given in (key, key.rsplit(".", 1)[-1])]
    if len(matches) != 1:
        raise UnknownChoice("setting", given, keys)
    return matches[0]
