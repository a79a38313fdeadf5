"""Queries by the lead, questions from Cabinet, and lines that are sent back."""

from returns import history
from returns.acts import (
    allocate_lines,
    ask_question,
    close_query,
    raise_query,
    remove_case_study,
    reply_to_query,
)
from returns.lifecycle import Action
from tests.support.moving import (
    APPROVED,
    at,
    blockers,
    decision,
    do,
    events_after,
    filing,
    fresh,
    opened,
    place,
    places,
    refused,
    reopen,
    save,
    send,
    send_back,
    sign,
    signed,
    telling,
    who,
    without,
)


def query(return_, *address, text="Since when?", by="lead"):
    return raise_query(return_=return_, by=who(return_, by), place=place(return_, *address), text=text)


def ask(return_, *address, text="What will it cost?", by="cabinet"):
    return ask_question(return_=return_, by=who(return_, by), place=place(return_, *address), text=text)


def reply(return_, number, by, text="Since May."):
    return reply_to_query(return_=return_, by=who(return_, by), number=number, text=text)


def close(return_, number, by="lead"):
    return close_query(return_=return_, by=who(return_, by), number=number)


def test_query_is_asked_replied_to_and_closed(complete):
    head, standing = history.head(complete).number, signed(complete)

    with telling(complete) as asked:
        raised = query(complete, "outcomes", "R20")
    number = raised.number
    waits = blockers(complete)
    with refused(complete) as too_early:
        send(complete)
    with telling(complete) as answered:
        reply(complete, number, "officer-hr")
    replied = blockers(complete)
    with telling(complete) as closed:
        close(complete, number)

    assert asked == [("officer-hr", "R20: a query to you", "queued")]
    assert waits == [f"R20: query {number} waits for a reply"]
    assert str(too_early.value) == (
        f"1 blocker is left. The first: R20: query {number} waits for a reply. Clear them, then try again."
    )
    assert answered == [("lead", "R20: a reply from Lorna Meek", "queued")]
    assert replied == [f"R20: query {number} waits for the lead to close it"]
    assert closed == [("officer-hr", "R20: the query is closed", "queued")]
    assert blockers(complete) == []
    assert events_after(complete, head) == [
        ("queried", "lead", "outcomes/R20"),
        ("replied", "officer-hr", "outcomes/R20"),
        ("closed", "lead", "outcomes/R20"),
    ]
    assert signed(complete) == standing
    row = fresh(complete).queries.get(number=number)
    assert (row.asked.new, row.replied.new, row.state) == ("Since when?", "Since May.", "Closed")


def test_notices_of_a_query_say_who_asked_what_and_lead_to_it(complete):
    raised = query(complete, "outcomes", "R20")
    reply(complete, raised.number, "officer-hr")

    reply_told, query_told = complete.notices.order_by("-pk")[:2]
    address = f"/marchshire/ieg4/queries/{raised.number}/"
    assert (query_told.text, query_told.path) == ("Helen Prosser asks: Since when?", address)
    assert (reply_told.text, reply_told.path) == (
        "You asked: Since when?\n\nLorna Meek replies: Since May.",
        address,
    )


def test_query_may_be_replied_to_twice_while_it_is_open(complete):
    number = query(complete, "outcomes", "R20").number

    reply(complete, number, "officer-hr", "First reply.")
    reply(complete, number, "head-hr", "Better reply.")

    assert complete.queries.get(number=number).replied.new == "Better reply."


def test_query_on_a_line_without_an_owner_goes_to_the_lead(marchshire):
    lead = who(marchshire, "lead")
    other = type(lead).objects.create(
        username="lead-2", authority=marchshire.authority, email="lead-2@marchshire.example"
    )
    other.groups.set(lead.groups.all())
    line = marchshire.allocations.filter(owner=None, line__startswith="G").first().line

    with telling(marchshire) as told:
        query(marchshire, "outcomes", line)

    assert told == [("lead-2", f"{line}: a query to you", "queued")]
    assert history.check(fresh(marchshire)) == []


def test_query_on_figures_of_a_department_goes_to_its_contributor(complete):
    with telling(complete) as told:
        query(complete, "efficiency", "EF2", "hr")

    assert told == [("officer-hr", "EF2: a query to you", "queued")]


