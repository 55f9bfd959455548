"""Every setting of how long and how carefully networks are trained."""

from typing import Literal

from core.errors import SettingError
from core.settings import Settings, setting


class TrainingSettings(Settings):
    """How long and how carefully to train."""

    epochs: int = setting(
        50,
        label="Epochs",
        ge=1,
        le=100_000,
        help="How many times each structure is seen.",
    )
    learning_rate: float = setting(
        1e-3,
        label="Learning rate",
        ge=1e-7,
        le=1.0,
        help="Step size of the optimiser (AdamW). Lower it when the loss jumps.",
    )
    schedule: Literal["cosine", "constant"] = setting(
        "cosine",
        label="Learning-rate schedule",
        advanced=True,
        help="cosine: rises for a twentieth of the run, then falls to zero; constant: stays.",
    )
    weight_decay: float = setting(
        1e-4,
        label="Weight decay",
        ge=0.0,
        le=1.0,
        advanced=True,
        help="Pull of the weights towards zero.",
    )
    gradient_clip: float = setting(
        1.0,
        label="Gradient clip",
        ge=0.0,
        le=1000.0,
        advanced=True,
        help="Largest norm of a step's gradient; 0 switches clipping off.",
    )
    pairs_per_batch: int = setting(
        10_000,
        label="Pairs per batch",
        unit="pairs",
        ge=1,
        le=100_000_000,
        advanced=True,
        help="Batches are filled to this number of site pairs, whatever the number of crystals.",
    )
    validation_fraction: float = setting(
        0.1,
        label="Validation share",
        ge=0.0,
        le=0.5,
        help="Share of the structures on which progress is judged; never trained on.",
    )
    keep: Literal["best", "last"] = setting(
        "best",
        label="Network to keep",
        advanced=True,
        help="best: the one with the lowest validation loss; last: the one at the end of the run. With few "
        "labels the lowest validation loss is often luck, so fine-tuning keeps the last.",
    )
    patience: int = setting(
        0,
        label="Stop when no better for",
        unit="epochs",
        ge=0,
        le=100_000,
        advanced=True,
        help="Ends the run after so many epochs without a better validation loss; 0 never does.",
    )
    checkpoint_every: int = setting(
        5,
        label="Checkpoint every",
        unit="epochs",
        ge=1,
        le=10_000,
        advanced=True,
        help="How often the state is saved, so that an interrupted run can be resumed.",
    )


GROUPINGS = ("formula", "random")  # what `group_by` understands besides columns of metadata
NETWORKS_OF_A_BLEND = 3  # by which blends were studied


class LabelledTrainingSettings(TrainingSettings):
    """The same for learning from measured values, some of which are kept for a test."""

    test_fraction: float = setting(
        0.2,
        label="Test share",
        ge=0.0,
        le=0.8,
        help="Share of the labelled structures held out to measure the final error.",
    )
    group_by: str = setting(
        "formula",
        label="Keep together",
        advanced=True,
        help="What stays on one side of training, validation and test. formula: structures of one formula; "
        "random: duplicates alone; or a column of metadata, such as family or DOI: what has the same entry. "
        "Duplicates stay together with each.",
    )
    ensemble: int = setting(
        1,
        label="Networks",
        ge=1,
        le=20,
        help="How many networks learn the same from other seeds; groups of them hold out other structures. "
        "Their mean is predicted, which is mostly nearer than one of them, and from four on intervals can be "
        "wider where they disagree. Takes so many times as long. With a blend, 1 stands for three.",
    )
    blend: bool = setting(
        False,
        label="Blend with boosting",
        help="The labels are dealt into three parts (or as many as 'Networks' says), each of which one "
        "network holds out; what is predicted is the mean of these networks averaged with gradient boosting "
        "on composition and structure, by the weight that is best for the parts held out. Mostly the nearest "
        "with few labels. All but the test is learned from; numbers only.",
    )

    @property
    def num_networks(self) -> int:
        """How many networks are trained."""
        return NETWORKS_OF_A_BLEND if self.blend and self.ensemble == 1 else self.ensemble

    def check_together(self) -> None:
        """Raise SettingError where what a blend is weighed by would have chosen its networks before."""
        if self.blend and (self.keep == "best" or self.patience):
            raise SettingError(
                "A blend is weighed by what its networks hold out, so that this cannot choose them too.",
                "Set 'Network to keep' to last and 'Stop when no better for' to 0, or take no blend.",
            )
