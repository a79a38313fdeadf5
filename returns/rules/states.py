"""What pages and documents say of a return in its state on a day; nowhere else is a sentence chosen by state."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from .. import clock
from ..models import Decision, Event, Return
from ..values import wording

Status = Return.Status


@dataclass(frozen=True)
class Fact:
    """One figure or word with what it is about: "12 days", "Monday 20 December 2004"."""

    value: str
    note: str


@dataclass(frozen=True)
class PageWords:
    """What a page about the whole return says of its state."""

    heading: str  # how far the return is, and what keeps it from going on: sentences
    to_file: str  # when it has to be filed: a sentence; nothing once it is filed
    filing_date: str  # the same, or when it was filed
    cabinet_date: str  # when Cabinet meets, or what it decided: a sentence
    cabinet: Fact
    filing: Fact
    since: str  # its state and since when: no sentence
    document: str  # what its PDF is called, after "the"
    nothing_blocks: str  # where no blocker is left; sentences


def page_words(return_: Return, day: datetime.date, blockers: int) -> PageWords:
    """What is true of the return on that day, with so many blockers left."""
    status, move = Status(return_.status), return_.last_move
    return PageWords(
        heading=_heading(return_, day, move, blockers),
        to_file="" if status == Status.SUBMITTED else _filing_date(return_, day),
        filing_date=_filing_date(return_, day),
        cabinet_date=_cabinet_date(return_, day),
        cabinet=_cabinet_fact(return_, day),
        filing=_filing_fact(return_, day),
        since=_since(return_, move),
        document=_DOCUMENT[status],
        nothing_blocks=_NOTHING_BLOCKS[status],
    )


@dataclass(frozen=True)
class Stage:
    """One of the states in their order, with what it means for those who work on the return."""

    label: str
    meaning: str
    present: bool
    since: datetime.datetime | None  # when the return came into it; of the present one alone


def stages(return_: Return) -> list[Stage]:
    """The states of a return in their order."""
    move = return_.last_move
    return [
        Stage(
            status.label,
            _MEANING[status],
            here := status == return_.status,
            move.at if here and move else None,
        )
        for status in Status
    ]


def delegation_words(decision: Decision | None) -> str:
    """What Cabinet allowed whom, and until when, with its approval; nothing where it did not approve."""
    if decision is None or decision.outcome != Decision.Outcome.APPROVED:
        return ""
    if decision.delegate is None:
        return "Nobody may amend the approved return."
    return (
        f"Cabinet allowed {decision.delegate} to amend {amendable(decision.return_record)} until "
        f"{wording.day(decision.delegated_until)}."
    )


def amendable(return_: Return) -> str:
    """The sections that a delegate may amend, within a sentence."""
    sections = [section for section in return_.proforma.sections if section.provisional]
    return wording.listed([wording.within_sentence(section.title) for section in sections])


def _heading(return_: Return, day: datetime.date, move: Event | None, blockers: int) -> str:
    status = Status(return_.status)
    if status == Status.PREPARING:
        return grant_at_risk(return_, blockers) or "Nothing blocks the return: it can go to Cabinet."
    if status == Status.REFERRED_BACK:
        risk = grant_at_risk(return_, blockers) or "Nothing blocks it: it can go to Cabinet."
        return f"{_how_it_came_back(return_, move)} {risk}"
    situation = _SITUATION[status](return_, day)
    if status == Status.AMENDING and blockers and day <= return_.decision.delegated_until:
        return f"{situation} The amendment has {wording.counted(blockers, 'blocker')} left."
    return situation


def grant_at_risk(return_: Return, blockers: int) -> str:
    """What hangs on the blockers: a sentence; nothing where there is none."""
    if not blockers:
        return ""
    grant = f"£{return_.proforma.round.grant_gbp:,}"
    until = "the last blocker is" if blockers == 1 else f"all {blockers:,} blockers are"
    return f"The whole {grant} grant is at risk until {until} cleared."


def due_in_state(return_: Return, due: datetime.date, sent_back: datetime.date | None) -> datetime.date:
    """When an answer is due now that was due on that day in preparation.

    What came back after it was due has to be ready when the return is; an amendment, when the delegation ends.
    """
    if return_.status == Status.AMENDING and return_.delegation:
        return return_.delegation.delegated_until
    return return_.proforma.round.deadline if sent_back and due < sent_back else due


def _reopened_from(return_: Return, move: Event | None) -> Status | None:
    """The state from which the lead reopened the return; None where that isn't how it came to its state."""
    if return_.status != Status.REFERRED_BACK or move is None or move.kind != Event.Kind.REOPENED:
        return None
    return Status(move.old)


