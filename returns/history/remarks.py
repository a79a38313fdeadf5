"""What a whole history leaves to be looked at by a person: who both prepares and checks, and names changed since.

None of it is a fault of the history. A role may be given and a name changed at any time; but who relies on a
signature, or on a name in the approved PDF, should know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..models import DamagedCopy, Event, Return, Role, User, Version
from ..proforma import Section

PREPARING = frozenset({Role.OFFICER, Role.HEAD, Role.LEAD})


def remarks(return_: Return) -> list[str]:
    """One sentence for each; nothing where there is nothing to look at."""
    return [*_roles_of_both(return_), *_deeds_of_both(return_), *_names_changed(return_)]


def figure_sections(return_: Return) -> list[Section]:
    """The sections whose figures the section 151 officer signs."""
    return [section for section in return_.proforma.sections if section.signed_by == "finance"]


def _roles_of_both(return_: Return) -> Iterator[str]:
    people = User.objects.filter(authority=return_.authority, is_active=True).prefetch_related("groups")
    for person in people.order_by("username"):
        preparing = sorted(Role(role).label for role in person.roles & PREPARING)
        if Role.FINANCE in person.roles and preparing:
            yield (
                f"{person} ({person.username}) is {Role.FINANCE.label} and {', '.join(preparing)}: "
                "whoever checks the figures should not prepare them."
            )


def _deeds_of_both(return_: Return) -> Iterator[str]:
    """Who entered some figures and signed others; signing one’s own is a fault, which the proof names."""
    sections = figure_sections(return_)
    tables = [table.key for section in sections for table in section.tables]
    answers = return_.events.filter(kind=Event.Kind.ANSWER, table__in=tables)
    signatures = return_.events.filter(kind=Event.Kind.SIGNED, section__in=[each.key for each in sections])
    entered = set(answers.values_list("by", flat=True))
    signed = set(signatures.values_list("by", flat=True))
    for person in User.objects.filter(pk__in=entered & signed).order_by("username"):
        yield f"{person} ({person.username}) entered figures of the return and signed figures of it."


def _names_changed(return_: Return) -> Iterator[str]:
    approved = (Version.Kind.APPROVED, Version.Kind.AMENDED)
    version = return_.versions.filter(kind__in=approved).defer("pdf").order_by("-number").first()
    if version is None:
        return
    try:
        data = json.loads(version.stored_data())
    except DamagedCopy:
        return  # which the proof of the history names
    there = f"in version {version.number}"
    council = return_.authority
    if council.name != data["authority"]["name"]:
        yield f"The council is “{council.name}” now, “{data['authority']['name']}” {there}."
    names = dict(council.departments.values_list("slug", "name"))
    for row in data["departments"]:
        now = names.get(row["slug"])
        if now != row["name"]:
            yield f"The department {row['slug']} is “{now}” now, “{row['name']}” {there}."
    people = User.objects.in_bulk(_people(data), field_name="username")
    for username, then in sorted(_people(data).items()):
        person = people.get(username)
        now = person and (str(person), person.job_title)
        if now != then:
            yield f"{username} is {_in_words(now)} now, {_in_words(then)} {there}."


def _people(data: dict) -> dict[str, tuple[str, str]]:
    """Name and job of each person whom the data name, by user name."""
    named = [data["lead"], *(row["contributor"] for row in data["departments"])]
    named += [row["owner"] for row in data["owners"].values()]
    return {person["username"]: (person["name"], person["job_title"]) for person in named if person}


def _in_words(named: tuple[str, str] | None) -> str:
    return f"“{', '.join(part for part in named if part)}”" if named else "nobody"
