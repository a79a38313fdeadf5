"""Further checks of `manage.py check --deploy`: the state of the database, and the static files."""

from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.checks import Error, register
from django.db import OperationalError

from .readiness import missing_guards, unapplied_migrations


@register(deploy=True)
def check_database_state(app_configs, **kwargs):
    """The database answers, has had every migration, and its guards are in force."""
    try:
        unapplied = unapplied_migrations()
        missing = [] if unapplied else missing_guards()
    except OperationalError as error:
        problem = " ".join(str(error).split())
        return [
            Error(
                f"The database does not answer: {problem}",
                hint="Start it, or correct DATABASE_URL.",
                id="ieg4.E001",
            )
        ]
    problems = []
    if unapplied:
        problems.append(
            Error(
                f"Migrations are not applied: {', '.join(unapplied)}.",
                hint="Run manage.py migrate.",
                id="ieg4.E002",
            )
        )
    if missing:
        problems.append(
            Error(
                f"Triggers that guard history and locked answers are missing: {', '.join(missing)}.",
                hint="Restore the database from a whole copy, or install them again: ieg4/migrations/0001_guards.py.",
                id="ieg4.E003",
            )
        )
    return problems


@register(deploy=True)
def check_static_files(app_configs, **kwargs):
    """The static files are collected, so that every page finds its styles."""
    if isinstance(staticfiles_storage, ManifestFilesMixin) and staticfiles_storage.read_manifest() is None:
        return [
            Error(
                "The list of static files (staticfiles.json) is missing, so no page can be shown.",
                hint="Run manage.py collectstatic.",
                id="ieg4.E004",
            )
        ]
    return []
