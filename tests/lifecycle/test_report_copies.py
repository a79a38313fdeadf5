"""The covering report that Cabinet read: stored with the version sent, and served ever after."""

import hashlib
import json
import subprocess

import pytest
from django.db import IntegrityError, transaction

from efficiency.register.acts import add_risk, close_risk
from efficiency.register.proposals import open_risks
from ieg4.cabinet import report
from ieg4.cabinet.report import copies_of, kept_copy, report_of
from returns import history
from returns.acts import ActionRefused, add_paragraph, ask_question, edit_paragraph
from returns.documents.engine.pdf import RenderFailed
from returns.documents.verification import verify
from returns.lifecycle import Action
from returns.models import ReportCopy, Return, Version
from returns.values.digests import short_code
from tests.support.moving import (
    approve,
    at,
    decision,
    do,
    events_after,
    filing,
    fresh,
    place,
    refused,
    reopen,
    save,
    send,
    sign,
    who,
)
from tests.support.tampering import lift_guards, run, undone
from tests.unit.efficiency.register.test_register import VALUES
from tests.unit.returns.management.test_commands import run as command

W = "/wyeborough/ieg4/"
REPORT = W + "cabinet/report/"
LATER = {"title": "A risk found later", "member_sponsor": "Councillor Late"}


def send_anew(return_: Return) -> Return:
    """Wyeborough, with one funding risk, goes to Cabinet again."""
    add_risk(return_=return_, by=who(return_, "lead"), values=VALUES)
    reopen(return_, ("outcomes", "R3"))
    save(return_, "officer-corporate", "outcomes", "R3", {"comment": "Looked at again in December."})
    sign(return_, "head-corporate", "corporate")
    send(return_)
    return fresh(return_)


@pytest.fixture
def read_by_cabinet(approved, quick_drawing) -> Return:
    return send_anew(approved)


def edit(return_: Return, text: str, key="purpose"):
    paragraph = report_of(return_).paragraph(key)
    return edit_paragraph(
        return_=return_,
        by=who(return_, "clerk"),
        key=key,
        text=text,
        drafted=paragraph.drafted,
        seen=paragraph.version,
    )


def change_register(return_: Return) -> None:
    """One risk is closed, and another added."""
    lead = who(return_, "lead")
    close_risk(return_=return_, by=lead, number=open_risks(return_)[0].number, reason="Done.")
    add_risk(return_=return_, by=lead, values=VALUES | LATER)


def served(return_: Return, signed_in, tmp_path) -> dict:
    """All ways in which the report is handed out, and the events that came of it."""
    client, copy = signed_in("wyeborough-cabinet"), kept_copy(return_)
    drawn = client.post(f"{W}documents/cabinet-report/draw/")
    target = tmp_path / "report.pdf"
    command(
        "render_return", "wyeborough", "ieg4", "--document", "cabinet-report", "--output", str(target), code=0
    )
    page = client.get(REPORT).content.decode()
    return {
        "pdf": client.get(copy.pdf_url).content,
        "command": target.read_bytes(),
        "asked": (drawn.status_code, drawn.headers["Location"]),
        "article": page[page.index("<article") : page.index("</article>")],
        "stored": client.get(copy.get_absolute_url())
        .content.decode()
        .split("<article")[1]
        .split("</article>")[0],
        "listed": copy.pdf_url in client.get(f"{W}documents/").content.decode(),
        "button": "documents/cabinet-report/draw/" in client.get(f"{W}documents/").content.decode(),
    }


def approve_it(return_: Return) -> None:
    approve(return_, "head-corporate")


def amend_it(return_: Return) -> None:
    approve_it(return_)
    do(Action.AMEND, return_, "head-corporate", reason="A gain was found.")


def file_it(return_: Return) -> None:
    approve_it(return_)
    do(Action.SUBMIT, return_, "lead", filing=filing())


def wait(_: Return) -> None:
    pass


ONWARD = {
    "with_cabinet": wait,
    "approved": approve_it,
    "amending": amend_it,
    "submitted": file_it,
}


