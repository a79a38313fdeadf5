"""What is said of a return in each of its six states, before and after the last day of a delegation."""

import datetime
import re

import pytest
from django.conf import settings

from returns.lifecycle import Action
from returns.models import Authority, Decision, Event, Filing, Return, User
from returns.rules.states import StateWords, due_in_state, state_words

BEFORE, LAST, AFTER = (datetime.date(2004, 12, day) for day in (19, 20, 21))
REFERRED = datetime.datetime(2004, 12, 16, 14, 5, tzinfo=datetime.UTC)
HOLDER = User(first_name="Jo", last_name="Hale")
PROVISIONAL = (
    "Jo Hale may change this section until 20 December 2004, under Cabinet’s delegation of 16 December 2004."
)
PREPARING = StateWords("DRAFT", "Not approved by Cabinet.", "not approved by Cabinet", "", True)
WITH_CABINET = StateWords(
    "FOR CABINET", "Cabinet has not decided yet.", "not yet decided by Cabinet", "", False
)


def approved(provisional: str) -> StateWords:
    sentence = "Approved by Cabinet on 16 December 2004, minute 112."
    return StateWords("APPROVED BY CABINET", sentence, "approved by Cabinet", provisional, False)


def reopened(why: str) -> StateWords:
    sentence = f"{why} As it is now, not approved by Cabinet."
    return StateWords("DRAFT", sentence, "not approved by Cabinet", "", True)


def amending(sentence: str, provisional: str) -> StateWords:
    approval = f"Approved by Cabinet on 16 December 2004, minute 112. {sentence}"
    return StateWords("DRAFT AMENDMENT", approval, "amendment not finished", provisional, True)


BUSY = (
    "Jo Hale is amending it under Cabinet’s delegation, until 20 December 2004 at the latest; until that "
    "is finished, the approved version holds."
)
LATE = (
    "Jo Hale began to amend it under Cabinet’s delegation, which ended on 20 December 2004. It can only "
    "be abandoned, and the approved version holds."
)
FILED = StateWords(
    "FILED",
    "Approved by Cabinet on 16 December 2004, minute 112; filed on 18 December 2004, reference ODPM/7.",
    "filed",
    "",
    False,
)
REOPENED = reopened("Reopened after Cabinet’s approval of 16 December 2004, minute 112.")

TABLE = [
    ("preparing", None, BEFORE, PREPARING),
    ("preparing", None, AFTER, PREPARING),
    ("with_cabinet", None, BEFORE, WITH_CABINET),
    ("with_cabinet", None, AFTER, WITH_CABINET),
    ("with_cabinet", "delegated", BEFORE, WITH_CABINET),  # reopened since, and sent again
    (
        "referred_back",
        "referred",
        BEFORE,
        reopened("Referred back by Cabinet on 16 December 2004, minute 112."),
    ),
    (
        "referred_back",
        "referred",
        AFTER,
        reopened("Referred back by Cabinet on 16 December 2004, minute 112."),
    ),
    ("referred_back", "delegated", BEFORE, REOPENED),
    ("referred_back", "delegated", AFTER, REOPENED),
    ("referred_back", None, BEFORE, reopened("Sent to Cabinet, then reopened before Cabinet decided.")),
    ("approved", "approved", BEFORE, approved("")),
    ("approved", "delegated", BEFORE, approved(PROVISIONAL)),
    ("approved", "delegated", LAST, approved(PROVISIONAL)),
    ("approved", "delegated", AFTER, approved("")),
    ("amending", "delegated", BEFORE, amending(BUSY, PROVISIONAL)),
    ("amending", "delegated", LAST, amending(BUSY, PROVISIONAL)),
    ("amending", "delegated", AFTER, amending(LATE, "")),
    ("submitted", "delegated", BEFORE, FILED),
    ("submitted", "delegated", AFTER, FILED),
]


def return_in(status: str, decided: str | None) -> Return:
    return_ = Return(status=status, authority=Authority(name="Marchshire Council"))
    outcome = "referred_back" if decided == "referred" else "approved"
    decision = Decision(outcome=outcome, date=datetime.date(2004, 12, 16), minute="112")
    if decided == "delegated":
        HOLDER.pk = 1
        decision.delegate, decision.delegated_until = HOLDER, LAST
    move = Event(kind="referred", old="with_cabinet", new="referred_back", at=REFERRED)
    if status == "referred_back" and decided != "referred":
        move = Event(
            kind="reopened", old="approved" if decided else "with_cabinet", new="referred_back", at=REFERRED
        )
    filing = Filing(date=datetime.date(2004, 12, 18), reference="ODPM/7")
    # Read once from the database for a return that is stored.
    return_.__dict__ |= {"decision": decision if decided else None, "filing": filing, "last_move": move}
    return return_


@pytest.mark.parametrize(("status", "decided", "day", "words"), TABLE)
def test_each_state_has_its_sentences(status, decided, day, words):
    assert state_words(return_in(status, decided), day) == words


def test_table_has_every_state_before_and_after_the_last_day():
    for each in Return.Status:
        assert {day <= LAST for status, _decided, day, _words in TABLE if status == each} == {True, False}


DUE, DEADLINE, CAME_BACK = (
    datetime.date(2004, 12, 10),
    datetime.date(2004, 12, 20),
    datetime.date(2004, 12, 16),
)


@pytest.mark.parametrize(
    ("status", "sent_back", "due"),
    [
        ("preparing", None, DUE),
        ("referred_back", None, DUE),  # it was not sent back, so it is locked
        ("referred_back", CAME_BACK, DEADLINE),
        ("referred_back", datetime.date(2004, 12, 9), DUE),  # its day was still to come
        ("amending", None, LAST),
    ],
)
def test_an_answer_that_came_back_late_is_due_with_the_return(status, sent_back, due):
    return_ = return_in(status, "delegated")
    return_.proforma_key = "ieg4"

    assert due_in_state(return_, DUE, sent_back) == due


def test_no_template_compares_a_state_of_the_return_or_an_act():
    """What is said of a state is chosen in `states`, what is said of an act is in its row of the lifecycle."""
    compared = re.compile(r"\{%[^%]*[!=]= *[\"']([\w-]+)[\"']")
    keys = {*Return.Status.values, *Action.values}
    found = {
        (path.name, match[1])
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for match in compared.finditer(path.read_text())
        if match[1] in keys
    }

    assert len(keys) == 15
    assert found == set()
