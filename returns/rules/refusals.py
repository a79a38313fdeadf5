"""Why something can't be changed: who locked it, when, why, and who can open it."""

from ..models import Correctable, Event, Return, Role, User
from ..values import wording
from .states import delegation_words


def why_locked(return_: Return) -> str:
    """The sentences every refused change ends in; nothing while the return is being prepared."""
    status = return_.status
    if status == Return.Status.PREPARING:
        return ""
    move = return_.last_move
    return f"{_how(return_, status, move)} {_who_can_open(return_)}"


def _how(return_: Return, status: str, move: Event) -> str:
    who, when = move.by, wording.moment(move.at)
    if status == Return.Status.WITH_CABINET:
        return f"{who} sent the return to Cabinet on {when}, so its answers are locked until Cabinet has decided."
    if status == Return.Status.REFERRED_BACK:
        because = f" Why: {move.reason.rstrip('.')}." if move.reason else ""
        done = (
            "recorded that Cabinet referred the return back"
            if move.kind == Event.Kind.REFERRED
            else "reopened it"
        )
        rest = "Only what was sent back can be changed; the rest stays as it was signed."
        return f"{who} {done} on {when}.{because} {rest}"
    if status == Return.Status.SUBMITTED:
        filing = return_.filing
        return (
            f"The return was filed on {wording.day(filing.day)}, reference {filing.number}, as {who} "
            f"recorded on {when}{_corrected(filing)}, so it is locked."
        )
    decision = return_.decision
    approved = (
        f"Approved by Cabinet on {wording.day(decision.day)}, minute {decision.number}, as "
        f"{decision.event.by} recorded on {wording.moment(decision.event.at)}{_corrected(decision)}, so it is locked."
    )
    return f"{approved} {delegation_words(decision)}" if decision.delegate_id else approved


def _corrected(record: Correctable) -> str:
    return " (corrected since)" if record.all_corrections else ""


def _who_can_open(return_: Return) -> str:
    leads = User.objects.filter(
        authority_id=return_.authority_id, is_active=True, groups__name=Role.LEAD
    ).order_by("pk")
    names = " or ".join(str(lead) for lead in leads)
    what = "more" if return_.status == Return.Status.REFERRED_BACK else "chosen elements"
    if return_.status == Return.Status.AMENDING:
        who = names or "an e-government lead"
        return (
            f"Once the amendment is finished or abandoned, {who} can reopen chosen elements, with a reason."
        )
    if not names:
        return f"An e-government lead can reopen {what}, with a reason; the administrator names one."
    return f"{names} can reopen {what}, with a reason."


def refusal(return_: Return, otherwise: str) -> str:
    """What an act has to say when it is refused, and why the return is locked where it is."""
    return f"{otherwise} {why_locked(return_)}".strip()
