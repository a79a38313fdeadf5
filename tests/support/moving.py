"""The steps of a return's way in as few words as a test can bear; every one goes through the acts."""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest

from returns import clock, history
from returns.acts import ActionRefused, Change, save_answers, sign_department, sign_figures, statement_of
from returns.answers.reader import Place, read
from returns.checks.completeness import assess
from returns.lifecycle import Action, perform
from returns.models import Decision, Filing, Return, User
from returns.versions.snapshot import freeze

APPROVED = "That the return be approved."


def london(text: str) -> datetime.datetime:
    """That moment by London's clocks, "2004-12-20 23:59", unless it names its own: "2004-12-20T23:59+00:00"."""
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Europe/London"))


def at(text: str):
    return clock.stopped_at(london(text))


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def who(return_: Return, name: str) -> User:
    """Someone of the return's own council, as the database has them now."""
    slug = return_.authority.slug
    return User.objects.get(username=name if slug == "marchshire" else f"{slug}-{name}")


def fresh(return_: Return) -> Return:
    return Return.objects.select_related("authority").get(pk=return_.pk)


def place(return_: Return, section: str, line: str | None = None, department: str | None = None) -> Place:
    found = read(fresh(return_), section).place(section, line, department)
    assert found is not None, (section, line, department)
    return found


def change(
    return_: Return, section: str, line: str | None, values: dict, *, point="", department=None, seen=None
) -> Change:
    answers = read(fresh(return_), section)
    found = answers.place(section, line, department)
    entry = next(
        e
        for e in answers.entries(found)
        if (e.point.key if e.point else "") == point and all(hasattr(e.record, name) for name in values)
    )
    return Change(entry, entry.record.version if seen is None else seen, values)


def save(return_: Return, by: str, section: str, line: str | None, values: dict, *, reason="", **where):
    changes = [change(return_, section, line, values, **where)]
    return save_answers(return_=return_, by=who(return_, by), changes=changes, reason=reason)


def shown(return_: Return, department: str | None = None) -> str:
    """The digest of the statement that the signer of that part sees now."""
    assessment = assess(read(fresh(return_)))
    part = next(
        part for part in assessment.parts if (part.department.slug if part.department else None) == department
    )
    return statement_of(assessment, part).digest


def sign(return_: Return, by: str, department: str | None = None, *, statement: str | None = None) -> int:
    """That person signs the department's part, or the figures, as they stand or as `statement` has them."""
    digest = shown(return_, department) if statement is None else statement
    person = who(return_, by)
    if department is None:
        return sign_figures(return_=return_, by=person, shown=digest)
    part = return_.authority.departments.get(slug=department)
    return sign_department(return_=return_, by=person, department=part, shown=digest)


def do(action: Action, return_: Return, by: str, **details) -> Return:
    return perform(action, return_=return_, by=who(return_, by), **details)


def decision(outcome: str = "approved", **values) -> Decision:
    """What Cabinet decided today, under minute 87."""
    given = {"date": clock.today(), "minute": "87", "text": APPROVED}
    return Decision(outcome=outcome, **(given | values))


def filing(**values) -> Filing:
    return Filing(**({"date": clock.today(), "reference": "IEG4-0042"} | values))


def places(return_: Return, *addresses: tuple) -> list[Place]:
    return [place(return_, *address) for address in addresses]


def send_back(return_: Return, *addresses: tuple, reason="Look again.") -> Return:
    return do(Action.SEND_BACK, return_, "lead", places=places(return_, *addresses), reason=reason)


def reopen(return_: Return, *addresses: tuple, reason="Look again.") -> Return:
    return do(Action.REOPEN, return_, "lead", places=places(return_, *addresses), reason=reason)


def send(return_: Return) -> Return:
    return do(Action.SEND, return_, "lead")


def approve(return_: Return, delegate: str | None = None, until: str = "2004-12-20") -> Return:
    power = {"delegate": who(return_, delegate), "delegated_until": day(until)} if delegate else {}
    return do(Action.APPROVE, return_, "clerk", decision=decision(**power))


def state(return_: Return) -> dict:
    """Everything about a return that an act could change, to compare one moment with another."""
    return_ = fresh(return_)
    return traces(return_) | {
        "answers": freeze(read(return_)),
        "signed": signed(return_),
        "open": opened(return_),
        "versions": [
            (v.number, v.kind, v.digest, v.pdf_digest, v.data, bytes(v.pdf)) for v in return_.versions.all()
        ],
        "queries": list(return_.queries.values_list("number", "asked", "replied", "closed")),
    }


def traces(return_: Return) -> dict:
    """What every act leaves behind, cheap enough to be compared thousands of times."""
    return {
        "status": fresh(return_).status,
        "head": history.head(return_),
        "versions": return_.versions.count(),
        "decisions": return_.decisions.count(),
        "filings": return_.filings.count(),
        "notices": return_.notices.count(),
        "signatures": return_.signoffs.count(),
        "sent back": return_.sent_back.count(),
    }


def name_of(row) -> str:
    """A place as a test writes it: "efficiency/EF1/hr"."""
    department = row.department.slug if row.department else ""
    line = row.line if isinstance(row.line, str | None) else row.line.key
    section = row.section if isinstance(row.section, str) else row.section.key
    return "/".join(part for part in (section, line, department) if part)


def signed(return_: Return) -> dict[str, int]:
    """Each signature that stands, with the number of the event that gave it."""
    rows = return_.signoffs.select_related("department", "event")
    return {name_of(row): row.event.number for row in rows}


def opened(return_: Return) -> dict[str, int]:
    rows = return_.sent_back.select_related("department", "event")
    return {name_of(row): row.event.number for row in rows}


def without(given: dict, *names: str) -> dict:
    """That dict but for those names, every one of which it must have."""
    assert set(names) <= set(given), names
    return {name: value for name, value in given.items() if name not in names}


def blockers(return_: Return) -> list[str]:
    return [blocker.message for blocker in assess(read(fresh(return_))).blockers]


@contextmanager
def refused(return_: Return):
    """Inside, an act is refused and leaves everything as it was; `caught.value` is what it said."""
    before = state(return_)
    with pytest.raises(ActionRefused) as caught:
        yield caught
    assert state(return_) == before


@contextmanager
def telling(return_: Return):
    """Who is told what inside, and whether an e-mail waits for them: a list, sorted once it is left."""
    last = return_.notices.order_by("-pk").values_list("pk", flat=True).first() or 0
    told: list[tuple[str, str, str]] = []
    yield told
    rows = return_.notices.filter(pk__gt=last).select_related("person")
    told += sorted((row.person.username, row.subject, row.mail) for row in rows)


def events_after(return_: Return, number: int) -> list[tuple[str, str, str]]:
    """What happened since: the kind of each event, whom by, and where."""
    rows = return_.events.filter(number__gt=number).select_related("by", "department").order_by("number")
    return [(row.kind, row.by.username, name_of(row)) for row in rows]
