"""Every setting of what fine-tuning does with the layers of the model that it starts from."""

from typing import Literal

from core.errors import SettingError
from core.settings import Settings, setting


class TransferSettings(Settings):
    """What fine-tuning does with the layers of the model it starts from."""

    freeze: Literal["none", "embedding", "layers", "sites", "encoder"] = setting(
        "none",
        label="Keep fixed",
        help="none: all layers adapt; embedding: only what describes the elements stays as it was; "
        "layers: that and the first layers above it; sites: all site layers; "
        "encoder: only the output layers learn.",
    )
    frozen_layers: int = setting(
        1,
        label="Layers kept fixed",
        ge=1,
        le=20,
        advanced=True,
        help="How many layers above the embedding stay as they were, where 'Keep fixed' is layers: "
        "convolutions of CGCNN, attention blocks of Site-Net.",
    )
    deeper: Literal["keep", "new"] = setting(
        "keep",
        label="Layers not kept fixed",
        advanced=True,
        help="keep: go on from the weights of the starting model; new: start afresh, as in the paper on "
        "transfer learning with CGCNN. The output layers always do.",
    )
    depth_factor: float = setting(
        1.0,
        label="Learning rate by depth",
        ge=0.01,
        le=1.0,
        advanced=True,
        help="What the learning rate is multiplied by with each layer further from the output. Below 1, the "
        "first layers change least.",
    )

    def check_together(self) -> None:
        """Raise SettingError where nothing would be left of the starting model."""
        if self.freeze == "none" and self.deeper == "new":
            raise SettingError(
                "With nothing kept fixed and all layers new, nothing is left of the starting model.",
                "Keep some layers fixed, keep the others, or start from scratch.",
            )

    @property
    def words(self) -> str:
        """What becomes of the layers of the starting model: kept fixed, trained on, or started afresh."""
        first = "the first layer" if self.frozen_layers == 1 else f"the first {self.frozen_layers} layers"
        fixed = {
            "none": "",
            "embedding": "the embedding",
            "layers": f"the embedding and {first} above it",
            "sites": "all site layers",
            "encoder": "the whole encoder",
        }[self.freeze]
        parts = [f"{fixed} kept fixed" if fixed else ""]
        if self.deeper == "new":
            parts.append("all others started afresh")
        else:
            others = "the other layers" if fixed else "all layers"
            parts += ["" if self.freeze == "encoder" else f"{others} trained on"]
            parts += ["output layers started afresh"]
        return ", ".join(filter(None, parts))
