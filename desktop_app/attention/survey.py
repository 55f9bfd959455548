"""Adding up the attention of a run by elements, in a thread: it reads every structure of the run."""

from collections.abc import Callable, Iterator
from pathlib import Path

from core.jobs.results.attention import AttentionArchive
from core.jobs.results.attention_pairs import AttentionPairs
from core.jobs.results.attention_survey import AttentionSurvey, attended_structures, survey_attention
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.structure_rows import members_of
from desktop_app.tasks import TaskControl


def survey_of(
    project_folder: Path | None, run: RunFolder, collection: str | None
) -> Callable[[TaskControl], AttentionSurvey]:
    """Make work for a task: the structures of a run that are in a collection, or all of them for None.

    When it is cancelled it ends early, with what it has.
    """

    def work(control: TaskControl) -> AttentionSurvey:
        chosen = None
        if collection is not None and project_folder is not None:
            with Project.open(project_folder) as project:
                chosen = members_of(project, collection)
        archive = AttentionArchive(run.attention_file)

        def until_cancelled() -> Iterator[tuple[AttentionPairs, list[str]]]:
            for structure in attended_structures(run, archive, chosen):
                if control.cancelled():
                    return
                yield structure

        return survey_attention(until_cancelled(), archive.heads)

    return work
