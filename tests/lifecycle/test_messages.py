"""Who is told of what, and how it reaches them: by a queue that no act waits for."""

from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.urls import reverse

from returns import history
from returns.acts import (
    add_case_study,
    ask_question,
    close_query,
    raise_query,
    remove_case_study,
    reply_to_query,
)
from returns.lifecycle import Action
from returns.messages.mail import send_queued
from returns.messages.notices import tell
from returns.models import Notice, Return, Role, User
from tests.support.factories import UserFactory
from tests.support.mailing import allocate, clear_queue, later, queued, stood, three_notices
from tests.support.moving import (
    approve,
    at,
    decision,
    do,
    filing,
    fresh,
    place,
    reopen,
    save,
    send,
    send_back,
    sign,
    who,
)

HEADS = ["head-corporate", "head-finance", "head-housing", "head-leisure", "head-planning"]
STEERING = ["clerk", "finance", *HEADS, "lead"]


class Told:
    """What people were told since this was made: subjects, each with everyone who was told it."""

    def __init__(self, return_: Return):
        self.return_ = return_
        self.upto = self._last()

    def _last(self) -> int:
        return Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def __call__(self) -> dict[str, list[str]]:
        """Since it was last asked."""
        found: dict[str, list[str]] = {}
        prefix = f"{self.return_.authority.slug}-"
        for notice in Notice.objects.filter(pk__gt=self.upto).select_related("person").order_by("pk"):
            assert notice.return_record_id == self.return_.pk
            assert notice.person.authority_id == self.return_.authority_id
            assert "\n" not in notice.subject
            found.setdefault(notice.subject, []).append(notice.person.username.removeprefix(prefix))
        self.upto = self._last()
        return {subject: sorted(people) for subject, people in found.items()}


# Who is told.


def test_an_owner_is_told_of_the_lines_given_and_nobody_of_what_stays(marchshire):
    told = Told(marchshire)

    allocate(marchshire, ["G8", "E7"], "officer-hr", "hr")
    assert told() == {"G8 and E7 are yours to answer": ["officer-hr"]}
    allocate(marchshire, ["G8", "E7"], "officer-hr", "hr")
    assert told() == {}
    allocate(marchshire, ["G8"], "lead", "policy")
    assert told() == {}


def test_a_signer_is_told_when_a_signed_line_goes_elsewhere(complete):
    told = Told(complete)

    allocate(complete, ["R1"], "officer-hr", "hr")

    assert told() == {
        "R1 is yours to answer": ["officer-hr"],
        "Your signature on R1 is cancelled": ["head-education"],
    }


def test_a_signer_is_told_when_an_answer_changes_and_the_lead_when_it_is_signed_anew(complete):
    told = Told(complete)

    save(complete, "officer-education", "outcomes", "R1", {"comment": "Said anew."})
    assert told() == {"Your signature on R1 is cancelled": ["head-education"]}
    save(complete, "officer-education", "outcomes", "R1", {"comment": "Said again."})
    assert told() == {}
    sign(complete, "head-education", "education")
    assert told() == {"Education and Libraries: signed by Alan Frith": ["lead"]}
    save(complete, "head-education", "outcomes", "R1", {"comment": "By the signer."})
    assert told() == {}


def test_a_query_goes_to_the_owner_a_reply_to_the_lead_and_the_end_to_the_owner(complete):
    told, r1 = Told(complete), place(complete, "outcomes", "R1")

    query = raise_query(return_=complete, by=who(complete, "lead"), place=r1, text="By when?")
    assert told() == {"R1: a query to you": ["officer-education"]}
    reply_to_query(return_=complete, by=who(complete, "head-education"), number=query.number, text="In May.")
    assert told() == {"R1: a reply from Alan Frith": ["lead"]}
    close_query(return_=complete, by=who(complete, "lead"), number=query.number)
    assert told() == {"R1: the query is closed": ["officer-education"]}


def test_a_query_on_a_line_without_owner_goes_to_the_other_leads(marchshire):
    second = UserFactory(authority=marchshire.authority, roles=[Role.LEAD])
    told = Told(marchshire)

    raise_query(
        return_=marchshire,
        by=who(marchshire, "lead"),
        place=place(marchshire, "outcomes", "G8"),
        text="Whose?",
    )

    assert told() == {"G8: a query to you": [second.username]}