def _is_with_cabinet(return_: Return, day: datetime.date) -> str:
    meeting, sent = return_.cabinet_date, _sent_after_the_meeting(return_)
    if sent:
        return f"The return went to Cabinet on {wording.day(sent)}. No decision is recorded yet."
    if day > meeting:
        return (
            f"The return is with Cabinet. The meeting was planned for {wording.day(meeting)}; "
            "no decision is recorded yet."
        )
    return f"The return is with Cabinet, which meets {'today' if day == meeting else f'on {wording.day(meeting)}'}."


def _sent_after_the_meeting(return_: Return) -> datetime.date | None:
    """The day on which the return went to Cabinet, where that was after the meeting whose date is known."""
    move = return_.last_move
    if return_.status != Status.WITH_CABINET or move is None or move.kind != Event.Kind.SENT:
        return None
    sent = clock.day_of(move.at)
    return sent if sent > return_.cabinet_date else None


_REOPENED = {
    Status.WITH_CABINET: "The return was reopened before Cabinet decided.",
    Status.APPROVED: "The return was reopened after Cabinet approved it.",
    Status.SUBMITTED: "The return was reopened after it was filed.",
}


def _how_it_came_back(return_: Return, move: Event | None) -> str:
    before = _reopened_from(return_, move)
    if before in _REOPENED:
        return _REOPENED[before]
    decision = return_.decision
    when = f" on {wording.day(decision.day)}" if decision else ""
    return f"Cabinet referred the return back{when}."


def _is_approved(return_: Return, day: datetime.date) -> str:
    return f"Cabinet approved the return on {wording.day(return_.decision.day)}."


def _is_amending(return_: Return, day: datetime.date) -> str:
    decision = return_.decision
    until = wording.day(decision.delegated_until)
    if day > decision.delegated_until:
        return f"The time to amend the approved return ended on {until}. The amendment can only be abandoned."
    return f"{decision.delegate} is amending the approved return, until {until} at the latest."


def _is_submitted(return_: Return, day: datetime.date) -> str:
    return f"The return was filed on {wording.day(return_.filing.day)}, reference {return_.filing.number}."


_SITUATION = {
    Status.WITH_CABINET: _is_with_cabinet,
    Status.APPROVED: _is_approved,
    Status.AMENDING: _is_amending,
    Status.SUBMITTED: _is_submitted,
}
_DOCUMENT = {
    Status.PREPARING: "draft return",
    Status.WITH_CABINET: "return as sent to Cabinet",
    Status.REFERRED_BACK: "draft return",
    Status.APPROVED: "approved return",
    Status.AMENDING: "draft amendment",
    Status.SUBMITTED: "return as filed",
}
_TO_CABINET = "No blocker is left. Read the draft once more before it goes to Cabinet."
_NOTHING_BLOCKS = {
    Status.PREPARING: _TO_CABINET,
    Status.WITH_CABINET: "No blocker is left.",
    Status.REFERRED_BACK: _TO_CABINET,
    Status.APPROVED: "No blocker is left.",
    Status.AMENDING: "No blocker is left. Once it is signed again, the amendment can be finished.",
    Status.SUBMITTED: "No blocker is left.",
}
_MEANING = {
    Status.PREPARING: "Departments answer and heads of department sign.",
    Status.WITH_CABINET: "Locked. Cabinet reads a stored version.",
    Status.REFERRED_BACK: "Only if needed: the lines sent back are open, the others are locked.",
    Status.APPROVED: "Locked. The PDF that Cabinet approved is stored.",
    Status.AMENDING: "Only if Cabinet allowed it: the named officer amends some sections.",
    Status.SUBMITTED: "Locked. Filed, with its reference.",
}
_DID = {
    Decision.Outcome.APPROVED: "approved the return",
    Decision.Outcome.REFERRED_BACK: "referred the return back",
}
_DECIDED = frozenset({Status.APPROVED, Status.AMENDING, Status.SUBMITTED})


def _filing_date(return_: Return, day: datetime.date) -> str:
    filing, deadline = return_.filing, return_.proforma.round.deadline
    filed = f"The return was filed on {wording.day(filing.day)}, reference {filing.number}" if filing else ""
    if return_.status == Status.SUBMITTED:
        return f"{filed}."
    days = (deadline - day).days
    if days < 0:
        return f"{filed}, before it was reopened." if filed else f"Filing closed on {wording.day(deadline)}."
    must = f"{filed}, and has to be filed again" if filed else "The return has to be filed"
    if days == 0:
        return f"{must} today, {wording.weekday(deadline)}."
    left = f"{wording.counted(days, 'day')} {wording.noun(days, 'is', 'are')} left"
    return f"{must} by {wording.weekday(deadline)}: {left}."


def _cabinet_date(return_: Return, day: datetime.date) -> str:
    decision, meeting = return_.decision, return_.cabinet_date
    back = return_.status == Status.REFERRED_BACK and day > meeting
    if decision and (back or return_.status in _DECIDED):
        did = _DID[Decision.Outcome(decision.outcome)]
        return f"Cabinet {did} on {wording.weekday(decision.day)}, minute {decision.number}."
    if sent := _sent_after_the_meeting(return_):
        return f"The return went to Cabinet on {wording.weekday(sent)}."
    return f"Cabinet {'was to meet' if day > meeting else 'meets'} on {wording.weekday(meeting)}."


