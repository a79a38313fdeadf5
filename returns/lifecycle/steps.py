"""What belongs to each act of the lifecycle: its conditions, and what it does besides moving the return along."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.urls import reverse

from .. import clock, history
from ..acts import ActionRefused, answerer, fresh, restore_answers, void_signatures
from ..answers.reader import read
from ..checks.completeness import assess
from ..messages.notices import tell, with_roles
from ..models import Decision, Event, Filing, Return, Role, SentBack, User
from ..rules.states import delegation_words
from ..values import wording
from ..values.digests import canonical
from ..versions.snapshot import says_the_same, thaw_version


@dataclass
class Step:
    """An act under way: the return as it is now, who acts, and what they gave."""

    return_: Return
    by: User
    at: datetime.datetime
    event: Event
    details: dict
    extra: list[Event] = field(default_factory=list)


# Conditions: why the act can’t be done yet, or nothing.


def nothing_blocks(return_: Return, by: User) -> str:
    blockers = assess(read(return_)).blockers
    if not blockers:
        return ""
    count = len(blockers)
    return (
        f"{count:,} blocker{' is' if count == 1 else 's are'} left, the first: {blockers[0].message}. "
        "Clear them, then try again."
    )


def amended_and_nothing_blocks(return_: Return, by: User) -> str:
    last = return_.versions.defer("pdf").order_by("-number").first()
    if says_the_same(read(return_), last.stored_data()):
        return "Nothing was amended. Change something first, or abandon the amendment."
    return nothing_blocks(return_, by)


def another_person_sent_it(return_: Return, by: User) -> str:
    sent = return_.events.filter(kind=Event.Kind.SENT).select_related("by").order_by("-number").first()
    if sent.by == by:
        return "You sent the return to Cabinet yourself; another clerk records what Cabinet decided."
    return ""


# Before the act, within it, and once its event is recorded.


def nothing(step: Step) -> None:
    pass


def with_reason(step: Step) -> None:
    if not step.event.reason:
        raise ActionRefused("Give a reason, so that whoever is told knows why.")


def with_elements(step: Step) -> None:
    with_reason(step)
    if not step.details.get("places"):
        raise ActionRefused("No element is chosen. Choose at least one.")


def open_elements(step: Step) -> None:
    """Each chosen element is open again, unsigned, and its owner, department and signer know why."""
    return_, by = step.return_, step.by
    answers = read(return_)
    known = {place.key: place for place in answers.places()}
    chosen = dict.fromkeys(place.key for place in step.details["places"])  # each once, however often ticked
    wanted = [known[key] for key in chosen if key in known]
    if not wanted:
        raise ActionRefused("What you chose has been removed meanwhile. Choose again.")
    step.extra = void_signatures(
        return_, wanted, by=by, at=step.at, because=f"Sent back. Why: {step.event.reason.rstrip('.')}."
    )
    already = return_.open_again
    step.details["wanted"] = wanted
    step.details["opened"] = [
        history.place_event(Event.Kind.SENT_BACK, place, at=step.at, by=by, reason=step.event.reason)
        for place in wanted
    ]
    return_.sent_back.filter(pk__in=[already[p.key].pk for p in wanted if p.key in already]).delete()
    step.extra += step.details["opened"]
    step.details["owners"] = {}
    for place in wanted:
        step.details["owners"].setdefault(answerer(answers, place), []).append(place.code)


def opened(step: Step) -> None:
    return_ = step.return_
    SentBack.objects.bulk_create(
        SentBack(
            return_record=return_,
            section=event.section,
            line=event.line,
            department_id=event.department_id,
            event=event,
        )
        for event in step.details["opened"]
    )
    for owner, codes in step.details["owners"].items():
        tell(
            return_,
            [owner] if owner else with_roles(return_, Role.LEAD),
            but=step.by,
            subject=f"{wording.listed_codes(codes)} came back to you",
            text=f"{step.by} sent {wording.listed_codes(codes)} back. Why: {step.event.reason}",
            path=reverse("returns:work-list", args=_address(return_)),
        )


def reopened(step: Step) -> None:
    opened(step)
    codes = wording.listed_codes([place.code for place in step.details["wanted"]])
    _tell_all(
        step,
        f"The return is open again: {codes}",
        f"{step.by} reopened {codes}. Why: {step.event.reason}",
        Role.CABINET,
        also=[step.return_.delegation and step.return_.delegation.delegate],
    )


def sent(step: Step) -> None:
    # Left open is only what nobody signs for: lines that don’t apply and have no owner.
    step.return_.sent_back.all().delete()
    _tell_all(
        step,
        "The return is with Cabinet",
        f"{step.by} sent the return to Cabinet. Its answers are locked until Cabinet has decided.",
        Role.CABINET,
    )


def decide(step: Step) -> None:
    """The decision that the event carries. `decision` comes with date, minute, text and any delegation."""
    decision: Decision = step.details["decision"]
    decision.return_record = step.return_
    sent = step.return_.events.filter(kind=Event.Kind.SENT).order_by("-number").first()
    if decision.date < clock.day_of(sent.at):
        raise ActionRefused("Cabinet can’t have decided before the return was sent to it. Check the date.")
    if decision.date > clock.today():
        raise ActionRefused("The date of the decision lies ahead. Record it once Cabinet has met.")
    if bool(decision.delegate) != bool(decision.delegated_until):
        raise ActionRefused("A delegation names a person and a last day. Give both or neither.")
    if decision.delegate:
        if decision.delegated_until < decision.date:
            raise ActionRefused("The delegation would end before Cabinet gave it. Check its last day.")
        if decision.delegate.authority_id != step.return_.authority_id or not decision.delegate.is_active:
            raise ActionRefused("The delegate must be one of the council’s own people.")
        if Role.FINANCE in decision.delegate.roles:
            raise ActionRefused(
                "The section 151 officer signs the figures, so can’t amend them too. Choose another."
            )
    step.event.reason = decision.text
    step.event.detail = canonical(history.decision_detail(decision))


def confirm_delegate(step: Step) -> None:
    """Whoever is to amend may have left while the PDF was drawn."""
    delegate = step.details["decision"].delegate
    if delegate and not fresh(delegate).is_active:
        raise ActionRefused(f"{delegate} has left. Choose another delegate.")


def decided(step: Step) -> None:
    decision: Decision = step.details["decision"]
    decision.return_record, decision.event = step.return_, step.event
    decision.pk = None
    decision.save(force_insert=True)
    step.return_.__dict__.pop("decision", None)
    on = wording.day(decision.date)
    text = f"Cabinet’s decision of {on}, minute {decision.minute}: {decision.text}"
    if decision.delegate:
        text += f" {delegation_words(decision)}"
    subject = (
        "Cabinet approved the return"
        if decision.outcome == "approved"
        else "Cabinet referred the return back"
    )
    _tell_all(step, subject, text, Role.CABINET, also=[decision.delegate])


def amending(step: Step) -> None:
    _tell_all(
        step,
        "The approved return is being amended",
        f"{step.by} began an amendment under Cabinet’s delegation. Why: {step.event.reason}",
    )


def abandoned(step: Step) -> None:
    _tell_all(
        step,
        "The amendment was abandoned",
        f"{step.by} put the approved answers back. Why: {step.event.reason}",
    )


def amended(step: Step) -> None:
    _tell_all(
        step,
        "The approved return was amended",
        f"{step.by} finished an amendment under Cabinet’s delegation. {step.event.reason}".strip(),
        Role.CABINET,
    )


def read_approved(step: Step) -> None:
    """The version that stands, read before anything is locked."""
    with_reason(step)
    last = step.return_.versions.defer("pdf").order_by("-number").first()
    step.details["approved"] = thaw_version(step.return_, last)


def restore(step: Step) -> None:
    """The answers of the version that stands are put back, each with an event; signatures on them are void."""
    step.extra = restore_answers(
        step.return_, step.details["approved"], by=step.by, at=step.at, reason=step.event.reason
    )


def file(step: Step) -> None:
    filing: Filing = step.details["filing"]
    if filing.date < step.return_.decision.day:
        raise ActionRefused("The return can’t have been filed before Cabinet approved it. Check the date.")
    if filing.date > clock.today():
        raise ActionRefused("The date of filing lies ahead. Record it once the return is filed.")
    step.event.detail = canonical(history.filing_detail(filing))


def filed(step: Step) -> None:
    filing: Filing = step.details["filing"]
    filing.return_record, filing.event = step.return_, step.event
    filing.save(force_insert=True)
    on = wording.day(filing.date)
    _tell_all(
        step, "The return is filed", f"{step.by} recorded the filing of {on}, reference {filing.reference}."
    )


def _tell_all(step: Step, subject: str, text: str, *roles: Role, also=()) -> None:
    """Those who steer and sign, and any others named."""
    people = with_roles(step.return_, Role.LEAD, Role.FINANCE, Role.CLERK, Role.HEAD, *roles)
    tell(
        step.return_,
        [*people, *also],
        but=step.by,
        subject=subject,
        text=text,
        path=step.return_.get_absolute_url(),
    )


def _address(return_: Return) -> list[str]:
    return [return_.authority.slug, return_.round]
