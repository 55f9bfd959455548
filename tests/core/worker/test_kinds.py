from core.config import JOB_SETTINGS
from core.worker.kinds import JOB_KINDS


def test_every_kind_of_job_that_has_settings_can_be_done():
    assert JOB_KINDS.keys() == JOB_SETTINGS.keys()
