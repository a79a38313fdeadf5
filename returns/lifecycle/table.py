"""One table of what may follow what: pages draw buttons from it, acts run by it, docs/lifecycle.md prints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models

from ..models import Event, Return, User, Version
from ..rules import access
from ..values import wording
from . import steps
from .steps import Step

Status = Return.Status


class Action(models.TextChoices):
    SEND_BACK = "send-back", "Send elements back"
    SEND = "send", "Send to Cabinet"
    APPROVE = "approve", "Record Cabinet’s approval"
    REFER_BACK = "refer-back", "Record that Cabinet refers it back"
    AMEND = "amend", "Begin an amendment"
    FINISH = "finish", "Finish the amendment"
    ABANDON = "abandon", "Abandon the amendment"
    SUBMIT = "submit", "Record the filing"
    REOPEN = "reopen", "Reopen elements"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row: from where, to where (it stays if nowhere), who, on what condition, and what belongs to it."""

    sources: tuple[Status, ...]
    target: Status | None
    rule: Callable[[User, Return], bool]
    who: str
    condition: str
    kind: Event.Kind
    guard: Callable[[Return, User], str] | None = None
    version: Version.Kind | None = None
    before: Callable[[Step], None] = steps.nothing
    during: Callable[[Step], None] = steps.nothing
    after: Callable[[Step], None] = steps.nothing


TRANSITIONS: dict[Action, Transition] = {
    Action.SEND_BACK: Transition(
        sources=(Status.PREPARING, Status.REFERRED_BACK),
        target=None,
        rule=access.can_send_back,
        who="lead",
        condition="chosen elements, a reason",
        kind=Event.Kind.SENT_BACK,
        before=steps.with_elements,
        during=steps.open_elements,
        after=steps.opened,
    ),
    Action.SEND: Transition(
        sources=(Status.PREPARING, Status.REFERRED_BACK),
        target=Status.WITH_CABINET,
        rule=access.can_send_to_cabinet,
        who="lead",
        condition="nothing blocks",
        kind=Event.Kind.SENT,
        guard=steps.nothing_blocks,
        version=Version.Kind.CABINET,
        after=steps.sent,
    ),
    Action.APPROVE: Transition(
        sources=(Status.WITH_CABINET,),
        target=Status.APPROVED,
        rule=access.can_record_decision,
        who="clerk, not who sent it",
        condition="date, minute number, text; delegate and last day, or neither",
        kind=Event.Kind.APPROVED,
        guard=steps.another_person_sent_it,
        version=Version.Kind.APPROVED,
        before=steps.decide,
        during=steps.confirm_delegate,
        after=steps.decided,
    ),
    Action.REFER_BACK: Transition(
        sources=(Status.WITH_CABINET,),
        target=Status.REFERRED_BACK,
        rule=access.can_record_decision,
        who="clerk, not who sent it",
        condition="date, minute number, text",
        kind=Event.Kind.REFERRED,
        guard=steps.another_person_sent_it,
        before=steps.decide,
        after=steps.decided,
    ),
    Action.AMEND: Transition(
        sources=(Status.APPROVED,),
        target=Status.AMENDING,
        rule=access.is_delegate,
        who="delegate, to the end of the last day",
        condition="a reason",
        kind=Event.Kind.AMENDING,
        before=steps.with_reason,
        after=steps.amending,
    ),
    Action.FINISH: Transition(
        sources=(Status.AMENDING,),
        target=Status.APPROVED,
        rule=access.can_amend,
        who="delegate, to the end of the last day",
        condition="something changed, nothing blocks",
        kind=Event.Kind.AMENDED,
        guard=steps.amended_and_nothing_blocks,
        version=Version.Kind.AMENDED,
        after=steps.amended,
    ),
    Action.ABANDON: Transition(
        sources=(Status.AMENDING,),
        target=Status.APPROVED,
        rule=access.can_abandon_amendment,
        who="delegate or lead, at any time",
        condition="a reason; the approved answers are put back",
        kind=Event.Kind.ABANDONED,
        before=steps.read_approved,
        during=steps.restore,
        after=steps.abandoned,
    ),
    Action.SUBMIT: Transition(
        sources=(Status.APPROVED,),
        target=Status.SUBMITTED,
        rule=access.can_file,
        who="lead",
        condition="date and reference",
        kind=Event.Kind.SUBMITTED,
        before=steps.file,
        after=steps.filed,
    ),
    Action.REOPEN: Transition(
        sources=(Status.WITH_CABINET, Status.APPROVED, Status.SUBMITTED),
        target=Status.REFERRED_BACK,
        rule=access.can_send_back,
        who="lead",
        condition="chosen elements, a reason",
        kind=Event.Kind.REOPENED,
        before=steps.with_elements,
        during=steps.open_elements,
        after=steps.reopened,
    ),
}


def available_actions(return_: Return, user: User) -> list[Action]:
    """What this person may do with the return as it stands, in the order of the table; conditions apart."""
    return [
        action
        for action, transition in TRANSITIONS.items()
        if return_.status in transition.sources
        and access.belongs(user, return_.authority)
        and transition.rule(user, return_)
    ]


def why_not_yet(action: Action, return_: Return, user: User) -> str:
    """What has to happen before this available act can be done; nothing where it can be done now."""
    guard = TRANSITIONS[action].guard
    return guard(return_, user) if guard else ""


def opening_action(return_: Return, user: User) -> Action | None:
    """How this person opens elements again as the return stands, if at all."""
    mine = available_actions(return_, user)
    return next((action for action in (Action.SEND_BACK, Action.REOPEN) if action in mine), None)


def as_markdown() -> str:
    """The table for docs/lifecycle.md."""
    rows = ["| act | from | to | who | on condition of |", "| --- | --- | --- | --- | --- |"]
    for action, transition in TRANSITIONS.items():
        sources = ", ".join(wording.within_sentence(status.label) for status in transition.sources)
        target = wording.within_sentence(transition.target.label) if transition.target else "the same"
        rows.append(f"| {action.label} | {sources} | {target} | {transition.who} | {transition.condition} |")
    return "\n".join(rows)
