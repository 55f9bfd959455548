"""Every setting of every objective: what a network learns by."""

from typing import Literal

from core.errors import SettingError
from core.settings import Settings, setting


class DeepInfoMaxSettings(Settings):
    """Deep InfoMax for crystals (arXiv 2407.00671): tell true surroundings from false ones, no labels."""

    unrelated: bool = setting(
        True,
        label="Against unrelated crystals",
        advanced=True,
        help="Tell true surroundings from those of a site of another crystal, as they are.",
    )
    donated_geometry: bool = setting(
        True,
        label="Against another's geometry",
        advanced=True,
        help="Tell true surroundings from the own species at the distances of a site of another crystal.",
    )
    donated_species: bool = setting(
        True,
        label="Against another's species",
        advanced=True,
        help="Tell true surroundings from the species around a site of another crystal at the own distances.",
    )
    shuffled_species: bool = setting(
        True,
        label="Against shuffled species",
        advanced=True,
        help="Tell a crystal from its own species at the own distances, but shuffled over the places around "
        "each site. Only for crystal embeddings.",
    )
    form: Literal["jensen_shannon", "infonce"] = setting(
        "jensen_shannon",
        label="Form of the comparison",
        advanced=True,
        help="jensen_shannon: each true and each false surrounding is judged by itself, as published; "
        "infonce: the true one is to be picked from among the false ones.",
    )
    kl_weight: float = setting(
        0.1,
        label="Noise penalty",
        ge=0.0,
        le=10.0,
        advanced=True,
        help="Weight of the term that keeps embeddings near a unit Gaussian. 0 also switches the noise off.",
    )
    kl_warmup: float = setting(
        0.0,
        label="Warm-up of the noise penalty",
        ge=0.0,
        le=1.0,
        advanced=True,
        help="Share of the run in which the noise penalty rises from 0 to its full weight. Without it, "
        "crystal embeddings may first become all alike.",
    )
    prior_weight: float = setting(
        0.0,
        label="Prior matching",
        ge=0.0,
        le=10.0,
        advanced=True,
        help="How strongly a critic pushes embeddings towards numbers drawn evenly from 0 to 1. "
        "0, as published, switches it off.",
    )
    composition_weight: float = setting(
        0.0,
        label="Hiding of the composition",
        ge=0.0,
        le=10.0,
        advanced=True,
        help="How strongly crystal embeddings are kept from telling the composition, so that they describe "
        "geometry. 0, as published, switches it off.",
    )
    scorer_width: int = setting(
        128,
        label="Scorer width",
        ge=8,
        le=2048,
        advanced=True,
        help="Width of the space in which embeddings and surroundings are compared.",
    )

    def check_together(self) -> None:
        """Raise SettingError where no false surroundings are left for site embeddings."""
        if not (self.unrelated or self.donated_geometry or self.donated_species):
            raise SettingError(
                "Deep InfoMax has no false surroundings to tell the true ones from.",
                "Switch on unrelated ones, or those with the geometry or the species of another.",
            )


class SupervisedSettings(Settings):
    """Learning one or more measured properties."""

    loss: Literal["mae", "mse"] = setting(
        "mae",
        label="Error to reduce",
        advanced=True,
        help="mae: mean absolute error, forgiving of outliers; mse: mean squared error.",
    )
    head_width: int = setting(
        64,
        label="Width of the output layers",
        ge=0,
        le=1024,
        advanced=True,
        help="Width of the small network that turns a crystal embedding into the property. "
        "0: one linear map, after a softplus where the encoder is CGCNN or the compact Site-Net.",
    )
    output: Literal["linear", "non_negative"] = setting(
        "linear",
        label="Values that can be predicted",
        advanced=True,
        help="linear: all; non_negative: none below zero, for a property such as a band gap. A prediction "
        "that is cut off there still learns to rise. No difference to a property learned as its logarithm.",
    )
    bounds: Literal["censored", "exact", "skip"] = setting(
        "censored",
        label="Values given as bounds",
        help="How a value such as '<1E-10' is learned. censored: only a prediction on the wrong side of "
        "the bound is an error; exact: as if measured; skip: left out.",
    )
    measurement_errors: Literal["weights", "ignore"] = setting(
        "weights",
        label="Errors of measurement",
        advanced=True,
        help="weights: a value that is less certain counts less; ignore: all values count alike. "
        "Values without a stated error count in full.",
    )
    property_weights: str = setting(
        "",
        label="Weights of properties",
        advanced=True,
        help="How much each of several properties counts, such as gap=2, energy=0.5. Those not named have 1.",
    )
    classes: str = setting(
        "",
        label="Properties that are classes",
        advanced=True,
        help="Names of properties, with commas between them, whose values are 0 or 1, such as whether a "
        "crystal is a metal, or whole numbers, each a class. Predicted is the probability of each.",
    )
