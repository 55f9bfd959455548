"""The tables of project.db, made and changed step by step; a step once released is never edited."""

import json

from core.store.light_sqlite import Database, Migrations

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


@migrations()
def separate_contents(db: Database) -> None:
    """Put sites and files into tables of their own, so that listing the library reads narrow rows only.

    `source_id` is the file, or the part of a file, that a structure was read from. `original` is the
    structure as it was read, where the disorder rule changed it.
    """
    db.execute(
        "create table contents (structure_id integer primary key references structures(id), "
        "content text not null, original text)"
    )
    db.execute("insert into contents (structure_id, content) select id, content from structures")
    db.execute("create table sources (id integer primary key, source blob not null)")
    db.execute("insert into sources (id, source) select rowid, source from files")
    db.execute("alter table structures add column source_id integer references sources(id)")
    db.execute(
        "update structures set source_id = (select rowid from files where files.path = structures.path)"
    )
    db.execute("alter table structures drop column content")
    db.execute("drop table files")
    db.execute("create index idx_structures_source_id on structures (source_id)")
    db.execute("alter table rejections add column file text not null default ''")
    db.execute("update rejections set file = path")
    db.execute("drop index idx_rejections_collection_id_path")
    db.execute("create index idx_rejections_collection_id_file on rejections (collection_id, file)")


@migrations()
def describe_structures(db: Database) -> None:
    """What structures are searched and sorted by; deleted ones stay until the deletion is final.

    `amount` is in atoms per cell. `duplicate_group` is the smallest number among near-duplicates.
    """
    for column in (
        "deleted integer not null default 0",
        "disorder text not null default 'keep'",
        "space_group integer",
        "space_group_symbol text",
        "duplicate_group integer",
    ):
        db.execute(f"alter table structures add column {column}")
    db.execute("alter table collections add column deleted integer not null default 0")
    for column in ("formula", "num_sites", "volume", "density", "content_hash", "space_group"):
        db.execute(f"create index idx_structures_{column} on structures ({column})")
    db.execute(
        "create table elements (symbol text not null, structure_id integer not null "
        "references structures(id), amount float not null, primary key (symbol, structure_id)) without rowid"
    )
    db.execute("create index idx_elements_structure_id on elements (structure_id)")
    db.execute("create index idx_members_structure_id on members (structure_id)")
    db.execute("create index idx_flags_code on flags (code)")
    for row in db.query("select structure_id, content from contents"):
        amounts: dict[str, float] = {}
        for site in json.loads(row["content"])["species"]:
            for symbol, occupancy in site.items():
                amounts[symbol] = amounts.get(symbol, 0.0) + occupancy
        db.conn.executemany(
            "insert into elements (symbol, structure_id, amount) values (?, ?, ?)",
            [(symbol, row["structure_id"], amount) for symbol, amount in amounts.items()],
        )


@migrations()
def create_remarks(db: Database) -> None:
    """Tags, and what a table or file says of a structure besides measured values (source, DOI, family)."""
    db.execute(
        "create table tags (structure_id integer not null references structures(id), tag text not null, "
        "primary key (tag, structure_id)) without rowid"
    )
    db.execute("create index idx_tags_structure_id on tags (structure_id)")
    db.execute(
        "create table metadata (structure_id integer not null references structures(id), "
        "name text not null, value text not null, primary key (structure_id, name)) without rowid"
    )
    db.execute("create index idx_metadata_name_value on metadata (name, value)")


@migrations()
def widen_labels(db: Database) -> None:
    """Errors and replicates of measured values, and rows of tables that have no structure.

    `error` is in the unit of the property. `num_values` counts the replicates behind a value.
    """
    db.execute("alter table labels add column error float")
    db.execute("alter table labels add column num_values integer not null default 1")
    db.execute("create index idx_labels_property_id_value on labels (property_id, value)")
    db.execute(
        "create table compositions (id integer primary key, name text not null unique, "
        "formula text not null, space_group text not null, cell text not null, metadata text not null)"
    )
    db.execute(
        "create table composition_labels (composition_id integer not null references compositions(id), "
        "property_id integer not null references properties(id), value float not null, bound text not null, "
        "raw text not null, error float, num_values integer not null default 1, "
        "primary key (composition_id, property_id)) without rowid"
    )


@migrations()
def create_edits(db: Database) -> None:
    """What was edited, as rows before and after, so that it can be undone and redone."""
    db.execute(
        "create table edits (id integer primary key, created text not null, text text not null, "
        "changes text not null, undone integer not null default 0)"
    )


@migrations()
def keep_versions(db: Database) -> None:
    """What structures were before an edit that made them anew, and reports that an import replaced.

    A row of `versions` and the structure change places when the edit is undone or redone.
    """
    db.execute(
        "create table versions (edit_id integer not null references edits(id), "
        "structure_id integer not null references structures(id), state text not null, source_id integer, "
        "content text not null, original text, primary key (edit_id, structure_id))"
    )
    db.execute("create index idx_versions_source_id on versions (source_id)")
    db.execute("alter table rejections add column deleted integer not null default 0")


@migrations()
def widen_predictions(db: Database) -> None:
    """How far predictions can be trusted: spread of an ensemble, whether in the domain, and why not."""
    for column in ("spread float", "in_domain integer", "reasons text not null default ''"):
        db.execute(f"alter table predictions add column {column}")
