"""What is locked stays as it is, and every refusal names who locked it, when, why, and who can open it."""

import pytest

from returns.acts import (
    add_case_study,
    allocate_lines,
    raise_query,
    remove_case_study,
)
from returns.answers.reader import read
from returns.lifecycle import Action
from returns.versions.snapshot import says_the_same
from tests.support.moving import (
    approve,
    at,
    decision,
    do,
    filing,
    fresh,
    opened,
    place,
    places,
    refused,
    reopen,
    save,
    send,
    sign,
    signed,
    state,
    telling,
    who,
    without,
)

OPENS = "Joanna Fairley can reopen chosen lines, with a reason."
SENT = (
    "Joanna Fairley sent the return to Cabinet on 8 December 2004, 2:05pm, so its answers are locked until "
    f"Cabinet has decided. {OPENS}"
)
APPROVED = (
    "Approved by Cabinet on 2 December 2004, minute 64, as Angela Rudge recorded on 3 December 2004, 9:30am, "
    "so it is locked. Cabinet allowed Margaret Oduya to amend efficiency gains and local case studies until "
    f"20 December 2004. {OPENS}"
)
AMENDING = APPROVED.replace(OPENS, f"Once the amendment is finished or abandoned, {OPENS}")
FILED = (
    "The return was filed on 8 December 2004, reference IEG4-0042, as Joanna Fairley recorded on "
    f"8 December 2004, 2:05pm, so it is locked. {OPENS}"
)
REOPENED = (
    "Joanna Fairley reopened it on 8 December 2004, 2:05pm. Why: A wrong date. Only what was sent back can be "
    "changed; the rest stays as it was signed. Joanna Fairley can reopen more, with a reason."
)


@pytest.fixture
def locked(request, approved, quick_drawing):
    """The return in that state, moved there at five past two on 8 December 2004."""
    with at("2004-12-08 14:05"):
        if request.param == "with_cabinet":
            reopen(approved, ("outcomes", "R5"))
            sign(approved, "head-corporate", "corporate")
            send(approved)
        elif request.param == "amending":
            do(Action.AMEND, approved, "head-corporate", reason="A gain was found.")
        elif request.param == "submitted":
            do(Action.SUBMIT, approved, "lead", filing=filing())
        elif request.param == "referred_back":
            reopen(approved, ("outcomes", "R5"), reason="A wrong date.")
    assert fresh(approved).status == request.param
    return fresh(approved)


def attempts(return_) -> dict[str, tuple]:
    """Each way to change a return: what it says first when it is refused, and how to try it."""
    corporate = return_.authority.departments.get(slug="corporate")
    housing = return_.authority.departments.get(slug="housing")
    officer, lead = who(return_, "officer-corporate"), who(return_, "lead")
    allocation = {"owner": who(return_, "officer-housing"), "department": housing, "due": None}
    basis = {"basis": "Counted anew."}
    return {
        "save": (
            "R3 is locked.",
            lambda: save(return_, "officer-corporate", "outcomes", "R3", {"comment": "Other words."}),
        ),
        "save by the lead": (
            "Cover is locked.",
            lambda: save(return_, "lead", "cover", None, {"telephone": "01632 960199"}),
        ),
        "figures": (
            "EF1 is locked.",
            lambda: save(return_, "officer-corporate", "efficiency", "EF1", basis, department="corporate"),
        ),
        "case study": (
            "C1 is locked.",
            lambda: save(return_, "officer-planning", "cases", "C1", {"title": "Another title"}),
        ),
        "add": (
            "A case study is added by the department concerned. Ask one of its officers.",
            lambda: add_case_study(return_=return_, by=officer, department=corporate),
        ),
        "remove": (
            "Only Planning and Environment can remove case study C1.",
            lambda: remove_case_study(return_=return_, by=who(return_, "officer-planning"), line="C1"),
        ),
        "allocate": (
            "Only the e-government lead allocates lines.",
            lambda: allocate_lines(return_=return_, by=lead, lines=["R3"], **allocation),
        ),
        "query": (
            "Only the e-government lead raises queries.",
            lambda: raise_query(
                return_=return_, by=lead, place=place(return_, "outcomes", "R3"), text="Since when?"
            ),
        ),
        "sign": (
            "Only a head of Corporate Services can sign for it.",
            lambda: sign(return_, "head-corporate", "corporate"),
        ),
        "sign figures": (
            "Only the section 151 officer can sign the figures.",
            lambda: sign(return_, "finance"),
        ),
        "send": (
            "“Send to Cabinet” can’t be done now: the return is {status}.",
            lambda: send(return_),
        ),
        "send back": (
            "“Send lines back” can’t be done now: the return is {status}.",
            lambda: do(
                Action.SEND_BACK,
                return_,
                "lead",
                places=[place(return_, "outcomes", "R3")],
                reason="Look again.",
            ),
        ),
    }


