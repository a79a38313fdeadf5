"""A decision or filing recorded with a wrong day or number is corrected beside what was recorded."""

import subprocess

import pytest
from django.contrib.auth.models import Group

from returns import history
from returns.acts import ActionRefused, correct_decision, correct_filing
from returns.documents.changes import changes_sheet
from returns.documents.verification import verify
from returns.lifecycle import Action
from returns.models import Cover, Return, Role, Version
from returns.rules.states import state_words
from tests.lifecycle.test_amendment import gain
from tests.support.moving import (
    at,
    day,
    do,
    events_after,
    filing,
    fresh,
    london,
    refused,
    reopen,
    save,
    sign,
    telling,
    who,
)

W = "/wyeborough/ieg4/"
DECISION = f"{W}acts/decision/correct/"
FILING = f"{W}acts/filing/correct/"
# Wyeborough's Cabinet decided on 2 December 2004, minute 64.
WRONG = "2 December 2004, minute 64"


def correct(return_: Return, by="clerk", **values):
    given = {"date": day("2004-12-01"), "number": "62", "reason": "The minutes say so.", "seen": 0}
    return correct_decision(return_=return_, by=who(return_, by), **(given | values))


def correct_filed(return_: Return, by="lead", **values):
    given = {"date": day("2004-12-07"), "number": "IEG4-0043", "reason": "A slip of the pen.", "seen": 0}
    return correct_filing(return_=return_, by=who(return_, by), **(given | values))


SENTENCE = (
    f"Corrected on 8 December 2004 by Angela Rudge from {WRONG} to 1 December 2004, minute 62. "
    "Why: The minutes say so."
)


def test_decision_is_corrected_beside_what_was_recorded(approved):
    before, head = fresh(approved).decision, history.head(approved).number
    recorded = (before.date, before.minute)

    with telling(approved) as told:
        correct(approved)

    decision = fresh(approved).decision
    assert (decision.date, decision.minute) == recorded
    assert (decision.day, decision.number) == (day("2004-12-01"), "62")
    assert [each.sentence for each in decision.all_corrections] == [SENTENCE]
    assert events_after(approved, head) == [("corrected", "wyeborough-clerk", "")]
    assert {subject for _, subject, _ in told} == {"Cabinet’s decision was corrected"}
    names = {name.removeprefix("wyeborough-") for name, _, _ in told}
    assert {"lead", "finance", "cabinet", "head-corporate", "head-planning"} <= names
    assert "clerk" not in names
    assert fresh(approved).status == "approved"


def test_pages_show_what_counts_and_what_stored_pdfs_print(approved, signed_in):
    correct(approved)
    client = signed_in("wyeborough-cabinet")
    pages = {name: client.get(f"{W}{name}").content.decode() for name in ("acts/", "cabinet/", "versions/2/")}

    assert [name for name, page in pages.items() if SENTENCE not in page] == []
    assert "The PDF of version 2 prints 2 December 2004, minute 64." in pages["acts/"]
    assert "Wednesday 1 December 2004" in pages["acts/"]
    assert "1 December 2004, minute 62" in pages["cabinet/"]
    assert "Cabinet’s decision was corrected after this PDF was stored." in pages["versions/2/"]
    assert "minute 62" in signed_in("wyeborough-lead").get(f"{W}allocation/").content.decode()


def test_verification_says_what_was_corrected(approved):
    body = bytes(approved.versions.get(number=2).pdf)
    before = verify(body, Version.objects.all())
    correct(approved)

    verdict = verify(body, Version.objects.all())

    assert verdict.kind == "genuine"
    added = f" Cabinet’s decision, as that version prints it, was corrected since. {SENTENCE}"
    assert verdict.sentence == before.sentence.replace("2 December", "1 December") + added
    cut = verify(body[:-100], Version.objects.all())
    assert cut.kind == "altered"
    assert cut.sentence.endswith(added)
    sent = verify(bytes(approved.versions.get(number=1).pdf), Version.objects.all())
    assert "corrected" not in sent.sentence


def test_stored_bytes_stay_and_a_later_version_prints_the_correction(approved):
    stored = [(v.digest, bytes(v.pdf)) for v in approved.versions.order_by("number")]
    correct(approved)
    do(Action.AMEND, approved, "head-corporate", reason="A gain was found.")
    _amend(fresh(approved))

    versions = list(fresh(approved).versions.order_by("number"))
    assert [(v.digest, bytes(v.pdf)) for v in versions[:2]] == stored
    paper = subprocess.run(
        ["pdftotext", "-", "-"], input=bytes(versions[2].pdf), capture_output=True, check=True
    )
    words = " ".join(paper.stdout.decode().split())
    assert "by Cabinet on 1 December 2004, minute 62" in words
    assert "minute 64" not in words
    assert versions[2].later_corrections == []


def _amend(return_: Return) -> None:
    gain(return_, "19.0")
    sign(return_, "finance")
    do(Action.FINISH, return_, "head-corporate")


def test_the_last_of_two_corrections_counts(approved):
    correct(approved)
    correct(approved, number="63", reason="Numbered anew.", seen=1)

    decision = fresh(approved).decision
    assert (decision.day, decision.number) == (day("2004-12-01"), "63")
    assert [each.event.old for each in decision.all_corrections] == [WRONG, "1 December 2004, minute 62"]


def test_form_sent_twice_corrects_once(approved):
    first = correct(approved)

    assert correct(approved) == first
    assert approved.corrections.count() == 1


