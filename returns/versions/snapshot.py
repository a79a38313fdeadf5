"""A return as canonical data, and answers read back from such data."""

from __future__ import annotations

import copy
import json
from decimal import Decimal

from ..answers.address import RecordName
from ..answers.people import People
from ..answers.reader import Answers, Entry, Place, model_of
from ..models import Allocation, Return, User, Version
from ..values.digests import canonical, sha256

FORMAT = 1


def stored_columns(entry: Entry) -> list[str]:
    """The columns of a record that hold an answer; computed ones are not stored."""
    fields = {field.name for field in entry.record._meta.concrete_fields}
    return [column.field for column in entry.table.columns if column.field in fields]


def freeze(answers: Answers) -> str:
    """The whole return as canonical JSON: the same answers give the same text, whatever the database."""
    return_ = answers.return_
    rows = []
    for place in answers.places():
        for entry in answers.entries(place):
            rows.append(
                entry.name.columns
                | {"answers": {name: _plain(getattr(entry.record, name)) for name in stored_columns(entry)}}
            )
    data = {
        "format": FORMAT,
        "authority": {
            "slug": return_.authority.slug,
            "name": return_.authority.name,
            "kind": return_.authority.kind,
        },
        "round": return_.round,
        "proforma": {"key": return_.proforma_key, "version": return_.proforma.version},
        "answers_due": return_.answers_due.isoformat(),
        "cabinet_date": return_.cabinet_date.isoformat(),
        "lead": _person(answers.lead),
        "departments": [
            {"slug": d.slug, "name": d.name, "contributor": _person(d.contributor)}
            for d in answers.departments
        ],
        "owners": {
            line: {
                "owner": _person(allocation.owner),
                "department": allocation.department.slug if allocation.department else "",
                "due": allocation.due.isoformat() if allocation.due else "",
            }
            for line, allocation in sorted(answers.allocations.items())
        },
        "answers": rows,
    }
    return canonical(data)


def says_the_same(answers: Answers, text: str) -> bool:
    """Whether those data hold these answers and dates; people and departments may have been renamed since."""
    held, now = json.loads(text), json.loads(freeze(answers))
    for data in (held, now):
        data["answers"].sort(
            key=lambda row: row["department"]
        )  # they are in the order of the departments’ names
    return all(
        held[name] == now[name] for name in ("answers", "round", "proforma", "answers_due", "cabinet_date")
    )


def _plain(value):
    """A value as JSON holds it: money as text with its one decimal place, blank as null or nothing."""
    return f"{value:.1f}" if isinstance(value, Decimal) else value


def _person(person: User | None) -> dict | None:
    return person and {"username": person.username, "name": str(person), "job_title": person.job_title}


def thaw_version(return_: Return, version: Version) -> Answers:
    """The answers of a stored version of the return. Raises DamagedCopy where its data don't fit their digest."""
    return thaw(return_, version.stored_data())


def thaw(return_: Return, text: str) -> Answers:  # noqa: C901
    """Answers as the data hold them, to be read and drawn like any others. Nothing of it is saved."""
    data = json.loads(text)
    return_ = copy.copy(return_)
    return_.answers_due = _date(return_, "answers_due", data["answers_due"])
    return_.cabinet_date = _date(return_, "cabinet_date", data["cabinet_date"])
    return_.filing = None  # a copy is older than the filing
    people: dict[str, User] = {}

    def person(found: dict | None) -> User | None:
        if found is None:
            return None
        if found["username"] not in people:
            # Known by name alone; negative keys, so that none is taken for a person of today.
            people[found["username"]] = User(
                pk=-1 - len(people),
                username=found["username"],
                first_name=found["name"],
                job_title=found["job_title"],
            )
        return people[found["username"]]

    present = {d.slug: d for d in return_.authority.departments.all()}
    departments = []
    for row in data["departments"]:
        department = copy.copy(present[row["slug"]])
        department.name = row["name"]
        department.contributor = person(row["contributor"])
        departments.append(department)
    by_slug = {department.slug: department for department in departments}
    records, lists = {}, {}
    for row in data["answers"]:
        named = RecordName.of_columns(row)
        section, table = return_.proforma.tables[named.table]
        model = model_of(table)
        department = by_slug.get(named.department)
        values = {"return_record": return_}
        if table.shape != "record":
            values[table.row_field] = named.line
        if table.points:
            values[table.point_field] = named.point
        if department:
            values["department"] = department
        for name, value in row["answers"].items():
            values[name] = model._meta.get_field(name).to_python(value)
        record = model(**values)
        if table.shape == "list":
            lists.setdefault(table.key, []).append(record)
            department_id = None
        else:
            department_id = department.pk if department else None
        records[table.model, department_id, named.line, named.point] = record
    allocations = {
        line: Allocation(
            return_record=return_,
            line=line,
            owner=person(row["owner"]),
            department=by_slug.get(row["department"]) or present.get(row["department"]),
            due=_date(Allocation, "due", row["due"]) if row["due"] else None,
        )
        for line, row in data["owners"].items()
    }
    found = People(person(data["lead"]), {}, None)
    return Answers(
        return_,
        return_.proforma.sections,
        departments,
        allocations,
        found,
        {},
        {},
        records,
        lists,
        frozen=True,
    )


def _date(model, name: str, value: str):
    return model._meta.get_field(name).to_python(value)


def place_digest(answers: Answers, place: Place) -> str:
    """The digest of that place's answers: what a signature on it covers."""
    rows = [
        [
            entry.table.key,
            entry.name.columns["point"],
            [[name, _plain(getattr(entry.record, name))] for name in stored_columns(entry)],
        ]
        for entry in answers.entries(place)
    ]
    return sha256(canonical([*place.name.columns.values(), rows]))