def test_a_question_goes_to_the_owner_and_its_answer_to_the_member(approved):
    told = Told(approved)
    ask_question(
        return_=approved, by=who(approved, "cabinet"), place=place(approved, "outcomes", "R3"), text="When?"
    )
    assert told() == {"R3: a question from Cabinet": ["officer-corporate"]}

    reply_to_query(return_=approved, by=who(approved, "officer-corporate"), number=1, text="In May.")

    assert told() == {"R3: a reply from Simon Tranmer": ["cabinet"]}


def test_what_comes_back_is_told_to_owners_and_signers(complete):
    told = Told(complete)

    send_back(complete, ("outcomes", "R1"), ("outcomes", "R3"), ("efficiency", "EF1", "hr"), ("cover",))

    assert told() == {
        "Your signature on Cover is cancelled": ["head-policy"],
        "Your signature on R1 is cancelled": ["head-education"],
        "Your signature on R3 is cancelled": ["head-ict"],
        "Your signature on EF1 is cancelled": ["finance"],
        "R1 came back to you": ["officer-education"],
        "R3 came back to you": ["head-ict"],
        "EF1 came back to you": ["officer-hr"],
    }


def test_case_studies_are_told_to_nobody_but_their_signer(complete):
    told = Told(complete)
    hr = complete.authority.departments.get(slug="hr")

    study = add_case_study(return_=complete, by=who(complete, "officer-hr"), department=hr)
    save(complete, "officer-hr", "cases", study.line, {"title": "Warm homes", "text": "A story."})
    assert told() == {}
    sign(complete, "head-hr", "hr")
    assert told() == {"Human Resources: signed by Trevor Nicholls": ["lead"]}
    remove_case_study(return_=complete, by=who(complete, "officer-hr"), line=study.line)
    assert told() == {f"Your signature on {study.line} is cancelled": ["head-hr"]}


def test_each_station_is_told_to_those_who_steer_and_sign(approved, quick_drawing):
    """Nobody is told of what they did themselves; the Cabinet member of what Cabinet gets and decides."""
    told = Told(approved)

    def but(*names):
        return [name for name in STEERING if name not in names]

    reopen(approved, ("outcomes", "R3"))
    assert told() == {
        "Your signature on R3 is cancelled": ["head-corporate"],
        "R3 came back to you": ["officer-corporate"],
        "The return is open again: R3": sorted([*but("lead"), "cabinet"]),
    }
    save(approved, "officer-corporate", "outcomes", "R3", {"comment": "Looked at again."})
    sign(approved, "head-corporate", "corporate")
    assert told() == {"Corporate Services: signed by Margaret Oduya": ["lead"]}
    send(approved)
    assert told() == {"The return is with Cabinet": sorted([*but("lead"), "cabinet"])}
    do(Action.REFER_BACK, approved, "clerk", decision=decision("referred_back"))
    assert told() == {"Cabinet referred the return back": sorted([*but("clerk"), "cabinet"])}
    send(approved)
    told()
    approve(approved, "officer-corporate")
    assert told() == {"Cabinet approved the return": sorted([*but("clerk"), "cabinet", "officer-corporate"])}
    do(Action.AMEND, approved, "officer-corporate", reason="A slip.")
    assert told() == {"The approved return is being amended": STEERING}
    save(approved, "officer-corporate", "cases", "C1", {"title": "Told anew"}, reason="Better.")
    assert told() == {"Your signature on C1 is cancelled": ["head-planning"]}
    sign(approved, "head-planning", "planning")
    assert told() == {"Planning and Environment: signed by Stuart Ellery": ["lead"]}
    do(Action.FINISH, approved, "officer-corporate")
    assert told() == {"The approved return was amended": sorted([*STEERING, "cabinet"])}
    do(Action.AMEND, approved, "officer-corporate", reason="A slip.")
    told()
    do(Action.ABANDON, approved, "lead", reason="It was none.")
    assert told() == {"The amendment was abandoned": but("lead")}
    do(Action.SUBMIT, approved, "lead", filing=filing())
    assert told() == {"The return is filed": but("lead")}


