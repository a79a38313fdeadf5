"""System checks: the proformas fit the models, and every return's proforma is there."""

from django.apps import apps
from django.core.checks import Error, Tags, register
from django.core.exceptions import FieldDoesNotExist
from django.db import connections

from .schema import Proforma, ProformaError, files, known_keys, read


@register()
def check_definitions(app_configs, **kwargs):
    """Every definition can be read, each table, field and code in it exists in the models, and no version twice."""
    problems, read_well = [], []
    for path in files().values():
        try:
            proforma = read(path)
        except ProformaError as error:
            problems.append(Error(str(error), id="proforma.E001"))
        else:
            read_well.append(proforma)
            problems += [
                Error(f"{path.name}: {place}: {problem}", id="proforma.E002")
                for place, problem in misfits(proforma)
            ]
    return problems + _versions_twice(read_well)


def _versions_twice(proformas: list[Proforma]) -> list[Error]:
    """A round's newest version is what new returns take, so no two files may be the same version of it."""
    first: dict[tuple[str, int], str] = {}
    problems = []
    for proforma in sorted(proformas, key=lambda each: each.key):
        version = proforma.round.key, int(proforma.version)
        other = first.setdefault(version, proforma.key)
        if other != proforma.key:
            message = (
                f"{proforma.key}.json: version: {other}.json is version {version[1]} of {version[0]} too"
            )
            problems.append(Error(message, id="proforma.E004"))
    return problems


@register(Tags.database)
def check_returns(app_configs, databases=None, **kwargs):
    """Every return in the database pins a proforma that is known."""
    Return = apps.get_model("returns.Return")
    problems = []
    for alias in databases or ():
        # Before the first migration there is no table, and so no return.
        if Return._meta.db_table not in connections[alias].introspection.table_names():
            continue
        pinned = Return.objects.using(alias).values_list("proforma_key", flat=True).distinct()
        for key in sorted(set(pinned) - set(known_keys())):
            problems.append(
                Error(
                    f"A return in the database answers the proforma {key!r}, which is not known.",
                    hint=f"Put {key}.json back into returns/proforma/.",
                    id="proforma.E003",
                )
            )
    return problems


def misfits(proforma: Proforma):
    """Each model, field or point of the definition that the models lack, as (place, problem)."""
    for section in proforma.sections:
        for table in section.tables:
            place = f"{section.key}.{table.key}"
            try:
                model = apps.get_model(table.model)
            except (LookupError, ValueError):
                yield place, f"there is no model {table.model!r}"
                continue
            named = [column.field for column in table.columns]
            named += [table.row_field] if table.shape != "record" else []
            named += [table.point_field] if table.point_field else []
            named += ["department"] if table.per_department else []
            for name in named:
                if not _has(model, name):
                    yield f"{place}.{name}", f"{table.model} has no such field or property"


def _has(model, name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return isinstance(getattr(model, name, None), property)
    return True