@pytest.mark.parametrize("status", ONWARD)
def test_report_is_the_same_whatever_becomes_of_the_register(read_by_cabinet, signed_in, tmp_path, status):
    before = served(read_by_cabinet, signed_in, tmp_path)

    ONWARD[status](read_by_cabinet)
    change_register(read_by_cabinet)

    return_ = fresh(read_by_cabinet)
    assert return_.status == status
    assert LATER["title"] in [risk.title for risk in open_risks(return_)]
    assert served(return_, signed_in, tmp_path) == before
    copy = kept_copy(return_)
    assert before["pdf"] == before["command"] == bytes(return_.report_copies.get(pk=copy.pk).pdf)
    assert before["asked"] == (302, copy.pdf_url)
    assert (before["listed"], before["button"]) == (True, False)
    assert VALUES["title"] in before["article"]
    assert VALUES["title"] in before["pdf"].decode()


@pytest.mark.parametrize("how", ["referred back", "reopened"])
def test_report_drawn_anew_leaves_the_one_that_cabinet_read(read_by_cabinet, signed_in, how):
    read = kept_copy(read_by_cabinet)
    client = signed_in("wyeborough-cabinet")
    before = [client.get(address).content for address in (read.pdf_url, REPORT)]

    if how == "reopened":
        approve(read_by_cabinet)
        reopen(read_by_cabinet, ("outcomes", "R3"))
    else:
        no = decision("referred_back", text="Say more.")
        do(Action.REFER_BACK, read_by_cabinet, "clerk", decision=no)
    change_register(read_by_cabinet)

    return_ = fresh(read_by_cabinet)
    drafted = signed_in("wyeborough-clerk").get(REPORT).content.decode()
    shown = client.get(REPORT).content
    assert kept_copy(return_) is None
    assert client.get(read.pdf_url).content == before[0]
    assert _article(shown.decode()) == _article(before[1].decode())
    assert LATER["title"] in _article(drafted)
    assert VALUES["title"] not in _article(drafted)


