"""Every kind of event is known, told in words of its own, and moves the return only where the lifecycle says."""

import pytest

from returns import history
from returns.answers.reader import read
from returns.history import Telling, kinds, telling
from returns.history.steps import Replayed
from returns.lifecycle import TRANSITIONS
from returns.models import Event

Kind = Event.Kind
VERSION = '{"data":"0123456789abcdef","kind":"approved","number":2,"pdf":"ff","size":9}'
COPY = '{"data":"fedcba9876543210","edition":3,"pdf":"ff","size":9,"version":1}'

# A made-up event of each kind: what it holds, and how it is told.
TOLD = {
    Kind.ANSWER: (
        {"table": "outcome_lights", "line": "R1", "point": "mar05", "field": "light", "old": "A", "new": "R"},
        Telling("Light, 31 March 2005", "Amber", "Red"),
    ),
    Kind.ALLOCATION: (
        {"line": "R1", "field": "owner", "old": "", "new": "Ann Bowen", "detail": "{}"},
        Telling("Owner", "nobody", "Ann Bowen"),
    ),
    Kind.ADDED: ({"table": "cases", "line": "C2"}, Telling("Added")),
    Kind.REMOVED: ({"table": "cases", "line": "C2", "old": "Kiosks"}, Telling("Removed", was="Kiosks")),
    Kind.SIGNED: ({"section": "outcomes", "line": "R1", "new": "0" * 64}, Telling("Signed")),
    Kind.VOIDED: ({"section": "outcomes", "line": "R1", "old": "0" * 64}, Telling("Signature cancelled")),
    Kind.REINSTATED: ({"section": "outcomes", "line": "R1", "detail": "7"}, Telling("Signature restored")),
    Kind.QUERIED: (
        {"section": "outcomes", "line": "R1", "field": "4", "new": "Why?"},
        Telling("Query raised", became="Why?"),
    ),
    Kind.ASKED: (
        {"section": "outcomes", "line": "R1", "field": "5", "new": "When?"},
        Telling("Question from Cabinet", became="When?"),
    ),
    Kind.REPLIED: (
        {"section": "outcomes", "line": "R1", "field": "4", "new": "Soon."},
        Telling("Reply", became="Soon."),
    ),
    Kind.CLOSED: ({"section": "outcomes", "line": "R1", "field": "4"}, Telling("Query closed")),
    Kind.SENT_BACK: ({"section": "outcomes", "line": "R1", "reason": "Too short."}, Telling("Sent back")),
    Kind.SENT: (
        {"old": "preparing", "new": "with_cabinet"},
        Telling("Sent to Cabinet", "In preparation", "With Cabinet"),
    ),
    Kind.APPROVED: (
        {"old": "with_cabinet", "new": "approved", "detail": "{}"},
        Telling("Approved by Cabinet", "With Cabinet", "Approved"),
    ),
    Kind.REFERRED: (
        {"old": "with_cabinet", "new": "referred_back", "detail": "{}"},
        Telling("Referred back by Cabinet", "With Cabinet", "Referred back"),
    ),
    Kind.AMENDING: (
        {"old": "approved", "new": "amending"},
        Telling("Amendment begun", "Approved", "Being amended"),
    ),
    Kind.AMENDED: (
        {"old": "amending", "new": "approved"},
        Telling("Amendment finished", "Being amended", "Approved"),
    ),
    Kind.ABANDONED: (
        {"old": "amending", "new": "approved"},
        Telling("Amendment abandoned", "Being amended", "Approved"),
    ),
    Kind.SUBMITTED: (
        {"old": "approved", "new": "submitted", "detail": "{}"},
        Telling("Filed", "Approved", "Filed"),
    ),
    Kind.REOPENED: (
        {"old": "submitted", "new": "referred_back"},
        Telling("Reopened", "Filed", "Referred back"),
    ),
    Kind.CORRECTED: (
        {"field": "filing", "old": "reference 1", "new": "reference 2", "detail": "{}"},
        Telling("The filing corrected", "reference 1", "reference 2"),
    ),
    Kind.FORM: (
        {"old": "ieg4", "new": "ieg4-v2"},
        Telling(
            "Newer version of the form adopted",
            "Proforma IEG4 2004, version 1",
            "Proforma IEG4 2004, version 2",
        ),
    ),
    Kind.STORED: (
        {"detail": VERSION},
        Telling("Version stored", became="Version 2, code AETW-L36K-XRG8"),
    ),
    Kind.REPORT: (
        {"field": "purpose", "old": "", "new": "All is well.", "detail": '{"drafted":"As drafted."}'},
        Telling("Covering report edited: Purpose", "", "All is well."),
    ),
    Kind.REPORT_KEPT: (
        {"detail": COPY},
        Telling("Covering report stored", became="Edition 3, with version 1, code 95QM-XGDY-LS3B"),
    ),
    Kind.RISK: (
        {"field": "impact", "old": "", "new": "3 high", "detail": '{"risk":2,"what":"Risk 2: impact"}'},
        Telling("Risk 2: impact", None, "3 high"),
    ),
}


