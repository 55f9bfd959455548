"""The structures of a study with their graphs, the same ones for every arm."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.config import Settings
from core.errors import TooFewStructures
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.graph_cache import settings_key
from core.jobs.run_folder import RunFolder
from core.jobs.study_arms import Arm, model_file, models_of
from core.training.composition import without_structure
from core.training.model.model_file import load_model
from core.training.preparation import PreparedStructures, Skipped, prepare
from core.worker.context import JobContext

_Needs = tuple[Settings, frozenset[str]]  # of an encoder, and the elements that it does not know


@dataclass(frozen=True)
class StudyStructures:
    """Rows that every network of the study can take, and their graphs by the settings they were made with."""

    rows: list[dict[str, Any]]
    skipped: list[Skipped]
    graphs: dict[str, list[CrystalGraph]]

    def graphs_of(self, settings: Settings) -> list[CrystalGraph]:
        """Graphs of all rows for an encoder with these settings."""
        return self.graphs[settings_key(settings)]


def read_structures(context: JobContext, arms: Sequence[Arm]) -> StudyStructures:
    """Prepare structures for each encoder that takes part; one that some encoder cannot take is left out.

    Without a network there are no graphs, and nothing is left out. Raises as a preparation does, and
    TooFewStructures when no structure suits all encoders.
    """
    wanted = _encoder_settings(context, arms)
    if not wanted:
        return StudyStructures(rows_without_structures(context.run), [], {})
    prepared = {key: _prepare(context, key, *needs) for key, needs in wanted.items()}
    sets = list(prepared.values())
    common = set.intersection(*({row["id"] for row in one.rows} for one in sets))
    if not common:
        raise TooFewStructures("No structure suits all networks of the study.", "Leave one of them out.")
    rows = [row for row in sets[0].rows if row["id"] in common]
    skipped = {one.name: one for each in sets for one in each.skipped}
    return StudyStructures(
        rows=rows,
        skipped=list(skipped.values()),
        graphs={key: _chosen(one, rows) for key, one in prepared.items()},
    )


def _encoder_settings(context: JobContext, arms: Sequence[Arm]) -> dict[str, _Needs]:
    """Settings of each encoder by their key, with the elements that one of these encoders does not know."""
    needs: list[_Needs] = []
    for arm in arms:
        if arm.source is not None and arm.source.kind != "model":
            needs.append((arm.source.encoder_settings(context.settings.encoder), frozenset()))
    for number in range(len(models_of(arms))):
        model = load_model(context.run.path / model_file(number))
        needs.append((model.card.typed_encoder_settings(), model.encoder.unknown_elements))
    wanted: dict[str, _Needs] = {}
    for settings, unknown in needs:
        key = settings_key(settings)
        wanted[key] = (settings, wanted.get(key, (settings, frozenset()))[1] | unknown)
    return wanted


def _prepare(
    context: JobContext, key: str, settings: Settings, unknown_elements: frozenset[str]
) -> PreparedStructures:
    run = RunFolder(context.run.path)
    run.graphs_file = run.path / f"graphs-{key}.npz"
    return prepare(
        run, settings, context.settings.compute, context.progress("preparing structures"), unknown_elements
    )


def _chosen(prepared: PreparedStructures, rows: Sequence[dict[str, Any]]) -> list[CrystalGraph]:
    graph_of = {row["id"]: graph for row, graph in zip(prepared.rows, prepared.graphs, strict=True)}
    return [graph_of[row["id"]] for row in rows]


def rows_without_structures(run: RunFolder) -> list[dict[str, Any]]:
    """Rows of structures.jsonl as a preparation gives them, without making graphs."""
    return [without_structure(row) for row in run.structures()]