def test_only_the_lead_raises_queries(complete):
    for name in ["officer-hr", "head-hr", "finance", "clerk", "cabinet", "admin"]:
        with refused(complete) as caught:
            query(complete, "outcomes", "R20", by=name)
        assert (name, str(caught.value)) == (name, "Only the e-government lead raises queries.")


def test_only_the_lead_closes_queries(complete):
    number = query(complete, "outcomes", "R20").number

    for name in ["officer-hr", "head-hr", "finance", "clerk", "cabinet", "admin"]:
        with refused(complete) as caught:
            close(complete, number, name)
        assert (name, str(caught.value)) == (name, "Only the e-government lead closes queries.")
    close(complete, number)


def test_owner_department_and_lead_reply_and_nobody_else(complete):
    number = query(complete, "outcomes", "R20").number

    for name in ["officer-education", "head-education", "finance", "clerk", "cabinet", "admin"]:
        with refused(complete) as caught:
            reply(complete, number, name)
        assert (name, str(caught.value)) == (name, "You don’t answer R20. Its owner: Lorna Meek.")
    for name in ["officer-hr", "head-hr", "lead"]:
        reply(complete, number, name, f"By {name}.")
        assert complete.queries.get(number=number).replied.new == f"By {name}."
    close(complete, number)


def test_closed_query_stays_as_it_is(complete):
    number = query(complete, "outcomes", "R20").number
    close(complete, number)

    with refused(complete) as replied:
        reply(complete, number, "officer-hr")
    with refused(complete) as closed:
        close(complete, number)
    with refused(complete) as unknown:
        close(complete, 99)

    assert str(replied.value) == "This is closed already. It needs no reply."
    assert str(closed.value) == "This query is closed already."
    assert str(unknown.value) == "There is no query 99 in this return."


def test_query_goes_with_its_case_study(complete):
    number = query(complete, "cases", "C1").number
    remove_case_study(return_=complete, by=who(complete, "officer-ict"), line="C1")

    with refused(complete) as caught:
        reply(complete, number, "officer-ict")

    assert str(caught.value) == "What the query was about has been removed."
    assert blockers(complete) == []


def test_query_follows_its_line_to_another_department(complete):
    number = query(complete, "outcomes", "R20").number
    allocate_lines(
        return_=complete,
        by=who(complete, "lead"),
        lines=["R20"],
        owner=who(complete, "officer-policy"),
        department=complete.authority.departments.get(slug="policy"),
        due=None,
    )

    with refused(complete) as caught:
        reply(complete, number, "officer-hr")

    assert str(caught.value) == "You don’t answer R20. Its owner: Rosalind Pike."
    reply(complete, number, "officer-policy")
    close(complete, number)


def test_cabinet_asks_nothing_while_the_return_is_prepared(complete):
    with refused(complete) as caught:
        ask(complete, "outcomes", "R20")

    assert str(caught.value) == (
        "Only a Cabinet member asks questions, from the day the return is sent to Cabinet until it is filed."
    )


def test_cabinets_question_waits_for_a_reply_and_blocks_nothing(with_cabinet):
    with telling(with_cabinet) as asked:
        question = ask(with_cabinet, "outcomes", "R3")
    with telling(with_cabinet) as answered:
        reply(with_cabinet, question.number, "officer-corporate", "Nothing: it is paid for.")

    assert asked == [("wyeborough-officer-corporate", "R3: a question from Cabinet", "queued")]
    assert answered == [("wyeborough-cabinet", "R3: a reply from Simon Tranmer", "queued")]
    assert blockers(with_cabinet) == []
    row = fresh(with_cabinet).queries.get(number=question.number)
    assert (row.kind, row.state, row.is_open) == ("question", "Answered", False)


def test_answered_question_is_neither_answered_again_nor_closed(with_cabinet):
    number = ask(with_cabinet, "outcomes", "R3").number
    with refused(with_cabinet) as open_:
        close(with_cabinet, number)
    reply(with_cabinet, number, "officer-corporate")

    with refused(with_cabinet) as replied:
        reply(with_cabinet, number, "officer-corporate")
    with refused(with_cabinet) as closed:
        close(with_cabinet, number)

    assert str(open_.value) == "Only the e-government lead closes queries."
    assert str(replied.value) == "This is answered already. It needs no reply."
    assert str(closed.value) == "This query is closed already."


