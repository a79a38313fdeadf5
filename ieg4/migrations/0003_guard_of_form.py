"""A return keeps its proforma, unless its history has just said that it adopts another version while prepared."""

from django.db import migrations

NAME = "returns_return_pinned"
SAYS = "returns_return keeps its council, round and proforma."
PINNED = "OLD.authority_id <> NEW.authority_id OR OLD.round <> NEW.round OR "
FOR_EVER = f"{PINNED}OLD.proforma_key <> NEW.proforma_key"
ADOPTED = (
    "OLD.status = 'preparing' AND NEW.status = 'preparing' AND EXISTS (SELECT 1 FROM returns_event e "
    "WHERE e.return_record_id = OLD.id AND e.kind = 'form' AND e.\"old\" = OLD.proforma_key "
    "AND e.\"new\" = NEW.proforma_key)"
)
UNLESS_ADOPTED = f"{PINNED}(OLD.proforma_key <> NEW.proforma_key AND NOT ({ADOPTED}))"


def _replace(schema_editor, condition: str) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NEW; END $guard$",
            None,
        )
        return
    schema_editor.execute(f"DROP TRIGGER {NAME}", None)
    schema_editor.execute(
        f"CREATE TRIGGER {NAME} BEFORE UPDATE ON returns_return FOR EACH ROW WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END",
        None,
    )


def install(apps, schema_editor):
    _replace(schema_editor, UNLESS_ADOPTED)


def remove(apps, schema_editor):
    _replace(schema_editor, FOR_EVER)


class Migration(migrations.Migration):
    dependencies = [
        ("ieg4", "0002_guards_of_copies"),
        ("returns", "0011_form_version"),
    ]

    operations = [migrations.RunPython(install, remove)]
