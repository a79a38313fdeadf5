"""The demonstration councils: their people and answers, written through the same forms as anyone's."""

import datetime
from itertools import groupby
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import CommandError
from django.utils import timezone

from .. import clock
from ..acts import add_case_study, allocate_lines, save_answers
from ..answers import Entry, Place, open_return, read
from ..forms import TableFormset, table_formset
from ..models import Authority, Department, Return, User
from ..proforma import load

FOLDER = Path(__file__).parent
PASSWORD = "demo-ieg4"
PROFORMA = "ieg4"

ANSWERS_DUE = datetime.date(2004, 12, 10)
CABINET = datetime.date(2004, 12, 16)
OPENED = datetime.datetime(2004, 10, 11, 9, 0, tzinfo=datetime.UTC)
ALLOCATED = datetime.datetime(2004, 10, 14, 14, 5, tzinfo=datetime.UTC)


def load_council(council: dict, *, complete: bool) -> int:
    """The council is there with its people and return; blanks are filled, save the gaps unless `complete`.

    Returns how many cells were written. Raises CommandError when the data break a rule of the form.
    """
    authority, _ = Authority.objects.update_or_create(
        slug=council["authority"]["slug"], defaults=council["authority"]
    )
    people = _load_people(authority, council)
    return_ = Return.objects.filter(authority=authority, round=PROFORMA).first()
    if return_ is None:
        return_ = open_return(
            authority=authority, proforma_key=PROFORMA, answers_due=ANSWERS_DUE, cabinet_date=CABINET
        )
    gaps = [] if complete else council["gaps"]
    lead = next(people[p["username"]] for p in council["people"] if "lead" in p["roles"])
    _allocate(return_, council, people, lead, gaps)
    _bring_case_studies(return_, council, people)
    return _write(return_, council, lead, gaps)


def _load_people(authority: Authority, council: dict) -> dict[str, User]:
    departments = {}
    for data in council["departments"]:
        departments[data["slug"]], _ = Department.objects.get_or_create(
            authority=authority, slug=data["slug"], defaults={"name": data["name"]}
        )
    people = {}
    for data in council["people"]:
        person, created = User.objects.get_or_create(
            username=data["username"],
            defaults={
                "authority": authority,
                "first_name": data["first_name"],
                "last_name": data["last_name"],
                "job_title": data["job_title"],
                "email": f"{data['username']}@{authority.slug}.example",
                "password": make_password(PASSWORD),
            },
        )
        if created:
            person.groups.set([Group.objects.get_or_create(name=role)[0] for role in data["roles"]])
            person.departments.set([departments[slug] for slug in data["departments"]])
        people[person.username] = person
    for data in council["departments"]:
        Department.objects.filter(pk=departments[data["slug"]].pk, contributor=None).update(
            contributor=people[data["contributor"]]
        )
    return people


def _is_gap(gaps: list[dict], section: str, line: str, department: str, point: str, field: str) -> bool:
    cell = {"section": section, "line": line, "department": department, "point": point, "field": field}
    return any(all(cell[name] == value for name, value in gap.items()) for gap in gaps)


def _line_data(council: dict):
    """Each allocated line with its data; resources belong to the finance department's contributor."""
    finance = next(d for d in council["departments"] if d["slug"] == "finance")
    for section, (_, line) in ((found[0].key, found) for found in load(PROFORMA).allocated_lines.values()):
        data = council[section][line.key]
        if section == "resources":
            data = data | {
                "owner": finance["contributor"],
                "department": finance["slug"],
                "due": "2004-11-30",
            }
        yield section, line.key, data


def _allocate(return_, council, people, lead, gaps) -> None:
    unowned = set(return_.allocations.filter(owner=None).values_list("line", flat=True))
    wanted = [
        (data["owner"], data["department"], data["due"], line)
        for section, line, data in _line_data(council)
        if line in unowned and data.get("owner") and not _is_gap(gaps, section, line, "", "", "owner")
    ]
    departments = {d.slug: d for d in return_.authority.departments.all()}
    with clock.stopped_at(ALLOCATED):
        for (owner, department, due), rows in groupby(sorted(wanted), key=lambda row: row[:3]):
            allocate_lines(
                return_=return_,
                by=lead,
                lines=[row[3] for row in rows],
                owner=people[owner],
                department=departments[department],
                due=datetime.date.fromisoformat(due),
            )


