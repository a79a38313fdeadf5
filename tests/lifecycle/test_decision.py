"""Cabinet's decision: who records it, what it must say, and the PDF that is kept with it."""

import hashlib
import re
import subprocess

import pytest
from django.contrib.auth.models import Group

from returns import history
from returns.acts import ActionRefused, ask_question
from returns.documents import return_ as document
from returns.documents.engine.pdf import RenderFailed
from returns.lifecycle import Action, performing
from returns.models import Role
from returns.values.digests import short_code
from tests.support.moving import (
    approve,
    at,
    day,
    decision,
    do,
    events_after,
    fresh,
    place,
    refused,
    send,
    state,
    telling,
    who,
)


def words(pdf: bytes) -> str:
    """The text of a PDF on one line."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_approval_keeps_the_version_that_cabinet_saw_with_its_pdf(complete):
    """Both PDFs are drawn for real."""
    with at("2004-12-08 10:00"):
        send(complete)
    seen = fresh(complete).latest_version
    head, sent = history.head(complete), seen.event
    text = "That the return be approved, and that the Director of Policy finish its case studies."
    given = decision(
        date=day("2004-12-16"),
        minute="112",
        text=text,
        delegate=who(complete, "head-policy"),
        delegated_until=day("2004-12-20"),
    )

    with at("2004-12-17 09:40"), telling(complete) as told:
        do(Action.APPROVE, complete, "clerk", decision=given)

    return_ = fresh(complete)
    first, second = return_.versions.order_by("number")
    assert [(v.number, v.kind) for v in (first, second)] == [(1, "cabinet"), (2, "approved")]
    assert (second.digest, second.data) == (first.digest, first.data)
    assert second.digest == hashlib.sha256(second.data.encode()).hexdigest()
    assert events_after(complete, head.number) == [("approved", "clerk", ""), ("stored", "clerk", "")]
    event = second.event
    assert (event.kind, event.number, event.digest) == (
        "approved", head.number + 1, return_.events.get(number=head.number + 1).digest,
    )  # fmt: skip
    for version in (first, second):
        body = bytes(version.pdf)
        assert body[:5] == b"%PDF-"
        assert body.rstrip()[-5:] == b"%%EOF"
        assert (len(body), hashlib.sha256(body).hexdigest()) == (version.pdf_size, version.pdf_digest)
    assert first.pdf_digest != second.pdf_digest

    before, after = words(bytes(first.pdf)), words(bytes(second.pdf))
    joined = after.replace(" ", "")
    missing = [
        phrase
        for phrase in (
            "APPROVED BY CABINET",
            "by Cabinet on 16 December 2004, minute 112, recorded by Philip Askew",
            text,
            "Cabinet allowed Gareth Munn to amend efficiency gains and local case studies until 20 December 2004.",
            f"Code {short_code(second.digest)}",
            f"event {event.number:,}, digest",
            "Meena Thakur, Director of Finance, section 151 officer",
        )
        if phrase not in after
    ]
    assert missing == []
    assert second.digest in joined
    assert event.digest in joined
    assert "FOR CABINET" in before
    assert "APPROVED BY CABINET" not in before
    assert f"event{sent.number:,},digest{sent.digest}" in before.replace(" ", "")

    stored = return_.decision
    assert (stored.outcome, stored.date.isoformat(), stored.minute, stored.text, stored.event_id) == (
        "approved", "2004-12-16", "112", text, event.pk,
    )  # fmt: skip
    assert (stored.delegate.username, stored.delegated_until.isoformat()) == ("head-policy", "2004-12-20")
    assert {subject for _, subject, _ in told} == {"Cabinet approved the return"}
    heads = [
        "education",
        "environment",
        "finance",
        "highways",
        "hr",
        "ict",
        "policy",
        "procurement",
        "social-care",
    ]
    assert [name for name, _, _ in told] == sorted(
        ["cabinet", "finance", "lead", *(f"head-{name}" for name in heads)]
    )


def test_stored_pdf_is_what_is_served(wyeborough, signed_in):
    version = wyeborough.latest_version
    stored = wyeborough.versions.get(number=version.number)

    response = signed_in("wyeborough-clerk").get(version.pdf_url)

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response.content == bytes(stored.pdf)


def test_who_sent_the_return_does_not_record_the_decision(with_cabinet):
    lead = who(with_cabinet, "lead")
    lead.groups.add(Group.objects.get(name=Role.CLERK))

    for action, given in (
        (Action.APPROVE, decision()),
        (Action.REFER_BACK, decision("referred_back", text="Say more.")),
    ):
        with refused(with_cabinet) as caught:
            do(action, with_cabinet, "lead", decision=given)
        assert str(caught.value) == (
            "You sent the return to Cabinet yourself; another clerk records what Cabinet decided."
        )
    approve(with_cabinet)


def test_who_sent_it_an_earlier_time_may_record_a_later_decision(with_cabinet):
    """What counts is who sent the copy that Cabinet decided on."""
    lead = who(with_cabinet, "lead")
    second = who(with_cabinet, "officer-housing")
    second.groups.add(Group.objects.get(name=Role.LEAD))
    lead.groups.add(Group.objects.get(name=Role.CLERK))
    do(Action.REFER_BACK, with_cabinet, "clerk", decision=decision("referred_back", text="Say more."))
    do(Action.SEND, with_cabinet, "officer-housing")

    do(Action.APPROVE, with_cabinet, "lead", decision=decision())

    assert fresh(with_cabinet).status == "approved"


REFUSED = {
    "before it was sent": (
        {"date": day("2004-12-07")},
        "Cabinet can’t have decided before the return was sent to it. Check the date.",
    ),
    "tomorrow": (
        {"date": day("2004-12-09")},
        "The date of the decision lies ahead. Record it once Cabinet has met.",
    ),
    "delegation that ends before it begins": (
        {"delegate": "head-corporate", "delegated_until": day("2004-12-07")},
        "The delegation would end before Cabinet gave it. Check its last day.",
    ),
    "delegate without a last day": (
        {"delegate": "head-corporate"},
        "A delegation names a person and a last day. Give both or neither.",
    ),
    "last day without a delegate": (
        {"delegated_until": day("2004-12-20")},
        "A delegation names a person and a last day. Give both or neither.",
    ),
    "section 151 officer": (
        {"delegate": "finance", "delegated_until": day("2004-12-20")},
        "The section 151 officer signs the figures, so can’t amend them too. Choose another.",
    ),
    "someone of another council": (
        {"delegate": "MARCHSHIRE", "delegated_until": day("2004-12-20")},
        "The delegate must be one of the council’s own people.",
    ),
    "someone who has left": (
        {"delegate": "officer-leisure", "delegated_until": day("2004-12-20")},
        "The delegate must be one of the council’s own people.",
    ),
}


def test_decision_that_can_not_be_is_refused(with_cabinet, marchshire):
    gone = who(with_cabinet, "officer-leisure")
    gone.is_active = False
    gone.save()
    said = {}

    with at("2004-12-08 20:00"):
        for name, (values, _) in REFUSED.items():
            values = dict(values)
            if username := values.get("delegate"):
                values["delegate"] = (
                    who(marchshire, "lead") if username == "MARCHSHIRE" else who(with_cabinet, username)
                )
            with refused(with_cabinet) as caught:
                do(Action.APPROVE, with_cabinet, "clerk", decision=decision(**values))
            said[name] = str(caught.value)

    assert said == {name: sentence for name, (_, sentence) in REFUSED.items()}


def test_decision_of_the_day_it_was_sent_with_a_delegation_for_that_day_alone(with_cabinet):
    with at("2004-12-08 20:00"):
        approve(with_cabinet, delegate="head-corporate", until="2004-12-08")
    with at("2004-12-08 23:59"):
        do(Action.AMEND, with_cabinet, "head-corporate", reason="A gain was found.")

    assert fresh(with_cabinet).status == "amending"


def test_referral_keeps_the_decision_and_makes_no_version(with_cabinet):
    before, head = state(with_cabinet), history.head(with_cabinet).number

    with telling(with_cabinet) as told:
        given = decision("referred_back", text="Say more on R3.")
        do(Action.REFER_BACK, with_cabinet, "clerk", decision=given)

    after = state(with_cabinet)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"status", "head", "decisions", "notices"}
    assert after["status"] == "referred_back"
    assert events_after(with_cabinet, head) == [("referred", "wyeborough-clerk", "")]
    assert {subject for _, subject, _ in told} == {"Cabinet referred the return back"}
    [notice] = with_cabinet.notices.filter(person__username="wyeborough-lead").order_by("-pk")[:1]
    assert notice.text == "Cabinet’s decision of 8 December 2004, minute 87: Say more on R3."


def test_pdf_that_can_not_be_drawn_changes_nothing(with_cabinet, monkeypatch):
    def draw(*args):
        raise RenderFailed("The document asks for a file that can’t be read.")

    monkeypatch.setattr(performing, "version_pdf", draw)

    with refused(with_cabinet) as caught:
        approve(with_cabinet)

    assert str(caught.value) == (
        "The PDF could not be drawn, so nothing was changed: The document asks for a file that can’t be read."
    )


def test_document_that_asks_for_another_file_is_not_drawn(with_cabinet, monkeypatch):
    """The same with the real drawing, given a colour that would load something."""
    monkeypatch.setattr(performing, "version_pdf", document.version_pdf)
    monkeypatch.setattr(document, "council_css", lambda _: "html { background: url(file:///x.png) }")

    with refused(with_cabinet) as caught:
        approve(with_cabinet)

    assert str(caught.value) == (
        "The PDF could not be drawn, so nothing was changed: The document asks for file:///x.png; only "
        "packaged static files may be used."
    )


def test_failure_that_nobody_foresaw_changes_nothing_either(with_cabinet, monkeypatch):
    def draw(*args):
        raise MemoryError

    monkeypatch.setattr(performing, "version_pdf", draw)
    before = state(with_cabinet)

    with pytest.raises(MemoryError):
        approve(with_cabinet)

    assert state(with_cabinet) == before


def drawing_while_others_ask(monkeypatch, return_, times: int) -> list[int]:
    """Each of the first drawings sees a question asked meanwhile; returns the events that were drawn."""
    drawn = []
    plain = performing.version_pdf

    def draw(answers, version, event, given, parts):
        drawn.append(event.number)
        if len(drawn) <= times:
            ask_question(
                return_=return_,
                by=who(return_, "cabinet"),
                place=place(return_, "outcomes", "R3"),
                text=f"Question {len(drawn)}?",
            )
        return plain(answers, version, event, given, parts)

    monkeypatch.setattr(performing, "version_pdf", draw)
    return drawn


@pytest.mark.parametrize("times", [1, 3])
def test_history_that_moves_meanwhile_has_the_version_drawn_again(with_cabinet, monkeypatch, times):
    first = history.head(with_cabinet).number + 1
    drawn = drawing_while_others_ask(monkeypatch, with_cabinet, times)

    approve(with_cabinet)

    assert drawn == [first + n for n in range(times + 1)]
    version = fresh(with_cabinet).versions.order_by("-number").first()
    event = fresh(with_cabinet).events.get(number=drawn[-1])
    assert (event.kind, version.event_id) == ("approved", event.pk)
    named = re.fullmatch(r"%PDF-stand-in (\w+) (\w+) (\d+) (\w+)", bytes(version.pdf).decode()).groups()
    assert named == ("approved", version.digest, str(event.number), event.digest)


def test_history_that_never_rests_ends_the_fourth_try(with_cabinet, monkeypatch):
    before, first = state(with_cabinet), history.head(with_cabinet).number + 1
    drawn = drawing_while_others_ask(monkeypatch, with_cabinet, 99)

    with pytest.raises(ActionRefused) as caught:
        approve(with_cabinet)

    assert str(caught.value) == (
        "Others kept changing the return while it was drawn. Wait a moment, then try again."
    )
    assert drawn == [first, first + 1, first + 2, first + 3]
    after = state(with_cabinet)
    same = ["status", "answers", "signed", "versions", "decisions"]
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert events_after(with_cabinet, first - 1) == [("asked", "wyeborough-cabinet", "outcomes/R3")] * 4