def test_whoever_has_left_is_told_nothing(complete):
    User.objects.filter(username__in=["officer-education", "head-education", "clerk"]).update(is_active=False)
    told = Told(complete)

    raise_query(
        return_=complete, by=who(complete, "lead"), place=place(complete, "outcomes", "R1"), text="By when?"
    )
    send_back(complete, ("outcomes", "R1"))

    assert told() == {}


def test_whoever_has_left_since_is_not_written_to(marchshire):
    """The notice was queued while the account was open; the mail must not follow a person out of the council."""
    clear_queue()
    allocate(marchshire, ["G8"], "officer-hr", "hr")
    User.objects.filter(username="officer-hr").update(is_active=False)

    with at("2004-12-09 09:00"):
        assert send_queued() == (0, 0)

    assert mail.outbox == []
    assert list(queued().values_list("mail", flat=True)) == ["none"]


def test_whoever_went_to_another_council_is_told_nothing_of_this_one(complete, wyeborough):
    told = Told(complete)
    User.objects.filter(username__in=["officer-education", "head-education"]).update(
        authority=wyeborough.authority
    )

    save(complete, "lead", "outcomes", "R1", {"comment": "Said anew."})
    send_back(complete, ("outcomes", "R1"))

    assert told() == {}


def test_nobody_is_told_the_same_twice_who_has_two_parts_in_it(wyeborough):
    """The head who is also lead and clerk of a small council has one notice."""
    told = Told(wyeborough)
    person = who(wyeborough, "head-finance")
    notices = tell(
        wyeborough,
        [person, who(wyeborough, "head-finance"), None, person],
        subject="Once",
        text="Once.",
        path="/",
    )

    assert (told(), len(notices)) == ({"Once": ["head-finance"]}, 1)


def test_whoever_has_no_address_reads_it_on_the_page_alone(marchshire):
    User.objects.filter(username="officer-hr").update(email="")
    clear_queue()

    allocate(marchshire, ["G8"], "officer-hr", "hr")

    assert list(queued().values_list("person__username", "mail")) == [("officer-hr", "none")]
    assert send_queued() == (0, 0)


# What is written.


@pytest.fixture
def three(marchshire) -> list[Notice]:
    return three_notices(marchshire)


def test_a_mail_says_what_where_and_for_which_council(three, settings):
    settings.SITE_URL = "https://ieg4.marchshire.example"
    settings.DEFAULT_FROM_EMAIL = "ieg4@marchshire.example"

    with later(0):
        assert send_queued() == (3, 0)

    first = mail.outbox[0]
    assert (first.subject, first.from_email, first.to, first.cc, first.bcc) == (
        "IEG4: R1 is late",
        "ieg4@marchshire.example",
        ["officer-hr@marchshire.example"],
        [],
        [],
    )
    assert first.body == (
        "Please answer R1.\n\nhttps://ieg4.marchshire.example/marchshire/ieg4/\n\nMarchshire Council, IEG4 return\n"
    )
    assert [each.to for each in mail.outbox] == [
        [f"officer-{name}@marchshire.example"] for name in ("hr", "ict", "policy")
    ]
    assert stood(three) == [("sent", 1, "")] * 3


def test_the_link_of_each_mail_leads_to_a_page_its_reader_may_open(approved, quick_drawing, signed_in):
    clear_queue()
    reopen(approved, ("outcomes", "R3"))
    save(approved, "officer-corporate", "outcomes", "R3", {"comment": "Looked at again."})
    raise_query(
        return_=approved, by=who(approved, "lead"), place=place(approved, "outcomes", "R3"), text="Is it so?"
    )
    reply_to_query(return_=approved, by=who(approved, "officer-corporate"), number=1, text="It is.")
    close_query(return_=approved, by=who(approved, "lead"), number=1)
    sign(approved, "head-corporate", "corporate")
    send(approved)

    statuses = {
        (notice.person.username, notice.path): signed_in(notice.person.username)
        .get(notice.path, follow=True)
        .status_code
        for notice in queued().select_related("person")
    }

    assert len(statuses) > 10
    assert {reader: status for reader, status in statuses.items() if status != 200} == {}


