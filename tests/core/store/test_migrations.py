from sqlite_utils import Database

from core.store.migrations import known_steps, migrations


def test_a_new_database_gets_all_tables():
    with Database(memory=True) as db:
        migrations.apply(db)
        tables = {name for name in db.table_names() if not name.startswith(("_", "sqlite_"))}
    assert tables == {
        *("structures", "files", "collections", "members", "flags", "rejections"),
        *("properties", "labels", "runs", "predictions"),
    }


def test_the_steps_of_this_version_are_known_by_name():
    # A released step must neither vanish nor be renamed: projects out there have it on record.
    assert {"create_library", "create_labels", "create_runs"} <= known_steps()


def test_what_is_looked_up_often_has_an_index():
    lookups = {
        "select id from structures where path = '' and name = ''": "structures",
        "select message from flags where structure_id = 1": "flags",
        "delete from rejections where collection_id = 1 and path = ''": "rejections",
        "select * from predictions where run = ''": "predictions",
        "select structure_id from members where collection_id = 1": "members",
        "select source from files where path = ''": "files",
    }
    with Database(memory=True) as db:
        migrations.apply(db)
        plans = [db.execute(f"explain query plan {sql}").fetchall() for sql in lookups]
    assert all("USING" in plan[0][3] and "INDEX" in plan[0][3] for plan in plans), plans
