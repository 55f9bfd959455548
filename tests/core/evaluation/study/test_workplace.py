from pathlib import Path

from core.evaluation.study.pretraining import Pretraining
from core.events import CheckpointSaved, EpochEnded, Event, Progress
from core.jobs.study_arms import Source
from tests.core.evaluation.study.places import FOLD, place


def test_a_pretraining_tells_how_far_it_is_and_what_it_is(tmp_path: Path):
    told: list[Event] = []
    Pretraining(place(tmp_path, emit=told.append)).start(Source("deep_infomax"), FOLD, 0)
    assert {event.stage for event in told if isinstance(event, Progress)} == {
        "pretraining for fold 1: Deep InfoMax"
    }
    assert not any(isinstance(event, EpochEnded | CheckpointSaved) for event in told)
