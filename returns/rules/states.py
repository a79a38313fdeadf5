"""What is said of a return in its state on a day, wherever it is shown whole: on pages, in drafts, in versions."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from ..models import Decision, Return
from ..values import wording

Status = Return.Status


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


def power(decision: Decision) -> str:
    """What the delegation of that decision allows."""
    until = wording.day(decision.delegated_until)
    return f"{decision.delegate} may amend case studies and efficiency figures until {until}."


def _preparing(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    return "DRAFT", "Not approved by Cabinet.", "not approved by Cabinet", True


def _with_cabinet(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    return "FOR CABINET", "Cabinet has not decided yet.", "not yet decided by Cabinet", False


def _referred_back(return_: Return, day: datetime.date) -> tuple[str, str, str, bool]:
    """By Cabinet, or reopened by the lead, before Cabinet approved it or after."""
    decision = return_.decision
    if decision is None:
        why = "Sent to Cabinet, then reopened before Cabinet decided."
    elif decision.outcome == Decision.Outcome.APPROVED:
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
