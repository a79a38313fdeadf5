"""The only code that moves a return along."""

from __future__ import annotations

from django.db import transaction

from .. import clock, history
from ..acts import ActionRefused, draw_report_copy, fresh, lock, report_kept
from ..answers.reader import read
from ..checks.completeness import assess
from ..documents.engine.pdf import RenderFailed
from ..documents.return_ import version_pdf
from ..models import Event, ReportCopy, Return, User, Version
from ..rules import access, refusals
from ..values.digests import canonical, sha256, sha256_of_bytes
from ..versions.snapshot import freeze, says_the_same, thaw
from .steps import Step
from .table import TRANSITIONS, Action, Transition

# A version is drawn before the return is locked; when the history has moved meanwhile, it is drawn again.
TRIES = 4


def perform(action: Action, *, return_: Return, by: User, **details) -> Return:
    """The return is where the table says, with all that belongs to the act; or nothing is changed.

    A version is drawn before the transaction, tied to the head of the history, and stored with the act as
    a whole: whoever is killed on the way leaves either everything or nothing. Raises ActionRefused.
    """
    transition = TRANSITIONS[action]
    for _ in range(TRIES):
        seen = Return.objects.select_related("authority").get(pk=return_.pk)
        step = _prepared(action, transition, seen, by, details)
        after = history.head(seen)
        history.linked(after, [step.event])
        drawn = _draw(transition, step) if transition.version else None
        sending = transition.version == Version.Kind.CABINET
        report = draw_report_copy(seen, drawn, step.event) if sending else None
        with transaction.atomic():
            locked, by = lock(return_), fresh(by)
            _check(action, transition, locked, by)
            if locked.status != seen.status:
                raise ActionRefused(
                    f"The return is {locked.status_words} since a moment ago. Look at it again, then decide."
                )
            if drawn is None or history.head(locked) == after:
                step.return_ = step.event.return_record = locked
                step.by = step.event.by = by
                return _write(transition, step, drawn, report)
    raise ActionRefused("Others kept changing the return while it was drawn. Wait a moment, then try again.")


def rehearse(action: Action, *, return_: Return, by: User, **details) -> None:
    """Nothing is changed, nor drawn. Raises ActionRefused where `perform` would refuse at this moment."""
    seen = Return.objects.select_related("authority").get(pk=return_.pk)
    _prepared(action, TRANSITIONS[action], seen, by, details)


def _prepared(action: Action, transition: Transition, return_: Return, by: User, details: dict) -> Step:
    _check(action, transition, return_, by)
    step = _step(transition, return_, by, dict(details))
    transition.before(step)
    return step


def _check(action: Action, transition: Transition, return_: Return, by: User) -> None:
    if not access.belongs(by, return_.authority):
        raise ActionRefused("Only people of this council, whose accounts are open, act on its return.")
    if return_.status not in transition.sources:
        why = f"“{action.label}” can’t be done now: the return is {return_.status_words}."
        raise ActionRefused(refusals.refusal(return_, why))
    if not transition.rule(by, return_):
        raise ActionRefused(f"“{action.label}” is for the {transition.who}.")
    if transition.guard and (reason := transition.guard(return_, by)):
        raise ActionRefused(reason)


def _step(transition: Transition, return_: Return, by: User, details: dict) -> Step:
    now = clock.now()
    event = Event(
        return_record=return_,
        at=now,
        by=by,
        kind=transition.kind,
        old=return_.status,
        new=transition.target or return_.status,
        reason=details.get("reason", ""),
    )
    return Step(return_, by, now, event, details)


def _draw(transition: Transition, step: Step) -> Version:
    """The version this act makes, whole and unsaved. Takes seconds; nothing is locked meanwhile."""
    return_ = step.return_
    last = return_.versions.defer("pdf").order_by("-number").first()
    answers = read(return_)
    if transition.version == Version.Kind.APPROVED:
        data = last.stored_data()
        if not says_the_same(answers, data):
            raise ActionRefused(
                "The return differs from the copy that Cabinet saw, which no page can do. "
                "Run check_history, which names what differs."
            )
    else:
        data = freeze(answers)
    version = Version(
        return_record=return_,
        number=last.number + 1 if last else 1,
        kind=transition.version,
        data=data,
        digest=sha256(data),
        event=step.event,
    )
    decision = step.details.get("decision") or return_.decision
    try:
        body = version_pdf(thaw(return_, data), version, step.event, decision, assess(answers).parts)
    except RenderFailed as failure:
        raise ActionRefused(f"The PDF could not be drawn, so nothing was changed: {failure}") from failure
    version.pdf, version.pdf_digest, version.pdf_size = body, sha256_of_bytes(body), len(body)
    return version


def _write(transition: Transition, step: Step, drawn: Version | None, report: ReportCopy | None) -> Return:
    """Everything of the act, inside its transaction."""
    return_ = step.return_
    transition.during(step)
    events = [step.event, *step.extra] if transition.target else step.extra
    if drawn:
        drawn.return_record = return_
        detail = canonical(history.version_detail(drawn))
        stored = Event(return_record=return_, at=step.at, by=step.by, kind=Event.Kind.STORED, detail=detail)
        events = [step.event, stored, *step.extra]
    if report:
        report.event = report_kept(report, at=step.at, by=step.by)
        events.append(report.event)
    history.record(return_, events)
    if transition.target:
        return_.status = transition.target
        return_.__dict__.pop("last_move", None)
        return_.save(update_fields=["status"])
    if drawn:
        drawn.event = step.event
        drawn.save(force_insert=True)
    if report:
        report.return_record, report.version, report.event = return_, drawn, report.event
        report.save(force_insert=True)
    transition.after(step)
    return return_
