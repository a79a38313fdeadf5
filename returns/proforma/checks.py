"""System checks: the proformas fit the models, and every return's proforma exists."""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import Error, Tags, register
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models

from .contradictions import Problem
from .schema import RATING, Proforma, ProformaError, Section, Table, files, known_keys, read
from .serving import Serving, serving


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
                for place, problem in misfits(proforma, serving)
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


def misfits(proforma: Proforma, served: Serving | None = None) -> Iterator[Problem]:
    """What the form asks that the models or the code can't serve, as (place, problem)."""
    for section in proforma.sections:
        found = [problem for table in section.tables for problem in _table_misfits(section, table)]
        yield from found or _unserved(section, served)
        if section.has_tiers and not found:
            yield from _unrated(section)
    yield from _sharing(proforma)
    for section in proforma.sections:
        if section.has_tiers and section != proforma.by_tier:
            yield (
                section.key,
                f"has lines with tiers, as {proforma.by_tier.key} has, and pages count one section",
            )
        if section in proforma.rated and _dates(section) != _dates(proforma.rated[0]):
            yield (
                section.key,
                f"its ratings have other dates than those of {proforma.rated[0].key}, beside them",
            )
    for model, by in (served.alone if served else {}).items():
        for section in [each for each in proforma.sections if each.table_on(model)][1:]:
            yield (
                f"{section.key}.{section.table_on(model).key}",
                f"is a second one of its kind, and {by} shows one",
            )


def _dates(section: Section) -> list[tuple]:
    return [(point.key, point.date, point.kind) for point in section.points]


def _table_misfits(section: Section, table: Table) -> Iterator[Problem]:
    place = f"{section.key}.{table.key}"
    try:
        model = apps.get_model(table.model)
    except (LookupError, ValueError):
        yield place, f"there is no model {table.model!r}"
        return
    named = [column.field for column in table.columns]
    missing = [name for name in dict.fromkeys([*named, *_identity(table)]) if not _has(model, name)]
    for name in missing:
        yield f"{place}.{name}", f"{table.model} has no such field or property"
    if missing:
        return
    if not _keeps(model, table):
        yield place, f"{table.model} does not keep one row for each {_row_of(table)}"
        return
    for column in table.columns:
        if column.required and not _is_field(model, column.field):
            yield f"{place}.{column.field}", "is required, but computed: nobody can type it"
    if table.shape == "grid":
        yield from _too_long(section.key, model, table.row_field, [line.key for line in section.lines])
        if table.points:
            yield from _too_long(
                f"{place}.points", model, table.point_field, [point.key for point in table.points]
            )


def _identity(table: Table) -> list[str]:
    """The fields that say which row of the return it is."""
    names = [] if table.shape == "record" else [table.row_field]
    names += [table.point_field] if table.point_field else []
    return names + (["department"] if table.per_department or table.shape == "list" else [])


def _row_of(table: Table) -> str:
    if table.shape == "record":
        return "return"
    if table.shape == "list":
        return "code, brought by a department"
    row = "line and point" if table.point_field else "line"
    return f"{row} of each department" if table.per_department else row


def _keeps(model, table: Table) -> bool:
    """Whether the model holds exactly one row where the table asks for one.

    That is what its unique constraints say. Nor may it want another field filled, since rows begin blank.
    """
    given = {"return_record", *_identity(table)}
    # A list's code is the row's own, whichever department brought it.
    alone = given - {"department"} if table.shape == "list" else given
    unique = [
        set(each.fields) for each in model._meta.constraints if isinstance(each, models.UniqueConstraint)
    ]
    wanted = {field.name for field in model._meta.concrete_fields if _must_be_given(field)}
    return alone in unique and (wanted == given if table.shape == "list" else wanted <= given)


def _must_be_given(field) -> bool:
    return not (field.null or field.blank or field.has_default() or field.primary_key)


def _too_long(place: str, model, name: str, keys: list[str]) -> Iterator[Problem]:
    most = model._meta.get_field(name).max_length
    for key in keys:
        if most and len(key) > most:
            yield (
                f"{place}.{key}",
                f"is longer than the {most} characters that {model._meta.label}.{name} holds",
            )


def _sharing(proforma: Proforma) -> Iterator[Problem]:
    """Tables that would write the same rows: a model serves one record and one list, and a line's grid once."""
    taken: dict[tuple, str] = {}
    for section in proforma.sections:
        for table in section.tables:
            place = f"{section.key}.{table.key}"
            rows = table.model.lower(), table.shape, section.key if table.shape == "grid" else ""
            other = taken.setdefault(rows, place)
            if other != place:
                yield place, f"{table.model} already keeps the rows of {other}"


def _unrated(section: Section) -> Iterator[Problem]:
    """Lines with tiers have ratings at dates: the first actual, the last the end of the programme."""
    for line in section.lines:
        if not line.tier:
            yield f"{section.key}.{line.key}", "has no tier, and pages count by tier"
    if not section.groups:
        yield section.key, "has lines with tiers and no groups, and pages list them by group"
    rated = next((table for table in section.tables if table.points), None)
    if rated is None or RATING not in [column.field for column in rated.columns]:
        yield section.key, "has lines with tiers and no ratings at points"
        return
    place = f"{section.key}.{rated.key}.points"
    for point in rated.points:
        if point.date is None:
            yield f"{place}.{point.key}", "is no date, and ratings are given at dates"
        if not point.short.strip():
            yield f"{place}.{point.key}", "has no short label, and pages print it"
    if rated.points[0].kind != "actual":
        yield f"{place}.{rated.points[0].key}", "is first and a forecast; the first rating is how things are"


def _unserved(section: Section, served: Serving | None) -> Iterator[Problem]:
    if served is None or not served.printed:
        return
    if section.models not in served.printed:
        models = ", ".join(table.model for table in section.tables)
        yield section.key, f"no document prints a section of {models}"
        return
    for model, fields in served.printed[section.models].items():
        table = section.table_on(model)
        for name in set(fields) - {column.field for column in table.columns}:
            yield f"{section.key}.{table.key}", f"has no column {name!r}, which is printed"


def _has(model, name: str) -> bool:
    return _is_field(model, name) or isinstance(getattr(model, name, None), property)


def _is_field(model, name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
