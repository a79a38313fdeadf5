"""The queue of e-mail: no act waits for it, nothing in it is lost, nothing is sent twice while all goes well."""

import datetime
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection

from returns import clock
from returns.acts.reminding import remind
from returns.messages.mail import LEASE, TRIES, send_queued
from returns.models import Notice
from tests.support import mailing
from tests.support.clocks import started as started_at
from tests.support.mailing import NINE, allocate, later, stood, three_notices
from tests.support.moving import approve, fresh, reopen, save, send, sign, who

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def three(marchshire) -> list[Notice]:
    return three_notices(marchshire)


def test_no_act_ever_opens_a_connection_to_the_mail_server(
    approved, quick_drawing, settings, signed_in, form_data
):
    settings.EMAIL_BACKEND = "tests.support.mailing.Untouchable"
    before = Notice.objects.count()

    reopen(approved, ("outcomes", "R3"))
    data = form_data(approved, "outcomes", "R3") | {"outcomes--R3-comment": "Looked at again."}
    posted = signed_in("wyeborough-officer-corporate").post("/wyeborough/ieg4/outcomes/R3/", data)
    allocate(approved, ["R3"], "officer-housing", "housing")
    remind(return_=approved, by=who(approved, "lead"))
    sign(approved, "head-housing", "housing")
    send(approved)
    approve(approved)

    assert posted.status_code == 302
    assert fresh(approved).status == "approved"
    assert Notice.objects.count() > before + 20
    with pytest.raises(mailing.Touched):
        send_queued()


@pytest.fixture
def refused_port(settings):
    """A mail server that isn't there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def test_a_mail_server_that_is_not_there_stops_nothing(three, refused_port, marchshire):
    saved = save(marchshire, "officer-education", "outcomes", "R1", {"comment": "Said anew."})
    with later(0):
        assert send_queued() == (0, 3)

    assert len(saved.events) == 1
    assert [state[:2] for state in stood(three)] == [("queued", 1)] * 3
    assert {problem.split(":")[0] for _, _, problem in stood(three)} == {"ConnectionRefusedError"}


def test_what_failed_is_tried_again_with_growing_waits_and_given_up_in_the_end(three, settings):
    settings.EMAIL_BACKEND = "tests.support.mailing.Dead"
    minutes, waits = 0.0, []

    for _ in range(TRIES):
        with later(minutes):
            assert send_queued() == (0, 3)
        notice = Notice.objects.get(pk=three[0].pk)
        waits.append((notice.next_try - NINE).total_seconds() / 60 - minutes)
        with later(minutes + waits[-1] - 0.01):
            assert send_queued() == (0, 0)
        minutes += waits[-1]

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
    assert stood(three) == [("failed", TRIES, "ConnectionRefusedError: Nobody answers.")] * 3
    settings.EMAIL_BACKEND = "tests.support.mailing.Working"
    with later(minutes + 10_000):
        assert send_queued() == (0, 0)


def test_when_the_server_is_back_what_waited_goes_out(three, settings):
    settings.EMAIL_BACKEND = "tests.support.mailing.Dead"
    with later(0):
        send_queued()
    settings.EMAIL_BACKEND = "tests.support.mailing.Working"

    with later(1.9):
        assert send_queued() == (0, 0)
    with later(2):
        assert send_queued() == (3, 0)

    assert stood(three) == [("sent", 2, "")] * 3
    assert len(mail.outbox) == 3


def test_one_address_that_fails_holds_up_no_other(three, settings, monkeypatch):
    settings.EMAIL_BACKEND = "tests.support.mailing.DeadForOne"
    monkeypatch.setattr(mailing.DeadForOne, "address", "officer-hr@marchshire.example")

    with later(0):
        assert send_queued() == (2, 1)

    assert stood(three) == [
        ("queued", 1, "TimeoutError: No answer\r\nin time."),
        ("sent", 1, ""),
        ("sent", 1, ""),
    ]


def test_two_senders_at_once_send_each_mail_once(three, settings, monkeypatch):
    """The second comes while the first is on its way with a list of all three in its hand."""
    settings.EMAIL_BACKEND = "tests.support.mailing.Overtaken"
    monkeypatch.setattr(mailing.Overtaken, "second", [])

    with later(0):
        assert send_queued() == (1, 0)

    assert mailing.Overtaken.second == [(2, 0)]
    assert sorted(each.to[0] for each in mail.outbox) == [
        f"officer-{name}@marchshire.example" for name in ("hr", "ict", "policy")
    ]
    assert stood(three) == [("sent", 1, "")] * 3


def test_what_a_killed_sender_had_in_hand_goes_out_after_its_lease(three, settings):
    settings.EMAIL_BACKEND = "tests.support.mailing.Killing"
    with later(0), pytest.raises(mailing.Killed):
        send_queued()
    settings.EMAIL_BACKEND = "tests.support.mailing.Working"
    lease = LEASE.total_seconds() / 60

    with later(1):
        assert send_queued() == (2, 0)
    with later(lease - 0.01):
        assert send_queued() == (0, 0)
    with later(lease):
        assert send_queued() == (1, 0)

    assert stood(three) == [("sent", 2, ""), ("sent", 1, ""), ("sent", 1, "")]


def test_restart_of_a_demonstration_strands_no_mail(three, settings):
    """One was in the hand of a sender that was killed, one was put off, one waits."""
    begun, restarted = NINE - datetime.timedelta(hours=5), NINE + LEASE
    settings.EMAIL_BACKEND = "tests.support.mailing.Dead"
    with started_at(begun, NINE):
        Notice.objects.filter(pk=three[2].pk).update(next_try=clock.real_now() + LEASE)
        assert send_queued() == (0, 2)
        settings.EMAIL_BACKEND = "tests.support.mailing.Killing"
        Notice.objects.filter(pk=three[0].pk).update(next_try=clock.real_now())
        with pytest.raises(mailing.Killed):
            send_queued()
        tried = Notice.objects.filter(pk__in=[notice.pk for notice in three]).order_by("pk")
        waits = [next_try - NINE for next_try in tried.values_list("next_try", flat=True)]
        assert waits == [LEASE, datetime.timedelta(minutes=2), LEASE]
    settings.EMAIL_BACKEND = "tests.support.mailing.Working"
    with started_at(restarted, restarted):
        assert send_queued() == (3, 0)

    assert stood(three) == [("sent", 3, ""), ("sent", 2, ""), ("sent", 1, "")]


@pytest.mark.parametrize("tries", range(TRIES))
def test_next_try_further_ahead_than_any_has_come(three, tries):
    """Another machine's clock may be a minute fast; beyond that it was written by a clock that was wrong."""
    furthest = NINE + max(LEASE, datetime.timedelta(minutes=2**tries)) + clock.TOLERANCE

    def due(next_try) -> int:
        Notice.objects.filter(pk__in=[n.pk for n in three]).update(tries=tries, next_try=next_try)
        with later(0):
            return send_queued()[0]

    assert due(furthest) == 0
    assert due(furthest + datetime.timedelta(seconds=1)) == 3


