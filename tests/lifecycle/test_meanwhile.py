"""What happens while somebody looks at a page or a PDF is drawn: nothing is undone, lost or done twice unseen."""

import sqlite3
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from returns.acts import ActionRefused, ask_question, raise_query, remove_case_study, reply_to_query
from returns.checks.completeness import assess
from returns.lifecycle import Action, perform, performing
from returns.models import Event, Notice, Query
from tests.support.moving import (
    blockers,
    decision,
    do,
    fresh,
    place,
    refused,
    reopen,
    save,
    send_back,
    traces,
    who,
)

M, W = "/marchshire/ieg4/", "/wyeborough/ieg4/"


def while_drawing(monkeypatch, what) -> None:
    """What happens once, while the version is drawn."""
    happened = []

    def draw(*_given) -> bytes:
        if not happened:
            happened.append(True)
            what()
        return b"%PDF-stand-in"

    monkeypatch.setattr(performing, "version_pdf", draw)


@pytest.mark.parametrize("how", ["the account is closed", "the role is taken"])
def test_who_loses_the_right_while_it_is_drawn_decides_nothing(monkeypatch, with_cabinet, how):
    clerk = who(with_cabinet, "clerk")

    def lose():
        if how == "the role is taken":
            clerk.groups.clear()
        else:
            type(clerk).objects.filter(pk=clerk.pk).update(is_active=False)

    before = traces(with_cabinet)
    while_drawing(monkeypatch, lose)
    with pytest.raises(ActionRefused):
        perform(Action.APPROVE, return_=with_cabinet, by=clerk, decision=decision())

    assert traces(with_cabinet) == before


def test_a_delegate_who_leaves_while_it_is_drawn_is_not_named(monkeypatch, with_cabinet):
    delegate = who(with_cabinet, "head-corporate")
    while_drawing(monkeypatch, lambda: type(delegate).objects.filter(pk=delegate.pk).update(is_active=False))
    before = traces(with_cabinet)
    named = decision(delegate=delegate, delegated_until=decision().date)
    with pytest.raises(ActionRefused, match="Margaret Oduya has left. Choose another delegate."):
        do(Action.APPROVE, with_cabinet, "clerk", decision=named)

    assert traces(with_cabinet) == before


def test_reopening_from_a_page_older_than_the_approval_is_refused(signed_in, with_cabinet):
    lead = signed_in("wyeborough-lead")
    assert 'name="status" value="with_cabinet"' in lead.get(f"{W}acts/reopen/").content.decode()
    do(Action.APPROVE, with_cabinet, "clerk", decision=decision())
    before = traces(with_cabinet)

    posted = {"status": "with_cabinet", "reason": "Too early.", "elements": ["outcomes--R3"]}
    response = lead.post(f"{W}acts/reopen/", posted)

    assert response.status_code == 409
    page = response.content.decode()
    assert "The return has changed since this page was opened: it is now approved. Nothing was done." in page
    assert "Too early." in page
    assert traces(with_cabinet) == before


def test_a_decision_that_comes_too_late_shows_again_what_was_typed(signed_in, with_cabinet):
    do(Action.REFER_BACK, with_cabinet, "clerk", decision=decision("referred_back"))
    posted = {"date": "8 December 2004", "minute": "88", "text": "A text that took an hour to agree."}

    response = signed_in("wyeborough-clerk").post(f"{W}acts/approve/", posted)

    assert response.status_code == 409
    assert "A text that took an hour to agree." in response.content.decode()
    assert "Joanna Fairley can reopen more, with a reason." in response.content.decode()


def test_a_reply_that_comes_too_late_shows_again_what_was_typed(signed_in, marchshire, person):
    from returns.acts import close_query

    close_query(return_=marchshire, by=person("lead"), number=1)

    response = signed_in("officer-libraries").post(f"{M}queries/1/", {"text": "The trust does, in June."})

    assert response.status_code == 409
    assert "The trust does, in June." in response.content.decode()


def test_a_light_that_can_no_longer_be_set_is_not_dropped_in_silence(signed_in, approved, form_data):
    reopen(approved, ("outcomes", "R3"), ("outcomes", "R5"))
    officer = signed_in("wyeborough-officer-corporate")
    seen = form_data(approved, "outcomes", "R3") | form_data(approved, "outcomes", "R4")
    lights = {name: value for name, value in seen.items() if name.startswith("outcome_lights--")}
    lights["outcome_lights--R4--mar06-light"] = "R"

    response = officer.post(f"{W}grid/", lights)

    assert response.status_code == 409
    assert "R4 can’t be set now." in response.content.decode()
    assert "R4: Light at 31 March 2006, forecast" in response.content.decode()


def test_a_form_sent_twice_asks_and_replies_once(marchshire):
    by, where = who(marchshire, "lead"), place(marchshire, "outcomes", "R1")
    first = raise_query(return_=marchshire, by=by, place=where, text="Is it so?")
    after_one = traces(marchshire)
    again = raise_query(return_=marchshire, by=by, place=where, text="Is it so?")
    assert (again, traces(marchshire)) == (first, after_one)

    owner = who(marchshire, "officer-education")
    reply_to_query(return_=marchshire, by=owner, number=first.number, text="It is.")
    after_one = traces(marchshire)
    reply_to_query(return_=marchshire, by=owner, number=first.number, text="It is.")
    assert traces(marchshire) == after_one


