"""The way from files to a prediction: which steps of it a project has done, and which comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.jobs.run_folder import Status
from core.store.project import Project
from desktop_app.runs.run_poller import RunView


class Step(StrEnum):
    """The steps, in order; the values are their titles."""

    IMPORT = "Import"
    PRETRAIN = "Pretrain or choose a model"
    FINETUNE = "Fine-tune"
    PREDICT = "Predict"
    INSPECT = "Inspect"


_OF_KIND = {"pretrain": Step.PRETRAIN, "finetune": Step.FINETUNE, "predict": Step.PREDICT}


@dataclass(frozen=True)
class LibraryState:
    """Whether a project has structures, and measured values of any."""

    has_structures: bool = False
    has_values: bool = False


@dataclass(frozen=True)
class Advice:
    """What to do: in a sentence, and by the name of a command."""

    sentence: str
    command: str


@dataclass(frozen=True)
class Standing:
    """How far the work has come.

    `seen` are the steps whose panels were looked at since the last model was trained.
    """

    library: LibraryState = LibraryState()
    has_shipped_model: bool = False
    completed: frozenset[str] = frozenset()  # kinds of runs
    at_work: frozenset[str] = frozenset()
    seen: frozenset[Step] = frozenset()

    @property
    def done(self) -> frozenset[Step]:
        """The steps that need not be done any more."""
        tests = {
            Step.IMPORT: self.library.has_structures,
            Step.PRETRAIN: self.has_shipped_model or bool(self.completed & {"pretrain", "finetune"}),
            Step.FINETUNE: "finetune" in self.completed,
            Step.PREDICT: "predict" in self.completed or Step.PREDICT in self.seen,
            Step.INSPECT: Step.INSPECT in self.seen,
        }
        return frozenset(step for step, is_done in tests.items() if is_done)

    @property
    def working(self) -> Step | None:
        """The step at which a run is at work."""
        return next((step for kind, step in _OF_KIND.items() if kind in self.at_work), None)

    @property
    def next_step(self) -> Step | None:
        """The first step that is not done; None when all are."""
        return self.working or next((step for step in Step if step not in self.done), None)

    def advice(self, step: Step) -> Advice:
        """What to do for a step."""
        if step is self.working:
            watch = "" if step is Step.PREDICT else " Watch its curves."
            return Advice(f"a run is at work, and goes on by itself.{watch}", "show_runs")
        if step is Step.FINETUNE and not self.library.has_values:
            return Advice("import measured values: a table with a column of names.", "import_labels")
        start = " A shipped model is ready to start from." if self.has_shipped_model else ""
        return {
            Step.IMPORT: Advice("import a folder of crystal structures, or drop it here.", "import_folder"),
            Step.PRETRAIN: Advice("pretrain on your structures, without values.", "set_up_pretraining"),
            Step.FINETUNE: Advice(f"fine-tune on the measured values.{start}", "set_up_finetuning"),
            Step.PREDICT: Advice(
                "look at the predictions; drop new files to predict them.", "show_predictions"
            ),
            Step.INSPECT: Advice("see site by site what the model attends to.", "show_attention"),
        }[step]

    @property
    def sentence(self) -> str:
        """What comes next, for the end of the strip."""
        if self.next_step is None:
            return "All steps are done: drop new files here to predict them, or import more values."
        beginning = self.working or "Next"
        return f"{beginning}: {self.advice(self.next_step).sentence}"


def read_library_state(project: Project) -> LibraryState:
    """Ask the two questions; both end at the first row that they find."""
    row = project.query(
        "select exists(select 1 from structures where not deleted) as structures, "
        "exists(select 1 from labels) as labels"
    )[0]
    return LibraryState(bool(row["structures"]), bool(row["labels"]))


def kinds_of(runs: Iterable[RunView], *, active: bool) -> frozenset[str]:
    """Kinds of the runs that are at work or waiting, or of those that are completed."""

    def counts(run: RunView) -> bool:
        return run.is_active or run.is_waiting if active else run.status is Status.COMPLETED

    return frozenset(run.kind for run in runs if run.kind and counts(run))