def test_a_mail_sent_by_one_who_could_not_note_it_is_sent_again_rather_than_lost(three, settings):
    settings.EMAIL_BACKEND = "tests.support.mailing.KillingAfterwards"
    with later(0), pytest.raises(mailing.Killed):
        send_queued()
    settings.EMAIL_BACKEND = "tests.support.mailing.Working"

    with later(LEASE.total_seconds() / 60):
        assert send_queued() == (3, 0)

    assert [each.to[0].split("@")[0] for each in mail.outbox] == [
        "officer-hr", "officer-ict", "officer-policy", "officer-hr",
    ]  # fmt: skip


def test_a_sender_opens_no_transaction_around_a_mail(three, settings, monkeypatch):
    settings.EMAIL_BACKEND = "tests.support.mailing.Looking"
    monkeypatch.setattr(mailing.Looking, "depths", [])
    own = len(connection.savepoint_ids)

    with later(0):
        send_queued()

    assert mailing.Looking.depths == [own] * 3


PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from returns.messages.notices import tell
from tests.support.factories import UserFactory, blank_return
return_ = blank_return(departments=1)
people = [UserFactory(authority=return_.authority, email=f"p{n:02}@council.example") for n in range(40)]
tell(return_, people, subject="R1 is late", text="Please answer.", path="/")
"""
SEND = """
import datetime
import time_machine
from django.conf import settings
from returns.messages.mail import send_queued
settings.EMAIL_BACKEND = "tests.support.mailing.{backend}"
now = datetime.datetime.now(datetime.UTC)
with time_machine.travel(now + datetime.timedelta(minutes={minutes}), tick=False):
    print("done", *send_queued(), flush=True)
"""


def started(database: Path, script: str) -> subprocess.Popen:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {
        "DEBUG": "1", "DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "ieg4.settings",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{script}"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def lines_of(process: subprocess.Popen) -> list[str]:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return out.splitlines()


def test_real_senders_one_killed_and_two_at_once_send_every_mail_once_and_in_no_transaction(tmp_path):
    """In processes of their own on a database of their own, where nothing is wrapped in a test's transaction."""
    database = tmp_path / "queue.sqlite3"
    lines_of(started(database, PREPARE))
    killed = started(database, SEND.format(backend="Hanging", minutes=0))
    in_hand = killed.stdout.readline().split()
    killed.kill()
    killed.communicate()

    both = [started(database, SEND.format(backend="Telling", minutes=0)) for _ in range(2)]
    first, second = (lines_of(process) for process in both)
    after = lines_of(started(database, SEND.format(backend="Telling", minutes=11)))

    assert in_hand == ["sending", "p00@council.example"]
    told = [line for line in (*first, *second) if line.startswith("sent")]
    assert sorted(told) == [f"sent p{n:02}@council.example False" for n in range(1, 40)]
    assert after == ["sent p00@council.example False", "done 1 0"]
