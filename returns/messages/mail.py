"""The queue of e-mail: notices are sent when the mail server can be reached; no act waits for it."""

from __future__ import annotations

import datetime
import logging

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F, Q, QuerySet

from .. import clock
from ..models import Notice

LEASE = datetime.timedelta(minutes=10)  # after that long another sender takes over from one that died
TRIES = 12  # the last comes three days after the first: a weekend without a mail server loses nothing
logger = logging.getLogger(__name__)


def send_queued(*, most: int = 500) -> tuple[int, int]:
    """Every notice that is due is sent or postponed; returns how many were sent and how many failed.

    Each is claimed first, so that two senders at once send it once. If a sender is killed between sending and
    recording it, it is sent again after the lease. Mail is sent outside any transaction. Nobody who has left is
    written to.
    """
    sent = failed = 0
    connection = get_connection(timeout=20) if _is_smtp() else get_connection()
    for notice in _due()[:most]:
        if not _claim(notice):
            continue
        notice.person.refresh_from_db(fields=["is_active", "email"])  # a long queue takes a while
        if not notice.person.is_active or not notice.person.email:
            _settle(notice, mail=Notice.Mail.NONE)
            continue
        try:
            _message(notice, connection).send()
        except Exception as error:  # whatever error a mail server causes, the next notice is still sent
            failed += 1
            _put_off(notice, error)
        else:
            sent += 1
            _settle(notice, mail=Notice.Mail.SENT)
    return sent, failed


def _is_smtp() -> bool:
    return settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")


def _due() -> QuerySet[Notice]:
    """Queued notices whose next try has come.

    A next try later than any that could be set now was set by a wrong clock: it is due too.
    """
    now = clock.real_now()
    due = Q(next_try__lte=now)
    for tries in range(TRIES):
        due |= Q(tries=tries, next_try__gt=now + clock.TOLERANCE + max(LEASE, _wait(tries)))
    return (
        Notice.objects.filter(due, mail=Notice.Mail.QUEUED)
        .select_related("person", "return_record__authority")
        .order_by("next_try", "pk")
    )


def _claim(notice: Notice) -> bool:
    """Whether this sender has it now; nobody else takes it until the lease runs out."""
    free = Notice.objects.filter(pk=notice.pk, mail=Notice.Mail.QUEUED, next_try=notice.next_try)
    return bool(free.update(next_try=clock.real_now() + LEASE, tries=F("tries") + 1))


def _message(notice: Notice, connection) -> EmailMessage:
    return_ = notice.return_record
    round_ = return_.proforma.round.name
    sender = f"{return_.authority.name}, {round_} return"
    text = f"{notice.text}\n\n{settings.SITE_URL}{notice.path}\n\n{sender}\n"
    subject = f"{round_}: {notice.subject}"
    return EmailMessage(subject, text, to=[notice.person.email], connection=connection)


def _settle(notice: Notice, **values) -> None:
    Notice.objects.filter(pk=notice.pk).update(problem="", **values)


def _put_off(notice: Notice, error: Exception) -> None:
    """Sets the next try: after two minutes, then four, then eight and so on; given up after the last try."""
    tries = notice.tries + 1
    problem = f"{type(error).__name__}: {error}"[:300]
    logger.warning("Notice %s could not be sent (try %s): %s", notice.pk, tries, " ".join(problem.split()))
    mail = Notice.Mail.FAILED if tries >= TRIES else Notice.Mail.QUEUED
    next_try = clock.real_now() + _wait(tries)
    Notice.objects.filter(pk=notice.pk).update(mail=mail, problem=problem, next_try=next_try)


def _wait(tries: int) -> datetime.timedelta:
    """How long after that many tries the next one comes."""
    return datetime.timedelta(minutes=2**tries)
