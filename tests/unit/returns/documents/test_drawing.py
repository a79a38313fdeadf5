"""The queue of PDFs to be made: requested, claimed, tried, given up, fetched."""

import datetime
from dataclasses import replace

import pytest
from django.core.management import call_command

from returns import clock
from returns.documents import queue
from returns.documents.engine.child import Limits
from returns.models import Drawing
from tests.support.clocks import both_at, started
from tests.support.poison import AT, ENDLESS, GOOD, document

STATE = Drawing.State


@pytest.fixture
def lead(person):
    return person("lead")


@pytest.fixture
def ask(marchshire, lead):
    """Asks for a sheet; each call for a document of its own, so that none is taken for another."""
    count = iter(range(1000))

    def asks(sheet, by=lead, document=""):
        return queue.ask(
            sheet, document=document or str(next(count)), title="Test", return_=marchshire, by=by
        )

    return asks


def seen(asked: Drawing) -> Drawing:
    return Drawing.objects.get(pk=asked.pk)


def test_what_is_asked_for_is_drawn_once(ask):
    asked = ask(GOOD)

    assert (queue.draw_next(), queue.draw_next()) == (True, False)

    done = seen(asked)
    assert (done.state, done.tries, done.problem, done.leased_until) == (STATE.DONE, 1, "", None)
    assert bytes(done.pdf) == GOOD.pdf()
    assert done.pdf_size == len(done.pdf)


def test_asked_for_twice_while_it_waits_is_one(ask):
    first = ask(GOOD, document="return")
    assert ask(GOOD, document="return") == first
    queue.draw_next()
    assert ask(GOOD, document="return") != first


def test_document_with_attachments_is_not_queued(ask):
    with pytest.raises(ValueError, match="Only versions have attachments"):
        ask(replace(GOOD, attached=("x",)))


def quick(monkeypatch):
    monkeypatch.setattr(queue, "FIRST", Limits(cpu=5, wall=0.15))
    monkeypatch.setattr(queue, "LATER", Limits(cpu=5, wall=0.2))


def test_poison_document_is_given_up_after_three_tries(ask, monkeypatch):
    quick(monkeypatch)
    asked = ask(ENDLESS)

    tries = 0
    while queue.draw_next():
        tries += 1

    failed = seen(asked)
    assert (tries, failed.state, failed.tries, failed.pdf) == (3, STATE.FAILED, 3, None)
    assert failed.problem == "It was not ready after 0.2 seconds."


def test_refused_document_is_not_tried_again(ask):
    asked = ask(replace(GOOD, html=document('<img alt="" src="file:///etc/passwd">')))

    queue.draw_next()

    failed = seen(asked)
    assert (failed.state, failed.tries, queue.draw_next()) == (STATE.FAILED, 1, False)
    assert "only packaged static files may be used" in failed.problem


def tries_before_the_good_one(ask) -> int:
    for _ in range(10):
        ask(ENDLESS)
    good = ask(GOOD)
    for count in range(60):
        queue.draw_next()
        if seen(good).state == STATE.DONE:
            return count
    raise AssertionError("The good document was never drawn.")


def test_ten_poison_documents_hold_up_the_next_good_one_by_one_limit_at_most(ask, monkeypatch):
    """Ten short tries on two slots are not longer than the one limit a document is given."""
    assert 10 * queue.FIRST.wall / queue.SLOTS <= queue.LATER.wall
    monkeypatch.setattr(queue, "FIRST", Limits(cpu=5, wall=0.8))  # enough for the good one on a busy machine

    assert tries_before_the_good_one(ask) == 10


def test_in_order_of_asking_alone_they_would_hold_it_up_three_times_as_long(ask, monkeypatch):
    quick(monkeypatch)
    monkeypatch.setattr(queue, "TURN", ("pk",))

    assert tries_before_the_good_one(ask) >= 30


def test_drawing_of_a_worker_that_died_is_taken_over_when_its_lease_is_over(ask):
    asked = ask(GOOD)
    with both_at(AT):
        assert queue._claim().pk == asked.pk
        assert queue.draw_next() is False
    with both_at(AT + datetime.timedelta(minutes=2)):
        assert queue.draw_next() is True

    assert (seen(asked).state, seen(asked).tries) == (STATE.DONE, 2)


def test_three_workers_that_died_are_enough(ask):
    asked = ask(GOOD)
    for minute in range(0, 30, 10):
        with both_at(AT + datetime.timedelta(minutes=minute)):
            queue._claim()
    with both_at(AT + datetime.timedelta(minutes=40)):
        assert queue.draw_next() is False

    assert (seen(asked).state, seen(asked).problem) == (
        STATE.FAILED,
        "The process that makes PDFs stopped each time before this one was ready.",
    )


def test_restart_of_a_demonstration_strands_no_drawing(ask):
    """Whoever reads sees nine in the morning again at each start; leases go by the real clock."""
    begun, later = AT - datetime.timedelta(hours=5), AT + datetime.timedelta(minutes=2)
    with started(begun, AT):
        asked = ask(GOOD)
        queue._claim()
        assert seen(asked).leased_until == AT + datetime.timedelta(seconds=32)
    with started(later, later):
        assert queue.draw_next() is True

    assert (seen(asked).state, seen(asked).tries) == (STATE.DONE, 2)