def _bring_case_studies(return_, council, people) -> None:
    answers = read(return_, "cases")
    missing = council["cases"][len(answers.list_rows(answers.sections[0].tables[0])) :]
    contributors = {d.slug: d for d in answers.departments}
    with clock.stopped_at(OPENED):
        for case in missing:
            department = contributors[case["department"]]
            add_case_study(return_=return_, by=department.contributor, department=department)


def _write(return_: Return, council: dict, lead: User, gaps: list[dict]) -> int:
    """Fill every blank cell that the data answer, each by the person who would, over the weeks of autumn 2004."""
    answers = read(return_)
    writers: dict[User, list[tuple[Entry, dict]]] = {}
    for place in answers.places():
        values = _values(council, place)
        writer = answers.owner(place) or lead
        for entry in answers.entries(place):
            wanted = {}
            for column in entry.table.columns:
                point = entry.point.key if entry.point else ""
                typed = values.get((point, column.field))
                department = place.department.slug if place.department else ""
                code = place.line.key if place.line else ""
                if (
                    typed not in (None, "")
                    and getattr(entry.record, column.field) in (None, "", False, "not_applicable", "applies")
                    and not _is_gap(gaps, place.section.key, code, department, point, column.field)
                ):
                    wanted[column.field] = typed
            if wanted:
                writers.setdefault(writer, []).append((entry, wanted))
    written = 0
    for number, (writer, entries) in enumerate(sorted(writers.items(), key=lambda item: item[0].username)):
        moment = datetime.datetime(2004, 11, 3, 9, 20, tzinfo=datetime.UTC)
        moment += datetime.timedelta(days=number * 11 % 32, minutes=number * 17)
        with clock.stopped_at(timezone.localtime(moment)):
            written += _save(return_, writer, entries)
    return written


def _save(return_: Return, writer: User, entries: list[tuple[Entry, dict]]) -> int:
    data = {}
    for entry, wanted in entries:
        data |= {f"{entry.key}-{name}": value for name, value in wanted.items()}
        data[f"{entry.key}-seen"] = str(entry.record.version)
    formset = TableFormset(
        [table_formset([entry], data, only=tuple(wanted)).forms[0] for entry, wanted in entries]
    )
    if not formset.is_valid():
        raise CommandError(f"The demonstration data break a rule: {formset.errors}")
    return len(save_answers(return_=return_, by=writer, changes=formset.changes).events)


def _values(council: dict, place: Place) -> dict[tuple[str, str], str]:
    """What the data say of that place, as one would type it, by point and field."""
    section, line = place.section.key, place.line and place.line.key
    if section in ("cover", "context"):
        return {("", name): value for name, value in council[section].items()}
    if section == "efficiency" and line is None:
        return {("", name): value for name, value in council["efficiency_note"].items()}
    if section == "cases":
        case = council["cases"][int(line.removeprefix("C")) - 1 : int(line.removeprefix("C"))]
        return {("", name): case[0][name] for name in ("title", "text")} if case else {}
    source = council[section][place.department.slug] if place.department else council[section]
    data = source[line]
    found = {("", name): data.get(name) for name in ("comment", "applicability", "reason", "basis")}
    if "nil" in data:
        return {("", "nil"): "on", ("", "reason"): data["nil"]}
    points = [point.key for point in place.section.points]
    for key, value in zip(points, data.get("lights", []), strict=False):
        found[key, "light"] = value
    for key, value in zip(points, data.get("amounts", []), strict=False):
        found[key, "amount"] = value
    for key, (cashable, non_cashable) in data.get("gains", {}).items():
        found |= {(key, "cashable"): cashable, (key, "non_cashable"): non_cashable}
    for key, value in zip(points, data.get("counts", []), strict=False):
        if section == "takeup":
            found[key, "number"] = str(value)
        else:
            found |= {(key, "permissible"): str(value[0]), (key, "enabled"): str(value[1])}
    return found
