"""Requests for fine-tunings and pretrainings with standard settings."""

from core.config import FinetuneSettings, PretrainSettings
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.training import create_finetune_run

PRETRAIN = PretrainSettings()
FINETUNE = FinetuneSettings()


def finetune(project: Project, **changes: object) -> RunFolder:
    request = {"collection": "all", "property_names": ["band gap"], "settings": FINETUNE}
    return create_finetune_run(project, **{**request, **changes})
