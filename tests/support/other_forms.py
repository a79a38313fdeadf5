"""Other forms than IEG4's, and a small council that answers one: its people, its answers, its way to Cabinet."""

from __future__ import annotations

import copy
import datetime
import json
from pathlib import Path

from returns.acts import (
    add_case_study,
    allocate_lines,
    save_answers,
    sign_department,
    sign_figures,
    statement_of,
)
from returns.acts.opening import open_return
from returns.answers.reader import Entry, read
from returns.checks.completeness import assess
from returns.forms.answers import TableFormset, table_formset
from returns.models import Return, Role, User
from returns.proforma import Proforma, load, schema
from tests.support.factories import AuthorityFactory, DepartmentFactory, UserFactory

RAW = json.loads((schema.FOLDER / "ieg4-v2.json").read_text())
SPECIAL = {"telephone": "01632 960101", "email": "someone@council.example"}
ROLES = (Role.LEAD, Role.OFFICER, Role.HEAD, Role.FINANCE, Role.CLERK, Role.CABINET, Role.ADMINISTRATOR)


def know(raw: dict, folder: Path, monkeypatch) -> Proforma:
    """That form, written down in the folder and known beside our own until the test ends."""
    (folder / f"{raw['key']}.json").write_text(json.dumps(raw))
    monkeypatch.setattr(schema, "FOLDERS", (*schema.FOLDERS, folder))
    return load(raw["key"])


def larger_form() -> dict:
    """IEG4 with a tenth section of ratings, a fourth tier, a later date, and other names for two sections."""
    raw = copy.deepcopy(RAW)
    raw |= {"key": "ieg5", "version": "1", "title": "Implementing Electronic Government Return 2005 (IEG5)"}
    raw["round"] |= {"key": "ieg5", "name": "IEG5", "title": "Implementing Electronic Government Return 2005"}
    sections = {section["key"]: section for section in raw["sections"]}
    sections["context"]["key"] = "preface"
    sections["efficiency"]["key"] = "savings"
    outcomes, change = sections["outcomes"], sections["change"]
    raw["tiers"][1]["count"] -= 1
    raw["tiers"].append(
        {"key": "early", "letter": "G", "label": "Early", "mandatory": True, "due": "2005-03-31", "count": 1,
         "meaning": "in place a year before the others"}
    )  # fmt: skip
    next(line for line in outcomes["lines"] if line["key"] == "G1")["tier"] = "early"
    later = {
        "key": "mar07",
        "label": "31 March 2007",
        "short": "31 Mar 2007",
        "date": "2007-03-31",
        "kind": "forecast",
    }
    for section in (outcomes, change):
        section["tables"][1]["points"].append(later | {"kind": "forecast"})
    partners = copy.deepcopy(change) | {
        "key": "partners",
        "number": 9,
        "title": "Partners",
        "short": "Partners",
    }
    partners |= {
        "groups": [],
        "lines": [{"key": "P1", "label": "The police"}, {"key": "P2", "label": "The parishes"}],
    }
    partners["tables"] = [table | {"key": f"partner_{table['key']}"} for table in partners["tables"]]
    raw["sections"].append(partners)
    return raw


def without(*keys: str) -> dict:
    """IEG4 without those sections, as a round of its own."""
    raw = copy.deepcopy(RAW) | {"key": "lesser", "version": "1"}
    raw["round"] |= {"key": "lesser", "name": "Lesser", "title": "Lesser Return 2004"}
    raw["sections"] = [section for section in raw["sections"] if section["key"] not in keys]
    for number, section in enumerate(raw["sections"]):
        section["number"] = number
    if not any(line.get("tier") for section in raw["sections"] for line in section.get("lines", [])):
        raw["tiers"] = []
    return raw


def opened(proforma: Proforma, kind: str = "unitary") -> Return:
    """A council of one department with a person in each role, and its return on that form, blank."""
    authority = AuthorityFactory(slug="elsewhere", name="Elsewhere Council", kind=kind)
    department = DepartmentFactory(authority=authority, slug="services", name="Services")
    for role in ROLES:
        person = UserFactory(authority=authority, username=f"elsewhere-{role}", roles=[role])
        if role in (Role.OFFICER, Role.HEAD, Role.LEAD):
            person.departments.set([department])
        if role == Role.OFFICER:
            department.contributor = person
            department.save()
    return open_return(
        authority=authority,
        by=None,
        proforma_key=proforma.key,
        answers_due=datetime.date(2004, 12, 10),
        cabinet_date=datetime.date(2004, 12, 16),
    )


def who(role: str) -> User:
    return User.objects.get(username=f"elsewhere-{role}")


def answer_all(return_: Return) -> None:
    """Every line has an owner and every required answer is given, each through the form of its page."""
    lead, officer = who(Role.LEAD), who(Role.OFFICER)
    department = return_.authority.departments.get()
    if lines := list(return_.proforma.allocated_lines):
        allocate_lines(
            return_=return_,
            by=lead,
            lines=lines,
            owner=officer,
            department=department,
            due=return_.answers_due,
        )
    for table in [t for section in return_.proforma.sections for t in section.tables if t.shape == "list"]:
        for _ in range(table.least):
            add_case_study(return_=return_, by=officer, department=department)
    answers = read(return_)
    for place in answers.places():
        entries = [entry for entry in answers.entries(place) if answers.applies(place)]
        _save(return_, answers.owner(place) or lead, entries)


def _save(return_: Return, by: User, entries: list[Entry]) -> None:
    forms, data = [], {}
    for entry in entries:
        wanted = [column.field for column in entry.table.columns if column.required]
        data |= {f"{entry.key}-{name}": _typed(entry, name) for name in wanted}
        data[f"{entry.key}-seen"] = str(entry.record.version)
        forms += [(entry, wanted)] if wanted else []
    formset = TableFormset(
        [table_formset([entry], data, only=tuple(names)).forms[0] for entry, names in forms]
    )
    assert formset.is_valid(), formset.errors
    save_answers(return_=return_, by=by, changes=formset.changes)


def _typed(entry: Entry, name: str) -> str:
    field = entry.record._meta.get_field(name)
    if field.choices:
        return next(value for value, _ in field.choices if value)
    if name in SPECIAL:
        return SPECIAL[name]
    return {"TextField": "As it is.", "CharField": "As it is."}.get(field.get_internal_type(), "1")


def sign_all(return_: Return) -> None:
    for part in assess(read(return_)).parts:
        shown = statement_of(assess(read(return_)), part).digest
        if part.department:
            sign_department(return_=return_, by=part.signer, department=part.department, shown=shown)
        else:
            sign_figures(return_=return_, by=part.signer, shown=shown)