def _article(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


def test_report_is_stored_with_the_version_by_one_act(approved):
    """Drawn for real."""
    with at("2004-12-08 10:00"):
        return_ = send_anew(approved)

    copy = return_.report_copies.order_by("-pk").first()
    body = bytes(copy.pdf)
    assert (copy.version.number, copy.edition) == (3, 1)
    assert [kind for kind, *_ in events_after(return_, copy.version.event.number - 1)] == [
        "sent",
        "stored",
        "report_kept",
    ]
    assert json.loads(copy.event.detail) == {
        "version": 3,
        "edition": 1,
        "data": hashlib.sha256(copy.data.encode()).hexdigest(),
        "pdf": hashlib.sha256(body).hexdigest(),
        "size": len(body),
    }
    paper = subprocess.run(["pdftotext", "-", "-"], input=body, capture_output=True, check=True)
    words = " ".join(paper.stdout.decode().split())
    missing = [
        phrase
        for phrase in (
            "Version 3, sent to Cabinet on 8 December 2004, 10:00am",
            f"Code {short_code(copy.digest)}",
            VALUES["title"],
            "The return as sent to Cabinet on 8 December 2004 contains",
        )
        if phrase not in words
    ]
    assert missing == []


def test_report_read_from_its_data_is_the_report_that_was_drafted(read_by_cabinet):
    """What is kept as data says all that the page and the appendix say."""
    copy = kept_copy(read_by_cabinet)
    read = report.read_copy(copy)
    with undone():
        lift_guards()
        run("DELETE FROM {}", names=["returns_reportcopy"])
        drafted = report_of(fresh(read_by_cabinet))

    assert drafted.kept is None
    assert read.appendix == drafted.appendix
    words = [(each.key, each.drafted, each.text, each.number) for each in read.paragraphs]
    assert words == [(each.key, each.drafted, each.text, each.number) for each in drafted.paragraphs]


def test_correction_while_cabinet_has_it_adds_an_edition(read_by_cabinet, signed_in):
    first, head = kept_copy(read_by_cabinet), history.head(read_by_cabinet).number
    client = signed_in("wyeborough-cabinet")
    before = client.get(first.pdf_url).content
    change_register(read_by_cabinet)
    moved = history.head(read_by_cabinet).number
    assert moved > head

    edit(read_by_cabinet, "In the clerk’s own words.")

    second = kept_copy(read_by_cabinet)
    assert [(each.version.number, each.edition) for each in copies_of(read_by_cabinet)][:2] == [
        (3, 2),
        (3, 1),
    ]
    assert events_after(read_by_cabinet, moved) == [
        ("report", "wyeborough-clerk", "report"),
        ("report_kept", "wyeborough-clerk", "report"),
    ]
    was, now = json.loads(first.data), json.loads(second.data)
    differing = [a["key"] for a, b in zip(was["paragraphs"], now["paragraphs"], strict=True) if a != b]
    assert differing == ["purpose"]
    assert {name for name in was if was[name] != now[name]} == {"edition", "paragraphs"}
    assert client.get(first.pdf_url).content == before
    assert "In the clerk’s own words." in client.get(second.pdf_url).content.decode()
    assert "In the clerk’s own words." in _article(client.get(REPORT).content.decode())


def test_paragraph_added_and_removed_while_cabinet_has_it(read_by_cabinet):
    clerk = who(read_by_cabinet, "clerk")
    added = add_paragraph(return_=read_by_cabinet, by=clerk, heading="risks", text="One more.")
    texts = [each.text for each in report_of(read_by_cabinet).paragraphs]
    edit(read_by_cabinet, "", added.key)

    assert "One more." in texts
    assert "One more." not in [each.text for each in report_of(read_by_cabinet).paragraphs]
    assert [each.edition for each in copies_of(read_by_cabinet)][:3] == [3, 2, 1]


def test_edit_that_changes_nothing_adds_no_edition(read_by_cabinet):
    before = kept_copy(read_by_cabinet)
    head = history.head(read_by_cabinet)

    edit(read_by_cabinet, report_of(read_by_cabinet).paragraph("purpose").text)

    assert kept_copy(read_by_cabinet) == before
    assert history.head(read_by_cabinet) == head


def test_edit_whose_copy_can_not_be_drawn_is_refused(read_by_cabinet, monkeypatch):
    def fail(sheet):
        raise RenderFailed("It asks for what it may not.")

    monkeypatch.setattr(report, "copy_pdf", fail)
    with refused(read_by_cabinet) as caught:
        edit(read_by_cabinet, "In the clerk’s own words.")

    assert str(caught.value) == (
        "The PDF of the covering report could not be made, so nothing was changed: It asks for what it may not."
    )
    assert read_by_cabinet.report_copies.filter(version__number=3).count() == 1


def test_return_whose_report_can_not_be_drawn_is_not_sent(approved, quick_drawing, monkeypatch):
    def fail(sheet):
        raise RenderFailed("It asks for what it may not.")

    reopen(approved, ("outcomes", "R3"))
    save(approved, "officer-corporate", "outcomes", "R3", {"comment": "Looked at again in December."})
    sign(approved, "head-corporate", "corporate")
    monkeypatch.setattr(report, "copy_pdf", fail)
    with refused(approved) as caught:
        send(approved)

    assert str(caught.value).startswith("The PDF of the covering report could not be made")


@pytest.mark.parametrize("times", [1, 3])
def test_edit_draws_again_when_the_history_moves_meanwhile(read_by_cabinet, monkeypatch, times):
    drawn, plain = [], report.copy_pdf

    def draw(sheet):
        drawn.append(sheet)
        if len(drawn) <= times:
            ask_question(
                return_=read_by_cabinet,
                by=who(read_by_cabinet, "cabinet"),
                place=place(read_by_cabinet, "outcomes", "R3"),
                text=f"Question {len(drawn)}?",
            )
        return plain(sheet)

    monkeypatch.setattr(report, "copy_pdf", draw)
    edit(read_by_cabinet, "In the clerk’s own words.")

    assert len(drawn) == times + 1
    assert [each.edition for each in copies_of(read_by_cabinet)][:2] == [2, 1]


def edit_another_paragraph_meanwhile(return_: Return, monkeypatch) -> None:
    """While the copy of one edit is drawn for the first time, another paragraph is edited and stored."""
    plain, begun = report.copy_pdf, []

    def draw(sheet):
        if not begun:
            begun.append(sheet)
            edit(return_, "The second, done first.", "wards")
        return plain(sheet)

    monkeypatch.setattr(report, "copy_pdf", draw)


def test_two_edits_at_once_are_both_in_the_last_edition(read_by_cabinet, monkeypatch):
    edit_another_paragraph_meanwhile(read_by_cabinet, monkeypatch)
    edit(read_by_cabinet, "The first, done last.")

    copy = kept_copy(read_by_cabinet)
    words = [each["text"] for each in json.loads(copy.data)["paragraphs"]]
    assert copy.edition == 3
    assert {"The first, done last.", "The second, done first."} <= set(words)


def test_two_edits_at_once_collide_where_the_history_is_not_compared(read_by_cabinet, monkeypatch):
    """The twin of the test above, without the guard: the copy that was drawn first is an edition that is taken."""
    edit_another_paragraph_meanwhile(read_by_cabinet, monkeypatch)
    monkeypatch.setattr(history, "head", lambda _: history.Head())
    with pytest.raises(IntegrityError), transaction.atomic():
        edit(read_by_cabinet, "The first, done last.")


def test_edit_after_the_decision_is_recorded_meanwhile_is_refused(read_by_cabinet, monkeypatch):
    """Cabinet approves while the clerk's edition is being drawn: it is not what Cabinet read."""
    plain, recorded = report.copy_pdf, []

    def draw(sheet):
        if not recorded:
            recorded.append(approve(read_by_cabinet))
        return plain(sheet)

    before = kept_copy(read_by_cabinet)
    monkeypatch.setattr(report, "copy_pdf", draw)
    with pytest.raises(ActionRefused, match="until Cabinet has decided"):
        edit(read_by_cabinet, "In the clerk’s own words.")

    assert kept_copy(fresh(read_by_cabinet)) == before


def test_report_of_an_older_version_is_said_to_be_drawn_now(read_by_cabinet, signed_in):
    """Of a version that was sent before reports were stored there is none."""
    with undone():
        lift_guards()
        run("DELETE FROM {}", names=["returns_reportcopy"])
        page = signed_in("wyeborough-cabinet").get(REPORT).content.decode()
        pack = signed_in("wyeborough-cabinet").get(f"{W}documents/").content.decode()

    assert "No report was stored with version 3, sent to Cabinet on 8 December 2004" in page
    assert "This one is made now" in page
    assert "documents/cabinet-report/draw/" in pack
    assert "Reports stored for Cabinet" not in page


def test_first_correction_of_an_older_version_stores_a_report(read_by_cabinet):
    with undone():
        lift_guards()
        run("DELETE FROM {}", names=["returns_reportcopy"])
        edit(fresh(read_by_cabinet), "In the clerk’s own words.")
        copy = kept_copy(fresh(read_by_cabinet))

    assert (copy.edition, report_of(fresh(read_by_cabinet)).version.number) == (1, 3)
    assert "In the clerk’s own words." in [each["text"] for each in json.loads(copy.data)["paragraphs"]]


def test_queries_do_not_grow_with_editions(read_by_cabinet, signed_in, django_assert_max_num_queries):
    client = signed_in("wyeborough-clerk")
    edit(read_by_cabinet, "In the clerk’s own words.")
    client.get(REPORT)
    with django_assert_max_num_queries(60) as before:
        client.get(REPORT)
    for number in range(4):
        edit(read_by_cabinet, f"In words {number}.")
    with django_assert_max_num_queries(len(before)):
        client.get(REPORT)


def test_altered_copy_is_named(read_by_cabinet):
    copy = kept_copy(read_by_cabinet)
    with undone():
        lift_guards()
        run("UPDATE {} SET data = %s WHERE id = %s", "{}", copy.pk, names=["returns_reportcopy"])
        found = history.check(fresh(read_by_cabinet))

    assert found == ["Covering report of version 3, edition 1: its data do not fit their digest."]


def test_verification_knows_the_stored_report(read_by_cabinet):
    copy = copies_of(read_by_cabinet)[0]
    body = bytes(ReportCopy.objects.get(pk=copy.pk).pdf)

    verdict = verify(body, Version.objects.all())

    assert verdict.kind == "genuine"
    assert verdict.sentence.startswith("The file is the covering report of version ")
    assert verdict.sentence.endswith(", edition 1, to the last byte.")