def made_up(return_, kind: Kind) -> Event:
    held, _ = TOLD[kind]
    return Event(return_record=return_, number=9, kind=kind, **held)


def test_every_kind_is_told_as_written_here(marchshire):
    found = {
        kind: kinds.of(made_up(marchshire, kind)).tell(marchshire, made_up(marchshire, kind)) for kind in TOLD
    }

    assert found == {kind: told for kind, (_, told) in TOLD.items()}
    assert set(TOLD) == set(Kind)


def test_every_kind_is_in_one_group_of_the_filter():
    assert {group.label: kinds for group, kinds in history.groups().items()} == {
        "Answers": [Kind.ANSWER, Kind.ADDED, Kind.REMOVED],
        "Owners": [Kind.ALLOCATION],
        "Signatures": [Kind.SIGNED, Kind.VOIDED, Kind.REINSTATED],
        "Queries": [Kind.QUERIED, Kind.ASKED, Kind.REPLIED, Kind.CLOSED],
        "Acts": [
            Kind.SENT_BACK, Kind.SENT, Kind.APPROVED, Kind.REFERRED, Kind.AMENDING, Kind.AMENDED, Kind.ABANDONED,
            Kind.SUBMITTED, Kind.REOPENED, Kind.CORRECTED, Kind.STORED, Kind.FORM,
        ],
        "Covering report": [Kind.REPORT, Kind.REPORT_KEPT],
        "Risk register": [Kind.RISK],
    }  # fmt: skip


def test_a_kind_moves_the_return_where_the_lifecycle_says(marchshire):
    table = {transition.kind: transition.target for transition in TRANSITIONS.values()}

    moves = {kind: kinds.of(made_up(marchshire, kind)).moves_to for kind in Kind}

    assert {kind: target for kind, target in moves.items() if target} == {
        kind: target for kind, target in table.items() if target
    }


@pytest.mark.parametrize("kind", list(Kind))
def test_replay_moves_the_return_by_the_kinds_that_move_it_alone(marchshire, kind):
    event = made_up(marchshire, kind)
    state = Replayed(status="as it was", queries={"4": [1, None, None]})

    kinds.of(event).replay(state, event, marchshire.proforma)

    assert state.status == (kinds.of(event).moves_to or "as it was")


def test_replay_refuses_a_move_to_another_state_than_the_kind_leads_to(marchshire):
    event = Event(return_record=marchshire, number=9, kind=Kind.SENT, old="preparing", new="approved")

    with pytest.raises(ValueError, match=r"^event 9 \(sent\) moves the return to approved$"):
        kinds.of(event).replay(Replayed(), event, marchshire.proforma)


def test_an_unknown_kind_is_refused_by_page_and_replay_alike(marchshire):
    event = Event(return_record=marchshire, number=9, kind="moved_house", new="approved")

    for meet in (
        lambda: history.explained(marchshire, [event]),
        lambda: history.replay(marchshire, [event], read(marchshire)),
    ):
        with pytest.raises(kinds.UnknownKind, match="^event 9 is of the unknown kind moved_house$"):
            meet()


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="^The kind risk is registered already.$"):
        history.register(Kind.RISK, kinds.ACTS, telling.act("Risk"))


def test_the_page_of_the_history_says_what_the_registry_says(signed_in, marchshire):
    query = marchshire.queries.get()

    page = signed_in("lead").get("/marchshire/ieg4/history/", {"kind": "queries"})

    assert [(row["event"].what, row["was"], row["became"]) for row in page.context["rows"]] == [
        ("Query raised", None, query.asked.new)
    ]