def _cabinet_fact(return_: Return, day: datetime.date) -> Fact:
    decision = return_.decision
    if decision and return_.status in _DECIDED:
        return Fact("approved", f"{wording.day(decision.day)}, minute {decision.number}")
    if sent := _sent_after_the_meeting(return_):
        return Fact("awaited", f"sent {wording.day(sent)}")
    return Fact(_until(return_.cabinet_date, day), wording.weekday(return_.cabinet_date))


def _filing_fact(return_: Return, day: datetime.date) -> Fact:
    filing = return_.filing
    if return_.status == Status.SUBMITTED:
        return Fact("filed", f"{wording.day(filing.day)}, reference {filing.number}")
    deadline = return_.proforma.round.deadline
    return Fact(_until(deadline, day), wording.weekday(deadline))


def _until(date: datetime.date, day: datetime.date) -> str:
    days = (date - day).days
    return "past" if days < 0 else wording.counted(days, "day") if days else "today"


def _since(return_: Return, move: Event | None) -> str:
    status = Status(return_.status)
    if status == Status.APPROVED:
        return f"Approved by Cabinet on {_met(return_.decision)}"
    return f"{status.label} since {wording.day(clock.day_of(move.at))}" if move else status.label


@dataclass(frozen=True)
class StateWords:
    """How a document of the present answers says how far the return is."""

    mark: str  # in capitals, on the cover
    approval: str  # whether Cabinet has approved it; sentences
    foot: str  # the same at the foot of each page
    provisional: str  # who may still change case studies and efficiency, until when; empty when nobody may
    draft: bool


def state_words(return_: Return, day: datetime.date) -> StateWords:
    """What is true of the return on that day."""
    mark, approval, foot, draft = _BY_STATUS[Status(return_.status)](return_, day)
    return StateWords(mark, approval, foot, provisional(return_, day), draft)


def provisional(return_: Return, day: datetime.date) -> str:
    """Who may still change case studies and efficiency on that day and until when; empty when nobody may."""
    if return_.status not in (Status.APPROVED, Status.AMENDING):
        return ""
    return provisional_under(return_.decision, day)


def provisional_under(decision: Decision | None, day: datetime.date) -> str:
    """The same of what Cabinet has just approved by that decision."""
    if decision is None or not decision.delegate_id or day > decision.delegated_until:
        return ""
    until = wording.day(decision.delegated_until)
    given = wording.day(decision.day)
    return (
        f"{decision.delegate} may change this section until {until}, under Cabinet’s delegation of {given}."
    )


def _preparing(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    return "DRAFT", "Not approved by Cabinet.", "not approved by Cabinet", True


def _with_cabinet(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    return "FOR CABINET", "Cabinet has not decided yet.", "not yet decided by Cabinet", False


def _referred_back(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    """By Cabinet, or reopened by the lead, before Cabinet approved it or after."""
    decision, before = return_.decision, _reopened_from(return_, return_.last_move)
    if before == Status.WITH_CABINET:
        why = "Sent to Cabinet, then reopened before Cabinet decided."
    elif before:
        why = f"Reopened after Cabinet’s approval of {_met(decision)}."
    else:
        why = f"Referred back by Cabinet on {_met(decision)}."
    return "DRAFT", f"{why} As it is now, not approved by Cabinet.", "not approved by Cabinet", True


def _approved(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    met = _met(return_.decision)
    return "APPROVED BY CABINET", f"Approved by Cabinet on {met}.", "approved by Cabinet", False


def _amending(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    decision = return_.decision
    until = wording.day(decision.delegated_until)
    if day <= decision.delegated_until:
        amending = (
            f"{decision.delegate} is amending it under Cabinet’s delegation, until {until} at the latest; until that "
            "is finished, the approved version holds."
        )
    else:
        amending = (
            f"{decision.delegate} began to amend it under Cabinet’s delegation, which ended on {until}. It can only "
            "be abandoned, and the approved version holds."
        )
    approval = f"Approved by Cabinet on {_met(decision)}. {amending}"
    return "DRAFT AMENDMENT", approval, "amendment not finished", True


def _submitted(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    filing = return_.filing
    filed = f"filed on {wording.day(filing.day)}, reference {filing.number}"
    return "FILED", f"Approved by Cabinet on {_met(return_.decision)}; {filed}.", "filed", False


def _met(decision: Decision) -> str:
    return f"{wording.day(decision.day)}, minute {decision.number}"


_BY_STATUS = {
    Status.PREPARING: _preparing,
    Status.WITH_CABINET: _with_cabinet,
    Status.REFERRED_BACK: _referred_back,
    Status.APPROVED: _approved,
    Status.AMENDING: _amending,
    Status.SUBMITTED: _submitted,
}
