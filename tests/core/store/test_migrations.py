import json

from sqlite_utils import Database

from core.store.migrations import known_steps, migrations


def test_a_new_database_gets_all_tables():
    with Database(memory=True) as db:
        migrations.apply(db)
        tables = {name for name in db.table_names() if not name.startswith(("_", "sqlite_"))}
    assert tables == {
        *("structures", "contents", "sources", "collections", "members", "flags", "rejections"),
        *("elements", "tags", "metadata", "edits", "compositions", "composition_labels", "versions"),
        *("properties", "labels", "runs", "predictions"),
    }


def test_the_steps_of_this_version_are_known_by_name():
    # A released step must neither vanish nor be renamed: projects out there have it on record.
    assert {"create_library", "create_labels", "create_runs"} <= known_steps()


def test_what_is_looked_up_often_has_an_index():
    lookups = {
        "select id from structures where path = '' and name = ''": "structures",
        "select message from flags where structure_id = 1": "flags",
        "delete from rejections where collection_id = 1 and file = ''": "rejections",
        "select * from elements where symbol = 'Li'": "elements",
        "select * from tags where structure_id = 1": "tags",
        "select * from metadata where name = 'family' and value = 'garnet'": "metadata",
        "select id from structures order by density": "structures",
        "select * from predictions where run = ''": "predictions",
        "select structure_id from members where collection_id = 1": "members",
        "select content from contents where structure_id = 1": "contents",
        "select id from structures where source_id = 1": "structures",
    }
    with Database(memory=True) as db:
        migrations.apply(db)
        plans = [db.execute(f"explain query plan {sql}").fetchall() for sql in lookups]
    assert all("USING" in plan[0][3] and ("INDEX" in plan[0][3] or "KEY" in plan[0][3]) for plan in plans), (
        plans
    )


def test_a_library_of_the_first_version_keeps_its_structures_and_files():
    content = json.dumps({"lattice": [], "species": [{"Na": 1.0}, {"Cl": 0.5, "Na": 0.5}]})
    with Database(memory=True) as db:
        migrations.apply(db, stop_before="separate_contents")
        db.table("structures").insert(
            {"name": "salt", "path": "a.cif", "content": content, "content_hash": "x"}
        )
        db.table("files").insert({"path": "a.cif", "source": b"data_salt"})
        migrations.apply(db)
        joined = "structures s join contents c on c.structure_id = s.id join sources f on f.id = s.source_id"
        assert list(db.query(f"select name, deleted, content, source from {joined}")) == [
            {"name": "salt", "deleted": 0, "content": content, "source": b"data_salt"}
        ]
        assert list(db.query("select symbol, amount from elements order by symbol")) == [
            {"symbol": "Cl", "amount": 0.5},
            {"symbol": "Na", "amount": 1.5},
        ]