def test_only_cabinet_members_of_the_council_ask(with_cabinet):
    other = type(who(with_cabinet, "lead")).objects.get(username="cabinet")

    for name in ["officer-corporate", "head-corporate", "lead", "finance", "clerk", "admin"]:
        with refused(with_cabinet):
            ask(with_cabinet, "outcomes", "R3", by=name)
    with refused(with_cabinet) as caught:
        ask_question(
            return_=with_cabinet, by=other, place=place(with_cabinet, "outcomes", "R3"), text="What is it?"
        )

    assert str(caught.value) == (
        "Only a Cabinet member asks questions, from the day the return is sent to Cabinet until it is filed."
    )


def test_question_is_about_an_outcome(with_cabinet):
    for address in [("efficiency", "EF1", "corporate"), ("cases", "C1"), ("cover",), ("change", "CM1")]:
        with refused(with_cabinet) as caught:
            ask(with_cabinet, *address)
        assert str(caught.value) == "A question is about an outcome. Choose one of R1 to E18."


def test_cabinet_asks_until_the_return_is_filed(approved, quick_drawing):
    ask(approved, "outcomes", "R3", text="While it is approved?")
    do(Action.AMEND, approved, "head-corporate", reason="A gain was found.")
    ask(approved, "outcomes", "R3", text="While it is amended?")
    do(Action.ABANDON, approved, "lead", reason="It was none.")
    reopen(approved, ("outcomes", "R5"))
    ask(approved, "outcomes", "R3", text="While it is open again?")
    sign(approved, "head-corporate", "corporate")
    send(approved)
    ask(approved, "outcomes", "R3", text="While it is with us?")
    do(Action.APPROVE, approved, "clerk", decision=decision())
    do(Action.SUBMIT, approved, "lead", filing=filing())

    with refused(approved):
        ask(approved, "outcomes", "R3", text="Once it is filed?")
    assert [row.asked.new for row in approved.queries.select_related("asked")] == [
        "While it is approved?",
        "While it is amended?",
        "While it is open again?",
        "While it is with us?",
    ]


def test_elements_sent_back_lose_their_signatures_and_the_rest_stand(complete):
    standing, head = signed(complete), history.head(complete).number

    with telling(complete) as told:
        send_back(complete, ("outcomes", "R20"), ("efficiency", "EF2", "hr"), reason="Older than May.")

    assert fresh(complete).status == "preparing"
    assert signed(complete) == without(standing, "outcomes/R20", "efficiency/EF2/hr")
    assert opened(complete) == {"outcomes/R20": head + 3, "efficiency/EF2/hr": head + 4}
    assert events_after(complete, head) == [
        ("voided", "lead", "outcomes/R20"),
        ("voided", "lead", "efficiency/EF2/hr"),
        ("sent_back", "lead", "outcomes/R20"),
        ("sent_back", "lead", "efficiency/EF2/hr"),
    ]
    assert told == [
        ("finance", "Your signature on EF2 is cancelled", "queued"),
        ("head-hr", "Your signature on R20 is cancelled", "queued"),
        ("officer-hr", "R20 and EF2 came back to you", "queued"),
    ]
    texts = {notice.person.username: notice.text for notice in complete.notices.order_by("-pk")[:3]}
    assert texts == {
        "finance": (
            "Helen Prosser: Sent back. Why: Older than May. Your other signatures stay. "
            "Check EF2 and sign again."
        ),
        "head-hr": (
            "Helen Prosser: Sent back. Why: Older than May. Your other signatures stay. "
            "Check R20 and sign again."
        ),
        "officer-hr": "Helen Prosser sent R20 and EF2 back. Why: Older than May.",
    }
    assert blockers(complete) == [
        "Human Resources: 1 of 16 lines wait for the signature of the head of Human Resources",
        "Figures: 1 of 61 lines wait for the section 151 officer’s signature",
    ]