def test_when_it_was_asked_for_is_told_by_the_clock_that_people_read(ask):
    with started(AT, AT + datetime.timedelta(minutes=20)):
        asked = ask(GOOD)

        assert asked.requested_at == AT + datetime.timedelta(minutes=20)
        assert asked.asked_at == clock.now()
        assert str(asked.asked_at) == "2004-12-08 09:20:00+00:00"


@pytest.mark.parametrize(("tries", "longest"), [(1, 32), (2, 80)])
def test_lease_further_ahead_than_its_length_is_over(ask, tries, longest):
    """Another machine's clock may be a minute fast; beyond that the lease was written by a clock that was wrong."""
    asked = ask(GOOD)
    furthest = AT + datetime.timedelta(seconds=longest) + clock.TOLERANCE
    taken = Drawing.objects.filter(pk=asked.pk)

    def claimed(until) -> bool:
        taken.update(state=STATE.TAKEN, tries=tries, leased_until=until)
        with both_at(AT):
            return queue._claim() is not None

    assert claimed(furthest) is False
    assert claimed(furthest + datetime.timedelta(seconds=1)) is True


def test_worker_that_comes_too_late_changes_nothing(ask):
    asked = ask(GOOD)
    with both_at(AT):
        slow = queue._claim()
    with both_at(AT + datetime.timedelta(minutes=2)):
        queue.draw_next()
    queue._settle(slow, STATE.FAILED, problem="Too late.")

    assert (seen(asked).state, seen(asked).problem) == (STATE.DONE, "")


def test_claimed_by_two_at_once_it_is_drawn_by_one(ask, monkeypatch):
    """The other worker takes it between the look and the claim."""
    asked = ask(GOOD)
    plain = queue._claimable
    others = []

    def look():
        found = list(plain().order_by("pk"))
        if not others:
            others.append(
                Drawing.objects.filter(pk=asked.pk).update(state=STATE.TAKEN, tries=1, leased_until=AT)
            )
            monkeypatch.setattr(queue, "_claimable", lambda: Drawing.objects.none())

        class Looked:
            order_by = defer = lambda self, *_: self

            def first(self):
                return found[0] if found else None

        return Looked()

    monkeypatch.setattr(queue, "_claimable", look)

    assert queue._claim() is None
    assert seen(asked).tries == 1


def test_drawings_of_yesterday_are_gone(ask):
    with both_at(AT):
        old = ask(GOOD)
    with both_at(AT + datetime.timedelta(hours=23)):
        new = ask(GOOD)
    with both_at(AT + datetime.timedelta(hours=25)):
        assert queue.sweep() == 1

    assert list(Drawing.objects.values_list("pk", flat=True)) == [new.pk]
    assert old.pk != new.pk


def test_person_asks_waits_and_opens_it(marchshire, signed_in, capsys):
    client = signed_in("officer-hr")
    listed = client.get("/marchshire/ieg4/documents/")
    assert listed.status_code == 200
    assert Drawing.objects.count() == 0

    answer = client.post("/marchshire/ieg4/documents/return/draw/")
    address = answer.headers["Location"]
    assert answer.status_code == 302
    waiting = client.get(address).content.decode()
    assert "Making your PDF: The return" in waiting
    assert "It is next in the queue." in waiting
    assert client.get(f"{address}document.pdf").headers["Location"] == address

    call_command("draw_documents")
    assert capsys.readouterr().out == "1 attempt made.\n"
    assert "The return is ready" in client.get(address).content.decode()
    file = client.get(f"{address}document.pdf")
    assert (file.headers["Content-Type"], file.content[:8]) == ("application/pdf", b"%PDF-1.7")
    assert address in client.get("/marchshire/ieg4/documents/").content.decode()


def test_drawing_is_seen_by_nobody_else(ask, lead, signed_in):
    asked = ask(GOOD)
    queue.draw_next()
    addresses = [
        f"/marchshire/ieg4/drawings/{asked.pk}/",
        f"/marchshire/ieg4/drawings/{asked.pk}/document.pdf",
    ]

    assert [signed_in("lead").get(each).status_code for each in addresses] == [200, 200]
    assert [signed_in("finance").get(each).status_code for each in addresses] == [404, 404]
    assert [signed_in("wyeborough-lead").get(each).status_code for each in addresses] == [404, 404]


def test_failure_is_shown_with_its_reason_and_what_to_do(ask, signed_in):
    asked = ask(replace(GOOD, html=document('<img alt="" src="file:///etc/passwd">')))
    queue.draw_next()

    page = signed_in("lead").get(f"/marchshire/ieg4/drawings/{asked.pk}/").content.decode()

    assert "Test: the PDF could not be made" in page
    assert "only packaged static files may be used" in page
    assert "tell your administrator" in page


def test_nobody_drawing_is_told(ask, signed_in):
    asked = ask(GOOD)
    Drawing.objects.update(requested_at=clock.real_now() - datetime.timedelta(minutes=1))

    assert (
        "draw_documents --watch"
        in signed_in("lead").get(f"/marchshire/ieg4/drawings/{asked.pk}/").content.decode()
    )