ALL = [
    "save", "save by the lead", "figures", "case study", "add", "remove", "allocate", "query", "sign",
    "sign figures", "send", "send back",
]  # fmt: skip
LOCKS = {
    "with_cabinet": (SENT, ALL),
    "approved": (APPROVED, ALL),
    "submitted": (FILED, ALL),
    # Queries and signatures go on while some of it is open.
    "amending": (AMENDING, [name for name in ALL if name not in ("query", "sign", "sign figures")]),
    "referred_back": (REOPENED, ["save", "save by the lead", "figures", "case study", "add", "remove"]),
}
WORDS = {"with_cabinet": "with Cabinet", "approved": "approved", "submitted": "filed"}
WORDS |= {"amending": "being amended", "referred_back": "referred back"}


@pytest.mark.parametrize("locked", LOCKS, indirect=True)
def test_every_change_is_refused_with_who_when_why_and_who_opens_it(locked):
    why, names = LOCKS[locked.status]
    said, expected = {}, {}

    for name, (opening, attempt) in attempts(locked).items():
        if name in names:
            with refused(locked) as caught:
                attempt()
            said[name] = str(caught.value)
            expected[name] = f"{opening.format(status=WORDS[locked.status])} {why}"

    assert said == expected


def test_without_a_lead_the_administrator_is_named(approved):
    lead = who(approved, "lead")
    lead.is_active = False
    lead.save()

    with refused(approved) as caught:
        save(approved, "officer-corporate", "outcomes", "R3", {"comment": "Other words."})

    assert str(caught.value) == (
        f"R3 is locked. {APPROVED.removesuffix(OPENS)}"
        "An e-government lead can reopen chosen lines, with a reason; the administrator names one."
    )


def test_two_leads_are_both_named(approved):
    second = who(approved, "officer-housing")
    second.groups.add(*who(approved, "lead").groups.all())

    with refused(approved) as caught:
        save(approved, "officer-corporate", "outcomes", "R3", {"comment": "Other words."})

    assert str(caught.value).endswith(
        "Joanna Fairley or Nigel Bastow can reopen chosen lines, with a reason."
    )


def test_return_goes_to_cabinet_only_when_nothing_blocks(marchshire, quick_drawing):
    with refused(marchshire) as caught:
        send(marchshire)

    assert str(caught.value).startswith("136 blockers are left. The first: ")
    assert str(caught.value).endswith(" Clear them, then try again.")


def test_copy_that_cabinet_saw_stays_when_answers_are_reopened_and_changed(with_cabinet):
    before = state(with_cabinet)
    seen = fresh(with_cabinet).versions.order_by("-number").first()
    assert says_the_same(read(with_cabinet), seen.data)

    reopen(with_cabinet, ("outcomes", "R3"), ("efficiency", "EF1", "corporate"))
    save(with_cabinet, "officer-corporate", "outcomes", "R3", {"light": "R"}, point="mar06")
    save(with_cabinet, "officer-corporate", "outcomes", "R3", {"comment": "Late after all."})
    basis = {"basis": "Counted anew."}
    save(with_cabinet, "officer-corporate", "efficiency", "EF1", basis, department="corporate")
    sign(with_cabinet, "head-corporate", "corporate")
    sign(with_cabinet, "finance")

    changed = state(with_cabinet)
    assert changed["versions"] == before["versions"]
    assert changed["answers"] != before["answers"]
    send(with_cabinet)
    after = state(with_cabinet)
    assert after["versions"][:-1] == before["versions"]
    number, kind, _, _, data, _ = after["versions"][-1]
    assert (number, kind) == (before["versions"][-1][0] + 1, "cabinet")
    assert says_the_same(read(fresh(with_cabinet)), data)
    assert not says_the_same(read(fresh(with_cabinet)), seen.data)