def test_elements_sent_back_are_signed_anew_and_the_return_goes_to_cabinet(complete, quick_drawing):
    send_back(complete, ("outcomes", "R20"), ("efficiency", "EF2", "hr"))
    with refused(complete) as caught:
        send(complete)
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Since May."})

    counts = sign(complete, "head-hr", "hr"), sign(complete, "finance")
    send(complete)

    assert str(caught.value) == (
        "2 blockers are left. The first: Human Resources: 1 of 16 lines wait for the signature of the "
        "head of Human Resources. Clear them, then try again."
    )
    assert counts == (1, 1)
    assert opened(complete) == {}
    assert fresh(complete).status == "with_cabinet"


def test_element_sent_back_twice_has_the_later_reason(complete):
    send_back(complete, ("outcomes", "R20"), reason="First reason.")
    head = history.head(complete).number

    with telling(complete) as told:
        send_back(complete, ("outcomes", "R20"), reason="Second reason.")

    assert events_after(complete, head) == [("sent_back", "lead", "outcomes/R20")]
    assert opened(complete) == {"outcomes/R20": head + 1}
    assert told == [("officer-hr", "R20 came back to you", "queued")]


def test_element_chosen_twice_is_sent_back_once(complete):
    head = history.head(complete).number
    twice = places(complete, ("outcomes", "R20"), ("outcomes", "R20"))

    do(Action.SEND_BACK, complete, "lead", places=twice, reason="Look again.")

    assert opened(complete) == {"outcomes/R20": head + 2}


def test_sending_back_needs_elements_and_a_reason(complete):
    with refused(complete) as nothing:
        do(Action.SEND_BACK, complete, "lead", places=[], reason="Look again.")
    with refused(complete) as unexplained:
        do(Action.SEND_BACK, complete, "lead", places=places(complete, ("outcomes", "R20")), reason="")

    assert str(nothing.value) == "No line is chosen. Choose at least one."
    assert str(unexplained.value) == "Give a reason: everyone notified sees it."


def test_case_study_removed_meanwhile_can_not_be_sent_back(complete):
    chosen = places(complete, ("cases", "C1"))
    remove_case_study(return_=complete, by=who(complete, "officer-ict"), line="C1")

    with refused(complete) as caught:
        do(Action.SEND_BACK, complete, "lead", places=chosen, reason="Look again.")

    assert str(caught.value) == "The lines you chose have been removed meanwhile. Choose again."


def test_only_what_cabinet_had_sent_back_is_open_after_a_referral(with_cabinet):
    with at("2004-12-08 16:00"):
        do(Action.REFER_BACK, with_cabinet, "clerk", decision=decision("referred_back", text="Say more."))
        send_back(with_cabinet, ("outcomes", "R5"), reason="Say more on R5.")

    with refused(with_cabinet) as caught:
        save(with_cabinet, "officer-corporate", "outcomes", "R3", {"comment": "More."})
    save(with_cabinet, "head-corporate", "outcomes", "R5", {"comment": "More."})

    assert str(caught.value) == (
        "R3 is locked. Angela Rudge recorded that Cabinet referred the return back on 8 December 2004, "
        "4:00pm. Why: Say more. Only what was sent back can be changed; the rest stays as it was signed. "
        "Joanna Fairley can reopen more, with a reason."
    )
    assert sign(with_cabinet, "head-corporate", "corporate") == 1
    with refused(with_cabinet) as again:
        save(with_cabinet, "head-corporate", "outcomes", "R5", {"comment": "Still more."})
    assert str(again.value).startswith("R5 is locked. ")
    send(with_cabinet)
    do(Action.APPROVE, with_cabinet, "clerk", decision=decision(text=APPROVED))
    assert list(with_cabinet.versions.values_list("number", "kind")) == [
        (1, "cabinet"), (2, "approved"), (3, "cabinet"), (4, "cabinet"), (5, "approved"),
    ]  # fmt: skip


def test_line_that_does_not_apply_and_has_no_owner_stays_open_no_longer_than_the_rest(
    approved, quick_drawing
):
    """Nobody signs for a line without a department, so that sending the return has to close it."""
    reopen(approved, ("outcomes", "R1"))
    send(approved)

    assert opened(approved) == {}
