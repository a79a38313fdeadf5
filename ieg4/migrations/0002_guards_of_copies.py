"""The database itself refuses to change copies of the covering report and corrections, on SQLite and on PostgreSQL.

They are only ever added, as versions are.
"""

from django.db import migrations

# Each with the sets of columns that are unique in it beside its id.
APPEND_ONLY = {
    "returns_reportcopy": [["version_id", "edition"], ["event_id"]],
    "returns_correction": [["event_id"]],
}

ADDED_ONLY = "is only ever added to; nothing in it is changed or removed."


def _guards() -> list[tuple[str, str, str, str, str]]:
    """Each guard: table, its name, the act it watches, its condition, what it says."""
    found = []
    for table, unique in APPEND_ONLY.items():
        for act in ("UPDATE", "DELETE"):
            found.append((table, f"{table}_no_{act.lower()}", act, "1 = 1", f"{table} {ADDED_ONLY}"))
        # On SQLite, INSERT OR REPLACE takes the place of a row without any trigger on UPDATE or DELETE.
        same = [" AND ".join(f"{name} = NEW.{name}" for name in names) for names in unique]
        there = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR {' OR '.join(f'({s})' for s in same)})"
        found.append((table, f"{table}_no_replace", "INSERT", there, f"{table} {ADDED_ONLY}"))
    return found


def trigger_names(vendor: str) -> list[str]:
    """What a database of that kind has of triggers once these guards are installed."""
    names = [name for _, name, *_ in _guards()]
    return names + [f"{table}_no_truncate" for table in APPEND_ONLY] if vendor == "postgresql" else names


def install(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, name, act, condition, message in _guards():
        if postgresql:
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; "
                f"END IF; RETURN {'OLD' if act == 'DELETE' else 'NEW'}; END $guard$",
                None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", None
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
                None,
            )
    if postgresql:
        for table in APPEND_ONLY:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_delete()",
                None,
            )


def remove(apps, schema_editor):
    for _, name, *_ in _guards():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE", None)
        else:
            schema_editor.execute(f"DROP TRIGGER {name}", None)


class Migration(migrations.Migration):
    dependencies = [
        ("ieg4", "0001_guards"),
        ("returns", "0009_correction"),
    ]

    operations = [migrations.RunPython(install, remove)]
