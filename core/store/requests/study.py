"""Turning a request for a study into a run folder, and refusing one that cannot be done."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.config import StudySettings, encoder_name
from core.errors import SettingError, TooFewStructures, UnknownChoice
from core.jobs.property_choices import property_weights
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, PropertySpec
from core.jobs.study_arms import ENTRIES_FILE, Arm, model_file, models_of, properties_of
from core.jobs.study_texts import parse_arms, parse_budgets, parse_range
from core.store.project import Project
from core.store.requests.learned_labels import FEWEST_LABELS, check_grouping, check_values_differ
from core.store.requests.run_writing import write_run
from core.store.requests.shipped_models import shipped_or_file
from core.store.requests.starting_models import model_path
from core.store.requests.structure_rows import all_metadata, as_target, members_of
from core.store.rows import StoredLabel
from core.structures.composition_entry import read_cell, read_composition, read_space_group
from core.structures.structure import reduced_formula
from core.study_settings import CLUSTER

Values = Mapping[int, StoredLabel]  # by number of the structure


@dataclass(frozen=True)
class _Structures:
    """Numbers of the structures of a study: to learn from, to test on, to pretrain on besides."""

    learn: set[int]
    test: set[int]
    pool: set[int]

    def part(self, number: int) -> str:
        """What a structure is there for."""
        return "test" if number in self.test else "learn" if number in self.learn else "pool"


def create_study_run(
    project: Project,
    *,
    collection: str,
    property_name: str,
    settings: StudySettings,
    seed: int = 0,
    title: str = "",
) -> RunFolder:
    """Write the run folder of a study of one property.

    Raises UnknownChoice for a collection, a property, a column or an arm that does not exist, SettingError
    for settings that make no study and for classes, which none compares, TooFewStructures for fewer labels
    than a budget needs, LabelError for a property that is the same everywhere, and ModelError for a missing
    model.
    """
    arms = parse_arms(settings.study.arms)
    _check_arms(arms, settings, property_name)
    names = (property_name, *properties_of(arms))
    labels = {name: project.labels(name) for name in names}
    own = _within(labels[property_name], settings)
    chosen = _choose(project, collection, settings, own, is_pretrained=any(arm.pretrains for arm in arms))
    _check_labels(chosen, own, settings, property_name)
    _check_pretraining(chosen, {name: labels[name] for name in names[1:]})
    if settings.study.split != CLUSTER:
        check_grouping(project, collection, {property_name: own}, settings.study.split)
    models = {model_file(k): model_path(shipped_or_file(path)) for k, path in enumerate(models_of(arms))}
    known = [project.property_row(name) for name in names]
    properties = tuple(PropertySpec(name=p.name, unit=p.unit, transform=p.transform) for p in known)
    property_weights(settings.objective.property_weights, properties)  # raises for names that are not learned
    spec = JobSpec(
        kind="study",
        title=title or f"Study of {property_name}",
        collection=collection,
        encoder=encoder_name(settings.encoder),
        objective="study",
        settings=settings.model_dump(),
        properties=properties,
        seed=seed,
    )
    rows = _rows(project, collection, settings, chosen, {**labels, property_name: own})
    texts = {}
    if settings.study.entries:
        entries = _entries(project, property_name, settings)
        texts[ENTRIES_FILE] = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    return write_run(project, f"study-{property_name}", spec, rows, models, texts)


def _check_arms(arms: tuple[Arm, ...], settings: StudySettings, property_name: str) -> None:
    reference = settings.study.reference
    texts = [arm.text for arm in arms]
    if reference and reference not in texts:
        raise UnknownChoice("reference", reference, texts)
    for arm in arms:
        if arm.source is not None and property_name in arm.source.properties:
            raise SettingError(
                f"The arm '{arm.text}' would be pretrained on '{property_name}', on which it is tested.",
                "Pretrain on other properties.",
            )
    parse_budgets(settings.study.n_labels)
    if settings.objective.classes:
        raise SettingError(
            f"'{settings.objective.classes}' is to be learned as classes; studies compare errors of numbers.",
            "Leave 'Properties that are classes' empty; finetune and features learn classes.",
        )


def _within(values: Values, settings: StudySettings) -> Values:
    limits = parse_range(settings.study.between)
    if limits is None:
        return values
    return {number: label for number, label in values.items() if limits[0] <= label.value <= limits[1]}


def _choose(
    project: Project, collection: str, settings: StudySettings, labels: Values, *, is_pretrained: bool
) -> _Structures:
    limit = settings.study.largest_cell

    def small(name: str) -> set[int]:
        numbers = members_of(project, name)
        if not limit:
            return numbers
        rows = project.query("select id from structures where num_sites <= ?", [limit])
        return numbers & {row["id"] for row in rows}

    members = small(collection)
    tested = small(settings.study.test_collection) if settings.study.test_collection else set()
    test = tested & labels.keys()
    learn = (members & labels.keys()) - test
    others = small(settings.study.pool) if settings.study.pool else set()
    pool = ((members | others) - learn - tested) if is_pretrained else set()
    return _Structures(learn, test, pool)


def _check_labels(chosen: _Structures, labels: Values, settings: StudySettings, property_name: str) -> None:
    study = settings.study
    if study.test_collection and len(chosen.test) < FEWEST_LABELS:
        raise TooFewStructures(
            f"The test collection '{study.test_collection}' has {len(chosen.test)} values of "
            f"'{property_name}'; a test needs at least {FEWEST_LABELS}.",
            "Choose another one, or test on a share of the structures.",
        )
    share = 1 / study.folds if study.folds > 1 else study.test_fraction
    count = len(chosen.learn)
    to_learn = count if study.test_collection else int(count * (1 - share))
    needed = max(FEWEST_LABELS, *parse_budgets(study.n_labels))
    if to_learn < needed:
        raise TooFewStructures(
            f"The study needs {needed:,} values of '{property_name}' to learn from; beside the test there "
            f"are {to_learn:,}.",
            "Lower the label budgets or the test share, or import more values.",
        )
    check_values_differ(property_name, (labels[number] for number in chosen.learn))


def _check_pretraining(chosen: _Structures, labels: Mapping[str, Values]) -> None:
    """Check the properties, by name, that sources are pretrained on."""
    for name, values in labels.items():
        labelled = (chosen.learn | chosen.pool) & values.keys()
        if len(labelled) < FEWEST_LABELS:
            raise TooFewStructures(
                f"Pretraining on '{name}' needs at least {FEWEST_LABELS} values; there are {len(labelled)}.",
                "Choose another property, or a collection to pretrain on that has values of it.",
            )
        check_values_differ(name, (values[number] for number in labelled))


def _entries(project: Project, property_name: str, settings: StudySettings) -> Iterator[dict[str, Any]]:
    """Labelled entries without a structure, as far as their formula can be read, like rows of structures."""
    values = _within(project.composition_labels(property_name), settings)
    for entry in project.compositions():
        composition = read_composition(entry.formula)
        if entry.id in values and composition is not None:
            yield {
                "id": entry.id,
                "name": entry.name,
                "formula": reduced_formula(composition),
                "content_hash": f"entry {entry.id}",
                "composition": composition,
                "space_group": read_space_group(entry.space_group),
                "cell": read_cell(entry.cell),
                "targets": {property_name: as_target(values[entry.id])},
                "metadata": entry.metadata,
            }


def _rows(
    project: Project,
    collection: str,
    settings: StudySettings,
    chosen: _Structures,
    labels: Mapping[str, Values],
) -> Iterator[dict[str, Any]]:
    """Rows of structures.jsonl, each once, with what it is there for.

    Values of the property that is studied come with structures to learn from or to test on alone.
    """
    metadata = all_metadata(project)
    own = next(iter(labels))
    waiting = chosen.learn | chosen.test | chosen.pool
    names = (collection, settings.study.test_collection, settings.study.pool)
    for name in dict.fromkeys(filter(None, names)):
        for row in project.stored_structures(name):
            number = row["id"]
            if number not in waiting:
                continue
            waiting.remove(number)
            part = chosen.part(number)
            targets = {
                title: as_target(values[number])
                for title, values in labels.items()
                if number in values and (part != "pool" or title != own)
            }
            yield {
                "id": number,
                "name": row["name"],
                "formula": row["formula"],
                "content_hash": row["content_hash"],
                "part": part,
                "targets": targets,
                **({"metadata": metadata[number]} if number in metadata else {}),
                "structure": json.loads(row["content"]),
            }
