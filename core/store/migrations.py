"""The tables of project.db, made and changed step by step; a step once released is never edited."""

from sqlite_utils import Database, Migrations

migrations = Migrations("siteloupe")


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
            "source": bytes,
        },
        pk="id",
        not_null={"name", "content", "content_hash"},
    )
    db.table("structures").create_index(["path", "block"], unique=True)
    db.table("structures").create_index(["name"])
    db.table("collections").create({"id": int, "name": str}, pk="id", not_null={"name"})
    db.table("collections").create_index(["name"], unique=True)
    db.table("members").create(
        {"collection_id": int, "structure_id": int},
        pk=("collection_id", "structure_id"),
        foreign_keys=[("collection_id", "collections"), ("structure_id", "structures")],
    )
    db.table("flags").create(
        {"structure_id": int, "code": str, "message": str},
        pk=("structure_id", "code"),
        foreign_keys=[("structure_id", "structures")],
    )
    db.table("rejections").create(
        {"id": int, "collection_id": int, "path": str, "block": str, "reason": str, "hint": str},
        pk="id",
        foreign_keys=[("collection_id", "collections")],
    )


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
            "property": str,
            "measured": float,
            "bound": str,
            "predicted": float,
            "lower": float,
            "upper": float,
            "split": str,
        },
        pk=("run", "structure_id", "property"),
        foreign_keys=[("run", "runs", "name")],
    )
