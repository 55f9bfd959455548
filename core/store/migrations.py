"""The tables of project.db, made and changed step by step; a step once released is never edited."""

from sqlite_utils import Database, Migrations

migrations = Migrations("siteloupe")


def known_steps() -> set[str]:
    """Names of all steps that this version has."""
    with Database(memory=True, execute_plugins=False) as empty:
        return {step.name for step in migrations.pending(empty)}


@migrations()
def create_library(db: Database) -> None:
    """Structures, the collections they are in, what was noticed about them, and what was not read."""
    db.table("structures").create(
        {
            "id": int,
            "name": str,
            "path": str,
            "block": str,
            "formula": str,
            "num_sites": int,
            "is_ordered": int,
            "volume": float,
            "density": float,
            "content_hash": str,
            "content": str,
        },
        pk="id",
        not_null={"name", "path", "content", "content_hash"},
    )
    db.table("structures").create_index(["path", "name"], unique=True)
    db.table("structures").create_index(["name"])
    db.table("files").create({"path": str, "source": bytes}, pk="path")
    db.table("collections").create({"id": int, "name": str}, pk="id", not_null={"name"})
    db.table("collections").create_index(["name"], unique=True)
    db.table("members").create(
        {"collection_id": int, "structure_id": int},
        pk=("collection_id", "structure_id"),
        foreign_keys=[("collection_id", "collections"), ("structure_id", "structures")],
    )
    db.table("flags").create(
        {"structure_id": int, "code": str, "message": str},
        foreign_keys=[("structure_id", "structures")],
    )
    db.table("flags").create_index(["structure_id"])
    db.table("rejections").create(
        {"id": int, "collection_id": int, "path": str, "block": str, "reason": str, "hint": str},
        pk="id",
        foreign_keys=[("collection_id", "collections")],
    )
    db.table("rejections").create_index(["collection_id", "path"])


@migrations()
def create_labels(db: Database) -> None:
    """Properties and their measured values, as written and as numbers."""
    db.table("properties").create(
        {"id": int, "name": str, "unit": str, "transform": str}, pk="id", not_null={"name"}
    )
    db.table("properties").create_index(["name"], unique=True)
    db.table("labels").create(
        {"structure_id": int, "property_id": int, "value": float, "bound": str, "raw": str},
        pk=("structure_id", "property_id"),
        foreign_keys=[("structure_id", "structures"), ("property_id", "properties")],
    )


@migrations()
def create_runs(db: Database) -> None:
    """Finished runs, taken in from their folders, and what they predicted (original units)."""
    db.table("runs").create(
        {"name": str, "kind": str, "title": str, "collection": str, "created": str, "metrics": str},
        pk="name",
    )
    db.table("predictions").create(
        {
            "run": str,
            "structure_id": int,
            "name": str,
            "property": str,
            "measured": float,
            "bound": str,
            "predicted": float,
            "lower": float,
            "upper": float,
            "split": str,
        },
        foreign_keys=[("run", "runs", "name"), ("structure_id", "structures")],
    )
    db.table("predictions").create_index(["run"])