REFUSED = {
    "by another": ({"by": "lead"}, "Only the clerk corrects what was recorded of Cabinet’s decision."),
    "without a reason": ({"reason": ""}, "Give a reason: everyone notified sees it."),
    "nothing": (
        {"date": day("2004-12-02"), "number": "64"},
        "Nothing was corrected: this date and minute are already recorded.",
    ),
    "tomorrow": (
        {"date": day("2004-12-09")},
        "The date can’t be later than the day on which it was recorded. Check the date.",
    ),
    "before it was sent": (
        {"date": day("2004-11-23")},
        "Cabinet can’t have decided before the return was sent to it. Check the date.",
    ),
    "after the delegation": (
        {"date": day("2004-12-21")},
        "The last day of the delegation is before that date. Check the date.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_correction_that_can_not_be_is_refused(approved, case):
    values, why = REFUSED[case]
    with refused(approved) as caught:
        correct(approved, **values)

    assert str(caught.value) == why


def test_who_sent_the_return_does_not_correct_the_decision(approved):
    who(approved, "lead").groups.add(Group.objects.get(name=Role.CLERK))
    with refused(approved) as caught:
        correct(approved, by="lead")

    assert (
        str(caught.value)
        == "You sent the return to Cabinet yourself, so another clerk must correct the decision."
    )


def test_second_of_two_who_correct_is_told(approved):
    correct(approved)
    with refused(approved) as caught:
        correct(approved, number="65")

    assert str(caught.value).endswith("corrected it after you opened this page. Check what is recorded now.")


def test_before_a_decision_or_filing_there_is_nothing_to_correct(marchshire, approved):
    with pytest.raises(ActionRefused):
        correct(marchshire)
    with pytest.raises(ActionRefused):
        correct_filed(approved)


def test_filing_is_corrected(submitted, signed_in):
    correct_filed(submitted)

    filed = fresh(submitted).filing
    assert (filed.day, filed.number) == (day("2004-12-07"), "IEG4-0043")
    assert (filed.date, filed.reference) == (filing().date, "IEG4-0042")
    page = signed_in("wyeborough-finance").get(f"{W}acts/").content.decode()
    assert "from 8 December 2004, reference IEG4-0042 to 7 December 2004, reference IEG4-0043." in page
    assert "was filed on 7 December 2004, reference IEG4-0043" in page
    assert Cover.objects.get(return_record=submitted).submitted_on == day("2004-12-07")


def test_filing_before_the_approval_is_refused(submitted):
    with refused(submitted) as caught:
        correct_filed(submitted, date=day("2004-12-01"))

    assert str(caught.value) == "The return can’t have been filed before Cabinet approved it. Check the date."


def test_decision_after_the_filing_is_refused(approved):
    do(Action.SUBMIT, approved, "lead", filing=filing(date=day("2004-12-03")))
    with refused(approved) as caught:
        correct(approved, date=day("2004-12-04"))

    assert (
        str(caught.value) == "The return was filed before that date. Check this date and the date of filing."
    )


def test_decision_and_filing_are_corrected_on_their_pages(submitted, signed_in):
    clerk, lead = signed_in("wyeborough-clerk"), signed_in("wyeborough-lead")
    typed = {"date": "1 December 2004", "number": "62", "reason": "The minutes say so.", "seen": "0"}
    page = clerk.get(DECISION).content.decode()
    assert 'value="2 December 2004"' in page
    assert clerk.post(DECISION, typed | {"date": "soon"}).status_code == 422
    late = clerk.post(DECISION, typed | {"date": "9 December 2004"})
    assert late.status_code == 409
    assert "The minutes say so." in late.content.decode()

    answers = [
        clerk.post(DECISION, typed),
        lead.post(FILING, typed | {"number": "IEG4-0043", "date": "8/12/2004"}),
    ]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, f"{W}acts/")] * 2
    return_ = fresh(submitted)
    assert (return_.decision.number, return_.filing.number) == ("62", "IEG4-0043")


def test_correction_is_in_the_history_in_words(approved, signed_in):
    correct(approved)
    page = signed_in("wyeborough-lead").get(f"{W}history/?kind=acts").content.decode()

    assert "Cabinet’s decision corrected" in page
    assert "The minutes say so." in page


def test_corrected_decision_of_a_reopened_return(approved, signed_in):
    reopen(approved, ("outcomes", "R3"))
    with at("2004-12-09 10:00"):
        correct(approved)

    assert fresh(approved).decision.number == "62"


def test_queries_do_not_grow_with_corrections(approved, signed_in, django_assert_max_num_queries):
    client = signed_in("wyeborough-clerk")
    correct(approved)
    client.get(f"{W}acts/")
    with django_assert_max_num_queries(60) as before:
        client.get(f"{W}acts/")
    for number in range(4):
        correct(approved, number=f"{70 + number}", seen=number + 1)
    with django_assert_max_num_queries(len(before)):
        client.get(f"{W}acts/")


def test_every_sentence_about_the_return_names_the_corrected_day(approved):
    """Drafts, what changed and the state of the return say what counts, not what was recorded first."""
    correct(approved)
    do(Action.AMEND, approved, "head-corporate", reason="A gain was found.")
    save(
        approved,
        "head-corporate",
        "efficiency",
        "EF1",
        {"basis": "Anew."},
        department="corporate",
        reason="So.",
    )
    return_ = fresh(approved)

    words = state_words(return_, day("2004-12-08"))
    changed = changes_sheet(return_, as_at=london("2004-12-08 10:00"), copies_only=False).html

    assert "1 December 2004, minute 62" in words.approval
    assert "delegation of 1 December 2004" in words.provisional
    assert "1 December 2004, minute 62" in changed
    assert "minute 64" not in changed