HEADERS = [
    "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To",
]  # fmt: skip
BREAKS = ["\r\nBcc: everyone@example.org\r\n\r\nIn the text", "\n", "\r", "\x0b", "\x85", "\u2028"]


@pytest.mark.parametrize("breaks", BREAKS)
def test_a_name_with_a_line_break_adds_no_header(complete, breaks):
    clear_queue()
    User.objects.filter(username="head-education").update(first_name=f"Alan{breaks}", last_name="Frith")
    complete.authority.departments.filter(slug="education").update(name=f"Education{breaks} and Libraries")
    query = raise_query(
        return_=complete, by=who(complete, "lead"), place=place(complete, "outcomes", "R1"), text="By when?"
    )
    reply_to_query(return_=complete, by=who(complete, "head-education"), number=query.number, text="In May.")
    close_query(return_=complete, by=who(complete, "lead"), number=query.number)
    save(complete, "officer-education", "outcomes", "R1", {"comment": "Said anew."})
    sign(complete, "head-education", "education")

    with at("2004-12-09 09:00"):
        sent, failed = send_queued()

    assert (sent, failed) == (len(mail.outbox), 0)
    assert sent == 5
    for each in mail.outbox:
        parsed = message_from_bytes(each.message().as_bytes(), policy=policy.default)
        assert sorted(parsed.keys()) == sorted(
            [
                "Content-Type",
                "Content-Transfer-Encoding",
                "MIME-Version",
                "Subject",
                "From",
                "To",
                "Date",
                "Message-ID",
            ]
        )
        assert len(f"{each.subject} ".splitlines()) == 1
        assert each.recipients() == each.to
    assert queued().exclude(subject__regex=r"^[^\r\n]*$").count() == 0


def test_a_header_broken_behind_the_applications_back_is_put_off_and_never_sent(three):
    Notice.objects.filter(pk=three[0].pk).update(subject="Two\nlines")
    User.objects.filter(username="officer-ict").update(email="a@b.example\nBcc: c@d.example")

    with later(0):
        assert send_queued() == (1, 2)

    assert [each.to for each in mail.outbox] == [["officer-policy@marchshire.example"]]
    assert [state[:2] for state in stood(three)] == [("queued", 1), ("queued", 1), ("sent", 1)]
    assert [problem.split(":")[0] for _, _, problem in stood(three)] == [
        "BadHeaderError",
        "BadHeaderError",
        "",
    ]


def test_a_very_long_name_still_fits(marchshire):
    clear_queue()
    User.objects.filter(username="head-education").update(first_name="A" * 150, last_name="F" * 150)
    query = raise_query(
        return_=marchshire,
        by=who(marchshire, "lead"),
        place=place(marchshire, "outcomes", "R1"),
        text="By when?",
    )

    reply_to_query(
        return_=marchshire, by=who(marchshire, "head-education"), number=query.number, text="In May."
    )

    assert [len(subject) for subject in queued().values_list("subject", flat=True)] == [22 - 4, 200]


def test_a_notice_is_part_of_the_act_it_tells_of(complete, monkeypatch):
    """Whoever could be told of an act that did not happen would act on it."""
    told = Told(complete)
    before = history.head(complete)
    monkeypatch.setattr(history, "record", _fail)

    with pytest.raises(OSError, match="full"):
        save(complete, "officer-education", "outcomes", "R1", {"comment": "Said anew."})

    monkeypatch.undo()
    assert (told(), history.head(fresh(complete))) == ({}, before)


def _fail(*arguments):
    raise OSError("The disk is full.")


def test_each_notice_is_read_on_ones_own_page_alone(marchshire, signed_in):
    clear_queue()
    allocate(marchshire, ["G8"], "officer-hr", "hr")
    address = reverse("returns:notice-list", args=["marchshire", "ieg4"])

    texts = {
        name: "G8 is yours to answer" in signed_in(name).get(address).content.decode() for name in PEOPLE
    }

    assert texts == {name: name == "officer-hr" for name in PEOPLE}


PEOPLE = ["officer-hr", "head-hr", "officer-ict", "lead", "finance", "clerk", "cabinet"]
