"""Networks that turn a batch of crystal graphs into site embeddings, crystal embeddings and attention."""

from core.config import Settings
from core.encoders.cgcnn import CGCNN
from core.encoders.encoding import Encoder
from core.encoders.geometric_algebra.encoder import GeometricAlgebra
from core.encoders.site_net import SiteNet
from core.encoders.site_net_multihead import SiteNetMultihead
from core.errors import UnknownChoice

ENCODERS: dict[str, type[Encoder]] = {
    "site_net": SiteNet,
    "site_net_multihead": SiteNetMultihead,
    "cgcnn": CGCNN,
    "geometric_algebra": GeometricAlgebra,
}


def create_encoder(name: str, settings: Settings, num_features: int) -> Encoder:
    """Make the encoder of that name, with fresh weights, for sites of `num_features` features.

    Raises UnknownChoice for a name that does not exist.
    """
    if name not in ENCODERS:
        raise UnknownChoice("encoder", name, ENCODERS)
    return ENCODERS[name](settings, num_features)
