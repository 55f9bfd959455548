from core.jobs.run_folder import Status
from core.store.project import Project
from desktop_app.guide.workflow import LibraryState, Standing, Step, kinds_of, read_library_state
from desktop_app.runs.run_poller import view_run

FULL = LibraryState(has_structures=True, has_values=True)


def test_a_new_project_begins_with_the_import():
    standing = Standing()
    assert standing.next_step is Step.IMPORT
    assert standing.advice(Step.IMPORT).command == "import_folder"


def test_structures_alone_lead_to_pretraining():
    standing = Standing(LibraryState(has_structures=True))
    assert standing.next_step is Step.PRETRAIN
    assert standing.advice(Step.PRETRAIN).command == "set_up_pretraining"


def test_a_shipped_model_spares_the_pretraining():
    standing = Standing(FULL, has_shipped_model=True)
    assert standing.next_step is Step.FINETUNE
    assert "shipped model" in standing.sentence


def test_fine_tuning_asks_for_measured_values_first():
    standing = Standing(LibraryState(has_structures=True), completed=frozenset({"pretrain"}))
    assert standing.next_step is Step.FINETUNE
    assert standing.advice(Step.FINETUNE).command == "import_labels"


def test_a_model_leads_to_its_predictions_then_to_its_attention():
    finetuned = Standing(FULL, completed=frozenset({"finetune"}))
    assert finetuned.next_step is Step.PREDICT
    looked_at = Standing(FULL, completed=frozenset({"finetune"}), seen=frozenset({Step.PREDICT}))
    assert looked_at.next_step is Step.INSPECT


def test_when_all_is_done_the_strip_says_what_else_can_be_done():
    standing = Standing(FULL, completed=frozenset({"finetune", "predict"}), seen=frozenset({Step.INSPECT}))
    assert standing.next_step is None
    assert standing.done == set(Step)
    assert standing.sentence.startswith("All steps are done")


def test_a_run_at_work_is_what_to_watch():
    standing = Standing(FULL, completed=frozenset({"pretrain"}), at_work=frozenset({"finetune"}))
    assert standing.next_step is Step.FINETUNE
    assert standing.advice(Step.FINETUNE).command == "show_runs"
    assert "Watch its curves" in standing.sentence
    predicting = Standing(FULL, completed=frozenset({"finetune"}), at_work=frozenset({"predict"}))
    assert "curves" not in predicting.sentence  # it has none


def test_the_library_is_asked_for_structures_and_values(empty_project, small_project):
    with Project.open(empty_project) as project:
        assert read_library_state(project) == LibraryState()
    with Project.open(small_project) as project:
        assert read_library_state(project) == FULL


def test_only_runs_that_ended_well_count(small_project, finetuned, unstarted):
    done, waiting = view_run(finetuned(small_project)), view_run(unstarted(small_project))
    assert done.status is Status.COMPLETED
    assert kinds_of([done, waiting], active=False) == {"finetune"}
