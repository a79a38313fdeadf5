"""The demonstration councils: their people and answers, written through the same forms as anyone's."""

import datetime
from itertools import groupby
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import CommandError
from django.utils import timezone

from .. import clock
from ..acts import (
    add_case_study,
    allocate_lines,
    close_query,
    open_return,
    raise_query,
    reply_to_query,
    save_answers,
    sign_department,
    sign_figures,
    statement_of,
)
from ..answers.reader import Entry, Place, read
from ..checks.completeness import assess
from ..forms.answers import TableFormset, table_formset
from ..lifecycle import Action, perform
from ..models import Authority, Decision, Department, Event, Return, User
from ..proforma import load
from ..values.parsing import clean_name

FOLDER = Path(__file__).parent
PASSWORD = "demo-ieg4"
PROFORMA = "ieg4"

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
            authority=authority,
            by=None,
            proforma_key=PROFORMA,
            answers_due=datetime.date.fromisoformat(council["answers_due"]),
            cabinet_date=datetime.date.fromisoformat(council["cabinet_date"]),
        )
    elif return_.status != Return.Status.PREPARING:
        return 0
    gaps = [] if complete else council["gaps"]
    lead = next(people[p["username"]] for p in council["people"] if "lead" in p["roles"])
    _allocate(return_, council, people, lead, gaps)
    _bring_case_studies(return_, council, people)
    written = _write(return_, council, lead, gaps)
    happened = set(return_.events.values_list("kind", flat=True).distinct())
    if Event.Kind.QUERIED not in happened:
        _raise_queries(return_, council, lead)
    if complete:
        _settle_queries(return_, lead)
    if complete or Event.Kind.SIGNED not in happened:
        _sign(return_, council)
    if "decision" in council and Event.Kind.SENT not in happened and not assess(return_).blockers:
        _decide(return_, council["decision"], people)
    return written


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def _raise_queries(return_: Return, council: dict, lead: User) -> None:
    answers = read(return_)
    for query in council.get("queries", []):
        with clock.stopped_at(_moment(query["asked"])):
            place = answers.place(query["section"], query["line"])
            raise_query(return_=return_, by=lead, place=place, text=query["text"])


def _settle_queries(return_: Return, lead: User) -> None:
    answers = read(return_)
    for query in [query for found in answers.queries.values() for query in found if query.is_open]:
        place = answers.at(query.key)
        with clock.stopped_at(_moment("2004-12-07T15:10")):
            reply_to_query(
                return_=return_,
                by=answers.owner(place) or lead,
                number=query.number,
                text="Checked with the service: it stands as it is.",
            )
            close_query(return_=return_, by=lead, number=query.number)


def _sign(return_: Return, council: dict) -> None:
    """Whatever part has nothing blank is signed by whoever signs it."""
    for part in assess(read(return_)).parts:
        if part.unready or not part.unsigned or part.signer is None:
            continue
        with clock.stopped_at(_moment(council["signed"])):
            assessment = assess(read(return_))
            shown = statement_of(assessment, assessment.part(part.department)).digest
            if part.department:
                sign_department(return_=return_, by=part.signer, department=part.department, shown=shown)
            else:
                sign_figures(return_=return_, by=part.signer, shown=shown)


def _decide(return_: Return, data: dict, people: dict[str, User]) -> None:
    """The return goes to Cabinet and is approved, each by the person whose act it is."""
    with clock.stopped_at(_moment(data["sent"])):
        perform(Action.SEND, return_=return_, by=people[data["sent_by"]])
    decision = Decision(
        outcome=Decision.Outcome.APPROVED,
        date=datetime.date.fromisoformat(data["date"]),
        minute=data["minute"],
        text=data["text"],
        delegate=people[data["delegate"]],
        delegated_until=datetime.date.fromisoformat(data["delegated_until"]),
    )
    with clock.stopped_at(_moment(data["recorded"])):
        perform(Action.APPROVE, return_=return_, by=people[data["recorded_by"]], decision=decision)


def _load_people(authority: Authority, council: dict) -> dict[str, User]:
    departments = {}
    for data in council["departments"]:
        departments[data["slug"]], _ = Department.objects.get_or_create(
            authority=authority, slug=data["slug"], defaults={"name": clean_name(data["name"])}
        )
    people = {}
    for data in council["people"]:
        person, created = User.objects.get_or_create(
            username=data["username"],
            defaults={
                "authority": authority,
                **{name: clean_name(data[name]) for name in ("first_name", "last_name", "job_title")},
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
    for section, line in load(PROFORMA).allocated_lines.values():
        data = council[section.key][line.key]
        if section.signed_by == "finance":
            data = data | {
                "owner": finance["contributor"],
                "department": finance["slug"],
                "due": "2004-11-30",
            }
        yield section.key, line.key, data


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
    section = return_.proforma.section_on("returns.CaseStudy")
    answers, table = read(return_, section.key), section.table_on("returns.CaseStudy")
    missing = council[section.key][len(answers.list_rows(table)) :]
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
                _, code, department, point = entry.name.columns.values()
                typed = values.get((point, column.field))
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
        moment += datetime.timedelta(days=number * 11 % council["days"], minutes=number * 17)
        with clock.stopped_at(timezone.localtime(moment)):
            written += _save(return_, writer, entries)
    return written


def _save(return_: Return, writer: User, entries: list[tuple[Entry, dict]]) -> int:
    data = {}
    for entry, wanted in entries:
        data |= {entry.field_name(name): value for name, value in wanted.items()}
        data[entry.field_name("seen")] = str(entry.record.version)
    formset = TableFormset(
        [table_formset([entry], data, only=tuple(wanted)).forms[0] for entry, wanted in entries]
    )
    if not formset.is_valid():
        raise CommandError(f"The demonstration data break a rule: {formset.errors}")
    return len(save_answers(return_=return_, by=writer, changes=formset.changes).events)


def _values(council: dict, place: Place) -> dict[tuple[str, str], str]:
    """What the data say of that place, as one would type it, by point and field."""
    section, line = place.section.key, place.line and place.line.key
    if line is None:
        return {("", name): value for table in place.tables for name, value in council[table.key].items()}
    if place.section.has_list:
        case = council[section][int(line.removeprefix("C")) - 1 : int(line.removeprefix("C"))]
        return {("", name): case[0][name] for name in ("title", "text")} if case else {}
    source = council[section][place.department.slug] if place.department else council[section]
    data = source[line]
    found = {("", name): data.get(name) for name in ("comment", "applicability", "reason", "basis")}
    if "nil" in data:
        return {("", "nil"): "on", ("", "reason"): data["nil"]}
    fields = [column.field for column in place.tables[-1].columns if column.required]
    for point, value in _series(place, data):
        for name, each in zip(fields, value if isinstance(value, list) else [value], strict=False):
            found[point, name] = each if each is None else str(each)
    return found


def _series(place: Place, data: dict):
    """The value of each point, or the list of its columns' values."""
    for values in (data[name] for name in ("lights", "amounts", "counts", "gains") if name in data):
        if isinstance(values, dict):
            yield from values.items()
        else:
            yield from zip([point.key for point in place.section.points], values, strict=False)