def test_filing_is_recorded_with_date_and_reference(approved):
    with refused(approved) as early:
        with at("2004-12-01 12:00"):
            given = filing()
        do(Action.SUBMIT, approved, "lead", filing=given)
    with refused(approved) as ahead:
        with at("2004-12-09 12:00"):
            given = filing()
        do(Action.SUBMIT, approved, "lead", filing=given)

    with at("2004-12-08 15:00"):
        do(Action.SUBMIT, approved, "lead", filing=filing(reference="ESD-17"))

    assert str(early.value) == (
        "The return can’t have been filed before Cabinet approved it. Check the date."
    )
    assert str(ahead.value) == "The date of filing is in the future. Record it once the return is filed."
    stored = fresh(approved).filing
    assert (stored.date.isoformat(), stored.reference, stored.event.kind, str(stored.event.by)) == (
        "2004-12-08", "ESD-17", "submitted", "Joanna Fairley",
    )  # fmt: skip


def test_filed_return_is_reopened_with_a_reason_and_all_concerned_are_told(submitted, quick_drawing):
    standing = signed(submitted)
    addresses = [("cover",), ("outcomes", "R5"), ("efficiency", "EF1", "corporate"), ("cases", "C1")]
    with refused(submitted) as unexplained:
        do(Action.REOPEN, submitted, "lead", places=places(submitted, *addresses), reason="")

    with telling(submitted) as told:
        reopen(submitted, *addresses, reason="The department of state asks for it.")

    assert str(unexplained.value) == "Give a reason: everyone notified sees it."
    names = ["cover", "outcomes/R5", "efficiency/EF1/corporate", "cases/C1/planning"]
    assert signed(submitted) == without(standing, *names)
    assert set(opened(submitted)) == set(names)
    is_open = "The return is open again: Cover, R5, EF1 and C1"
    expected = [
        ("cabinet", is_open),
        ("clerk", is_open),
        ("finance", is_open),
        ("finance", "Your signature on EF1 is cancelled"),
        ("head-corporate", is_open),
        ("head-corporate", "R5 came back to you"),
        ("head-corporate", "Your signature on Cover and R5 is cancelled"),
        ("head-finance", is_open),
        ("head-housing", is_open),
        ("head-leisure", is_open),
        ("head-planning", is_open),
        ("head-planning", "Your signature on C1 is cancelled"),
        ("officer-corporate", "EF1 came back to you"),
        ("officer-planning", "C1 came back to you"),
    ]
    assert told == sorted((f"wyeborough-{name}", subject, "queued") for name, subject in expected)
    assert fresh(submitted).filing is not None  # what was filed stays on record
    sign(submitted, "head-corporate", "corporate")
    sign(submitted, "head-planning", "planning")
    sign(submitted, "finance")
    send(submitted)
    approve(submitted)
    do(Action.SUBMIT, submitted, "lead", filing=filing(reference="IEG4-0043"))
    assert list(submitted.filings.order_by("pk").values_list("reference", flat=True)) == [
        "IEG4-0042",
        "IEG4-0043",
    ]
    assert opened(submitted) == {}


def test_decision_of_another_day_locks_in_its_own_words(with_cabinet):
    with at("2004-12-09 10:15"):
        do(Action.APPROVE, with_cabinet, "clerk", decision=decision())

    with refused(with_cabinet) as caught:
        save(with_cabinet, "officer-corporate", "outcomes", "R3", {"comment": "Other words."})

    assert str(caught.value) == (
        "R3 is locked. Approved by Cabinet on 9 December 2004, minute 87, as Angela Rudge recorded on "
        f"9 December 2004, 10:15am, so it is locked. {OPENS}"
    )


def test_last_case_study_is_not_removed_while_none_can_be_brought(approved):
    """Otherwise the return could never be sent again."""
    reopen(approved, ("cases", "C1"), ("cases", "C2"), ("cases", "C3"))
    for line, name in (("C1", "officer-planning"), ("C2", "officer-finance")):
        remove_case_study(return_=approved, by=who(approved, name), line=line)

    with refused(approved) as caught:
        remove_case_study(return_=approved, by=who(approved, "officer-housing"), line="C3")

    assert str(caught.value) == (
        "The return needs at least one case study, and none can be added while only what was sent back is "
        "open. Change this one instead."
    )
    assert set(opened(approved)) == {"cases/C3/housing"}
