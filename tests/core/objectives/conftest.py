"""Deep InfoMax over each encoder, with a batch of all small crystals."""

import pytest

from core.config import ENCODERS as ENCODER_SETTINGS
from core.config import DeepInfoMaxSettings, Settings
from core.encoders import ENCODERS
from core.graphs.batch import Batch
from core.objectives.deep_infomax import DeepInfoMax
from tests.core.graphs.crystals import CRYSTALS
from tests.core.objectives.networks import batch_of, objective_for


@pytest.fixture(params=sorted(ENCODERS))
def encoder_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def settings(encoder_name: str) -> Settings:
    return ENCODER_SETTINGS[encoder_name]()


@pytest.fixture
def batch(settings: Settings) -> Batch:
    return batch_of(settings, *CRYSTALS)


@pytest.fixture
def objective(encoder_name: str, batch: Batch) -> DeepInfoMax:
    return objective_for(batch, encoder_name, DeepInfoMaxSettings())
