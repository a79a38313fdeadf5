"""The database itself refuses what no page offers, on SQLite and on PostgreSQL.

Events, versions, decisions and filings are only ever added. Answers and owners stand still while the return is
with Cabinet, approved or filed; while it is amended, only case studies and efficiency figures move. A return
never changes its council, round or proforma.
"""

from django.db import migrations

# Each with the sets of columns that are unique in it beside its id.
APPEND_ONLY = {
    "returns_event": [["return_record_id", "number"]],
    "returns_version": [["return_record_id", "number"], ["event_id"]],
    "returns_decision": [["event_id"]],
    "returns_filing": [["event_id"]],
}

LOCKED = "'with_cabinet', 'approved', 'submitted'"
FIRM = [
    "returns_cover",
    "returns_context",
    "returns_allocation",
    "outcomes_outcome",
    "outcomes_outcomestatus",
    "outcomes_interactioncount",
    "outcomes_channelcount",
    "efficiency_resource",
]
PROVISIONAL = ["returns_casestudy", "efficiency_gain", "efficiency_efficiencynote"]
# Nil and basis are said of lines of several sections, by the line's code: only those of efficiency are provisional.
MIXED = "returns_declaration"
RETURN = "returns_return"
PINNED = ["authority_id", "round", "proforma_key"]

ADDED_ONLY = "is only ever added to; nothing in it is changed or removed."
STANDS_STILL = "can't change while the return is locked."
PINNED_FOR_EVER = "keeps its council, round and proforma."


def _locked_when(row: str, table: str) -> str:
    """The condition under which a row of that table stands still."""
    status = f"(SELECT status FROM {RETURN} WHERE id = {row}.return_record_id)"
    if table in PROVISIONAL:
        return f"{status} IN ({LOCKED})"
    if table == MIXED:
        return f"{status} IN ({LOCKED}) OR ({status} = 'amending' AND {row}.line NOT LIKE 'EF%')"
    return f"{status} IN ({LOCKED}, 'amending')"


def _guards() -> list[tuple[str, str, str, str, str]]:
    """Each guard: table, its name, the act it watches, its condition, what it says."""
    found = []
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            found.append((table, f"{table}_no_{act.lower()}", act, "1 = 1", f"{table} {ADDED_ONLY}"))
    for table, unique in [*APPEND_ONLY.items(), (RETURN, [["authority_id", "round"]])]:
        # On SQLite, INSERT OR REPLACE takes the place of a row without any trigger on UPDATE or DELETE.
        same = [" AND ".join(f"{name} = NEW.{name}" for name in names) for names in unique]
        there = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR {' OR '.join(f'({s})' for s in same)})"
        found.append((table, f"{table}_no_replace", "INSERT", there, f"{table} {ADDED_ONLY}"))
    for table in [*FIRM, *PROVISIONAL, MIXED]:
        for act, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            found.append(
                (table, f"{table}_locked_{act.lower()}", act, _locked_when(row, table), f"{table} {STANDS_STILL}")
            )
        found.append(
            (
                table,
                f"{table}_stays",
                "UPDATE",
                "OLD.return_record_id <> NEW.return_record_id",
                f"{table} {STANDS_STILL}",
            )
        )
    changed = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in PINNED)
    found.append((RETURN, f"{RETURN}_pinned", "UPDATE", changed, f"{RETURN} {PINNED_FOR_EVER}"))
    dates = "OLD.answers_due <> NEW.answers_due OR OLD.cabinet_date <> NEW.cabinet_date"
    still = f"OLD.status IN ({LOCKED}, 'amending') AND ({dates})"
    found.append((RETURN, f"{RETURN}_dates", "UPDATE", still, f"{RETURN} {STANDS_STILL}"))
    found.append((RETURN, f"{RETURN}_no_delete", "DELETE", "OLD.status <> 'preparing'", f"{RETURN} {STANDS_STILL}"))
    return found


def trigger_names(vendor: str) -> list[str]:
    """What a database of that kind has of triggers once these guards are installed."""
    names = [name for _, name, *_ in _guards()]
    return names + [f"{table}_no_truncate" for table in APPEND_ONLY] if vendor == "postgresql" else names


def install(apps, schema_editor):
    for table, name, act, condition, message in _guards():
        said = message.replace("'", "''")
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; "
                f"END IF; RETURN {'OLD' if act == 'DELETE' else 'NEW'}; END $guard$",
                None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", None
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END",
                None,
            )
    if schema_editor.connection.vendor == "postgresql":
        for table in APPEND_ONLY:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_no_delete()",
                None,
            )


def remove(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, name, *_ in _guards():
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE", None)
        else:
            schema_editor.execute(f"DROP TRIGGER {name}", None)


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0004_events_numbered_once"),
        ("outcomes", "0001_initial"),
        ("efficiency", "0001_initial"),
    ]

    operations = [migrations.RunPython(install, remove)]
