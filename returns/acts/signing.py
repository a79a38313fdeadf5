"""Signatures: a department's part by its head, the figures by the section 151 officer."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from .. import clock, history
from ..answers import address
from ..answers.reader import Place, read
from ..checks.completeness import Assessment, Part, assess
from ..messages.notices import tell, with_roles
from ..models import Department, Event, Return, Role, SignOff, User
from ..rules import access, refusals
from ..values import wording
from ..values.address import PlaceAddress
from ..values.digests import canonical, sha256
from ..versions.snapshot import place_digest
from .base import ActionRefused, fresh, lock


@dataclass(frozen=True)
class Statement:
    """What a signature given now would cover: each unsigned place with the digest of its answers."""

    part: Part
    digests: dict[PlaceAddress, str]

    @property
    def digest(self) -> str:
        """The digest of the whole statement: the form carries it, so that nobody signs what they haven't seen."""
        return sha256(canonical(sorted([*map(str, key), digest] for key, digest in self.digests.items())))


def statement_of(assessment: Assessment, part: Part) -> Statement:
    answers = assessment.answers
    return Statement(part, {s.place.key: place_digest(answers, s.place) for s in part.unsigned})


@transaction.atomic
def sign_department(*, return_: Return, by: User, department: Department, shown: str) -> int:
    """Every line of the department's part is signed by its head, as it was shown; returns how many were not before.

    `shown` is the digest of the statement the head has seen. Raises ActionRefused.
    """
    return_, by = lock(return_), fresh(by)
    if not access.can_sign_department(by, return_, department):
        raise ActionRefused(refusals.refusal(return_, f"Only a head of {department} can sign for it."))
    assessment = assess(read(return_))
    part = assessment.part(department)
    return _sign(return_, by, assessment, part, shown)


@transaction.atomic
def sign_figures(*, return_: Return, by: User, shown: str) -> int:
    """The figures are signed by the section 151 officer, as they were shown; returns how many were not before.

    Whoever prepared one of the figures can't sign them. Raises ActionRefused.
    """
    return_, by = lock(return_), fresh(by)
    if not access.can_sign_figures(by, return_):
        raise ActionRefused(refusals.refusal(return_, "Only the section 151 officer can sign the figures."))
    assessment = assess(read(return_))
    part = assessment.part(None)
    if prepared := prepared_by(by, return_, part):
        raise ActionRefused(
            f"You prepared {wording.listed_codes(prepared)} yourself, and whoever prepares figures can’t sign them. "
            "Another section 151 officer must sign, or a colleague must enter these figures again."
        )
    return _sign(return_, by, assessment, part, shown)


def prepared_by(person: User, return_: Return, part: Part) -> list[str]:
    """The codes of those places of the part whose present figures this person entered."""
    tables = {table.key for state in part.states for table in state.place.tables}
    events = return_.events.filter(kind=Event.Kind.ANSWER, table__in=tables).order_by("number")
    columns = ("table", "line", "department_id", "point", "field", "by_id")
    last: dict[tuple, int] = {}
    for table, line, department, *cell, by in events.values_list(*columns):
        last[address.in_table(return_.proforma, table, line, department), table, *cell] = by
    found = {place for (place, *_), by in last.items() if by == person.pk}
    return [state.place.code for state in part.states if state.place.key in found]


def _sign(return_: Return, by: User, assessment: Assessment, part: Part | None, shown: str) -> int:
    statement = _shown_statement(assessment, part, shown)
    now = clock.now()
    events = history.record(
        return_,
        [
            history.place_event(
                Event.Kind.SIGNED, state.place, at=now, by=by, new=statement.digests[state.place.key]
            )
            for state in part.unsigned
        ],
    )
    _write(return_, events)
    tell(
        return_,
        with_roles(return_, Role.LEAD),
        but=by,
        subject=f"{part.title}: signed by {by}",
        text=f"{by} signed {wording.listed_codes([state.place.code for state in part.unsigned])}.",
        path=reverse("returns:signature-list", args=[return_.authority.slug, return_.round]),
    )
    return len(events)


def _shown_statement(assessment: Assessment, part: Part | None, shown: str) -> Statement:
    """The statement of that part, as it was shown. Raises ActionRefused where it can't be signed."""
    if part is None or not part.unsigned:
        raise ActionRefused("There is nothing to sign: all of it is signed.")
    if part.unready:
        raise ActionRefused(
            f"{wording.listed_codes(sorted({b.place.code for b in part.unready}))} can’t be signed yet: "
            f"{part.unready[0].message}. Ask the owner to complete it first."
        )
    statement = statement_of(assessment, part)
    if statement.digest != shown:
        raise ActionRefused(
            "An answer was changed after you opened the statement, so nothing was signed. "
            "The statement below is up to date: check it, then sign."
        )
    return statement


def _write(return_: Return, events: list[Event]) -> None:
    """The signatures of these events are stored; what was sent back and is signed again is sent back no more."""
    SignOff.objects.bulk_create(
        SignOff(
            return_record=return_,
            **address.of_event(return_.proforma, event).columns,
            event=event,
        )
        for event in events
    )
    signed = {address.of_event(return_.proforma, event) for event in events}
    done = [row.pk for row in return_.sent_back.all() if row.key in signed]
    return_.sent_back.filter(pk__in=done).delete()


def void_signatures(return_: Return, places: list[Place], *, by: User, at, because: str) -> list[Event]:
    """The signatures on these places are cancelled and their signers told; returns the events, not recorded yet.

    Other signatures stay.
    """
    keys = {place.key: place for place in places}
    rows = [row for row in return_.signoffs.select_related("event__by") if row.key in keys]
    events, signers = [], {}
    for row in rows:
        events.append(
            history.place_event(
                Event.Kind.VOIDED,
                keys[row.key],
                at=at,
                by=by,
                old=row.event.new,
                reason=because,
            )
        )
        signers.setdefault(row.event.by, []).append(keys[row.key])
    SignOff.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for signer, voided in signers.items():
        codes = wording.listed_codes([place.code for place in voided])
        tell(
            return_,
            [signer],
            but=by,
            subject=f"Your signature on {codes} is cancelled",
            text=f"{by}: {because} Your other signatures stay. Check {codes} and sign again.",
            path=reverse("returns:signature-list", args=[return_.authority.slug, return_.round]),
        )
    return events
