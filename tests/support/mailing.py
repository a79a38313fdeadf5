"""A queue of e-mail to look at, and mail servers as they are met: dead, for all or one address, slow, overtaken."""

import datetime
import time

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Working
from django.db import connection

from returns.acts import allocate_lines
from returns.messages.mail import send_queued
from returns.messages.notices import tell
from returns.models import Notice, Return
from tests.support.clocks import both_at
from tests.support.moving import day, london, who

NINE = london("2004-12-08 09:00")


def later(minutes: float):
    """So many minutes after nine."""
    return both_at(NINE + datetime.timedelta(minutes=minutes))


def clear_queue() -> None:
    """Nothing waits but what the test puts there."""
    Notice.objects.update(mail=Notice.Mail.SENT)


def queued():
    return Notice.objects.exclude(mail=Notice.Mail.SENT).order_by("pk")


def three_notices(marchshire: Return) -> list[Notice]:
    """Of nine in the morning, to three people, and nothing else in the queue."""
    clear_queue()
    people = [who(marchshire, name) for name in ("officer-hr", "officer-ict", "officer-policy")]
    with later(0):
        return tell(
            marchshire, people, subject="R1 is late", text="Please answer R1.", path="/marchshire/ieg4/"
        )


def stood(notices: list[Notice]) -> list[tuple]:
    """Each with how its mail stands: state, tries, problem."""
    found = Notice.objects.filter(pk__in=[notice.pk for notice in notices]).order_by("pk")
    return list(found.values_list("mail", "tries", "problem"))


def allocate(return_: Return, lines: list[str], owner: str, department: str) -> int:
    return allocate_lines(
        return_=return_,
        by=who(return_, "lead"),
        lines=lines,
        owner=who(return_, owner),
        department=return_.authority.departments.get(slug=department),
        due=day("2004-12-10"),
    )


class Dead(BaseEmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("Nobody answers.")


class Touched(BaseException):
    """Somebody wanted mail to be sent where none may be."""


class Untouchable(BaseEmailBackend):
    """Stands for a mail server that no act may ever wait for: not even a connection is made."""

    def __init__(self, *args, **kwargs):
        raise Touched


class DeadForOne(Working):
    address = ""

    def send_messages(self, messages):
        if messages[0].to == [self.address]:
            raise TimeoutError("No answer\r\nin time.")
        return super().send_messages(messages)


class Killed(BaseException):
    """The process ends here."""


class Killing(BaseEmailBackend):
    def send_messages(self, messages):
        raise Killed


class KillingAfterwards(Working):
    """The mail is out, and the process ends before that is noted."""

    def send_messages(self, messages):
        super().send_messages(messages)
        raise Killed


class Overtaken(Working):
    """While the first mail is on its way another sender goes through the whole queue."""

    second: list[tuple[int, int]] = []

    def send_messages(self, messages):
        if not self.second:
            self.second.append((0, 0))
            self.second[0] = send_queued()
        return super().send_messages(messages)


class Looking(Working):
    """Notes how deep in transactions the sender is."""

    depths: list[int] = []

    def send_messages(self, messages):
        self.depths.append(len(connection.savepoint_ids))
        return super().send_messages(messages)


class Telling(BaseEmailBackend):
    """Prints each mail, and whether it was sent inside a transaction."""

    def send_messages(self, messages):
        for message in messages:
            print("sent", *message.to, connection.in_atomic_block, flush=True)  # noqa: T201
            time.sleep(0.01)
        return len(messages)


class Hanging(BaseEmailBackend):
    def send_messages(self, messages):
        print("sending", *messages[0].to, flush=True)  # noqa: T201
        time.sleep(60)
