"""The labels that a run learns: which there must be, and how a run folder has them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from core.config import GROUPINGS
from core.errors import LabelError, SettingError, TooFewStructures, UnknownChoice
from core.jobs.class_columns import class_columns
from core.jobs.spec import PropertySpec
from core.store.project import Project
from core.store.requests.structure_rows import Labels, all_metadata, as_target, members_of
from core.store.rows import StoredLabel

FEWEST_LABELS = 8


def columns_to_learn(
    project: Project, collection: str, properties: Sequence[PropertySpec], labels: Labels
) -> tuple[PropertySpec, ...]:
    """What is to be predicted: a property, or each class of one that is learned as several."""
    members = members_of(project, collection)
    columns: list[PropertySpec] = []
    for prop in properties:
        known = [as_target(label) for number, label in labels[prop.name].items() if number in members]
        columns += class_columns(prop, known) if prop.kind == "class" else (prop,)
    return tuple(columns)


def labels_to_learn(
    project: Project,
    collection: str,
    property_names: Sequence[str],
    read: Callable[[Project, str], Mapping[int, StoredLabel]] = Project.labels,
) -> Labels:
    """The labels of the properties to learn, as `read` gives them.

    Raises UnknownChoice for a collection or a property, SettingError for no property, TooFewStructures below
    eight labelled structures, and LabelError for a property that is the same everywhere.
    """
    if not property_names:
        raise SettingError("No property was chosen.", "Choose at least one to learn.")
    members = members_of(project, collection)
    labels = {name: read(project, name) for name in property_names}
    for name, values in labels.items():
        count = len(members & values.keys())
        if count < FEWEST_LABELS:
            raise TooFewStructures(
                f"Learning '{name}' needs at least {FEWEST_LABELS} labelled structures; "
                f"'{collection}' has {count}.",
                "Import more labels, or choose another collection or property.",
            )
        check_values_differ(name, (values[number] for number in members & values.keys()))
    return labels


def check_values_differ(name: str, labels: Iterable[StoredLabel]) -> None:
    """Raise LabelError for a property that has the same value everywhere."""
    if len({label.value for label in labels}) < 2:
        raise LabelError(
            f"'{name}' has the same value everywhere: there is nothing to learn.",
            "Choose another property or collection.",
        )


def check_grouping(project: Project, collection: str, labels: Labels, group_by: str) -> None:
    """Raise UnknownChoice for a column to group by that no labelled structure of a collection has."""
    if group_by not in GROUPINGS:
        labelled = members_of(project, collection) & {*chain(*labels.values())}
        metadata = all_metadata(project)
        columns = {title for number in labelled for title in metadata.get(number, ())}
        if group_by not in columns:
            raise UnknownChoice("column to group by", group_by, columns.union(GROUPINGS))