def test_a_question_to_an_owner_who_left_goes_to_the_lead(approved):
    owner = who(approved, "officer-corporate")
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)

    ask_question(
        return_=approved, by=who(approved, "cabinet"), place=place(approved, "outcomes", "R3"), text="When?"
    )

    told = Notice.objects.filter(return_record=approved).order_by("-pk")[:1]
    assert [notice.person.username for notice in told] == ["wyeborough-lead"]


def test_a_query_on_a_removed_case_study_is_closed_and_the_lead_told(marchshire):
    study = place(marchshire, "cases", "C1")
    query = raise_query(
        return_=marchshire, by=who(marchshire, "lead"), place=study, text="Whose figures are these?"
    )
    officer = study.department.people.filter(groups__name="officer").first()

    remove_case_study(return_=marchshire, by=officer, line="C1")

    query = Query.objects.get(pk=query.pk)
    assert (query.state, query.closed.reason) == ("Closed", "Case study C1 was removed.")
    assert Notice.objects.filter(subject="C1: the query is closed").get().person.username == "lead"


def test_a_lead_without_a_department_leaves_cover_and_context_unsigned(complete):
    assert blockers(complete) == []
    who(complete, "lead").departments.clear()

    assert blockers(complete) == [
        "Cover and Context: no department signs for the e-government lead. The administrator must give the lead one"
    ]
    with pytest.raises(ActionRefused, match="no department signs for the e-government lead"):
        do(Action.SEND, complete, "lead")


def test_cabinet_reads_the_copy_while_it_is_worked_on(signed_in, approved):
    cabinet = signed_in("wyeborough-cabinet")
    reopen(approved, ("outcomes", "R3"), ("efficiency", "EF1", "corporate"))
    save(approved, "officer-corporate", "outcomes", "R3", {"comment": "Not for Cabinet yet."})
    save(
        approved, "officer-corporate", "efficiency", "EF1", {"cashable": Decimal(987)}, point="2005-06",
        department="corporate",
    )  # fmt: skip
    query = ask_question(
        return_=approved, by=who(approved, "cabinet"), place=place(approved, "outcomes", "R3"), text="When?"
    )
    pages = [
        "efficiency/", "efficiency/by-line/EF1/", f"queries/{query.number}/", "cabinet/", "whole/",
        "queries/new/?section=outcomes&line=R3",
    ]  # fmt: skip

    seen = {page: cabinet.get(W + page, follow=True).content.decode() for page in pages}

    assert {page for page, text in seen.items() if "Not for Cabinet yet." in text or "987" in text} == set()
    lead = signed_in("wyeborough-lead")
    assert "987" in lead.get(f"{W}efficiency/by-line/EF1/").content.decode()


def test_the_pages_say_which_signature_a_step_cancels(signed_in, complete):
    lead = signed_in("lead")
    page = lead.get(f"{M}allocation/").content.decode()
    assert "If you give a signed line to another department, its signature is cancelled" in page
    owner = "officer-hr@hr"

    response = lead.post(
        f"{M}allocation/", {"lines": ["R3"], "owner": owner, "due": "10 December 2004"}, follow=True
    )

    assert "Signatures on R3 are cancelled, and the signers are told." in response.content.decode()
    study = place(complete, "cases", "C1")
    officer = study.department.people.filter(groups__name="officer").first()
    removal = signed_in(officer.username).get(f"{M}cases/C1/remove/").content.decode()
    assert "signed it. That signature is cancelled" in removal


@pytest.mark.parametrize(
    ("saver", "told"),
    [
        ("officer-education", "R1 saved. This cancels the signature of Alan Frith. We’ve told them."),
        ("head-education", "R1 saved. This cancels your signature."),
    ],
)
def test_a_save_says_whose_signature_it_cancels(signed_in, complete, form_data, saver, told):
    typed = form_data(complete, "outcomes", "R1") | {"outcomes--R1-comment": "Changed since."}

    response = signed_in(saver).post(f"{M}outcomes/R1/", typed, follow=True)

    assert [str(message) for message in response.context["messages"]] == [told]


def test_an_old_date_of_filing_does_not_stand_on_a_reopened_return(submitted):
    cover = place(submitted, "cover")
    assert _submitted_on(submitted) is not None
    reopen(submitted, ("outcomes", "R3"))

    assert _submitted_on(submitted) is None
    assert cover.section.key == "cover"


def _submitted_on(return_):
    answers = assess(fresh(return_)).answers
    return answers.record(answers.place("cover", None), answers.sections[0].tables[0]).submitted_on


@pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 24), reason="SQLite is too old to know UPSERT")
@pytest.mark.parametrize("table", ["returns_event", "returns_version", "returns_decision", "returns_return"])
def test_no_row_is_replaced(approved, table):
    """INSERT OR REPLACE deletes without a trigger on DELETE, so an insert over a row there is refused itself."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite knows INSERT OR REPLACE")
    with (
        pytest.raises(IntegrityError, match="only ever added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")  # noqa: S608

    assert Event.objects.filter(return_record=approved).exists()


def test_two_at_once_are_refused_the_second_time(approved):
    do(Action.SUBMIT, approved, "lead", filing=_filing())
    with refused(approved) as caught:
        do(Action.SUBMIT, approved, "lead", filing=_filing())

    assert str(caught.value).startswith("“Record the filing” can’t be done now: the return is filed.")


def _filing():
    from tests.support.moving import filing

    return filing()


def test_what_is_sent_back_again_is_told_once_to_each_signer(complete):
    send_back(complete, ("outcomes", "R3"))
    send_back(complete, ("outcomes", "R3"))

    voided = complete.events.filter(kind=Event.Kind.VOIDED, line="R3").count()
    assert voided == 1
