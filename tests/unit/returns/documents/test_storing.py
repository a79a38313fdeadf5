"""Nothing is stored that isn't the archival file that it says it is; what can't be printed is named."""

import io
import json
import logging
from html import escape

import pikepdf
import pytest
from pikepdf import pdfa

from returns.acts import ActionRefused
from returns.checks.completeness import assess
from returns.documents.engine import archive, child
from returns.documents.engine.sheet import NotArchival, Sheet
from returns.lifecycle import Action
from returns.models import Authority, Return, User
from returns.values import letters
from tests.support.moving import day, decision, do, fresh, state, who
from tests.unit.returns.answers.test_answers import change
from tests.unit.returns.documents.test_archive import AT

FAULT = 'h1::after { content: "\\6F22" }'  # drawn as a box, which no archival file may hold
FAILED = (
    "It fails the check of archival files (PDF/A-3b). "
    "Tell whoever runs this site: its log says what is wrong."
)


def sheet(body: str, css: str = "") -> Sheet:
    html = f'<!doctype html><html lang="en-GB"><head><title>Trial</title></head><body>{body}</body></html>'
    return Sheet("trial", html, css, AT)


def checked(pdf: bytes) -> list[str]:
    return json.loads(child.run(archive.findings, pdf))


def fonts(pdf: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        found = [each for each in file.objects if isinstance(each, pikepdf.Dictionary)]
        return {str(each.FontName).partition("+")[2] for each in found if "/FontName" in each}


def test_file_without_fault_may_be_stored():
    trial = sheet("<h1>Trial</h1>")

    assert trial.archival_pdf() == trial.pdf()


def test_file_with_a_fault_may_not_be_stored_and_the_log_says_why(caplog):
    with pytest.raises(NotArchival) as refused, caplog.at_level(logging.ERROR):
        sheet("<h1>Trial</h1>", FAULT).archival_pdf()

    assert str(refused.value) == FAILED
    (line,) = caplog.messages
    assert line.startswith(
        "trial is not PDF/A-3b, so it is not stored: [violation] ISO_19005_3:6.2.11.8-1 at obj "
    )


def test_without_the_check_that_file_is_made():
    """The twin: the same file, drawn and not checked, says that it is archival."""
    body = sheet("<h1>Trial</h1>", FAULT).pdf()

    with pikepdf.open(io.BytesIO(body)) as file, file.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
    assert len(checked(body)) == 1


def test_checker_in_the_child_finds_what_it_finds_outside():
    body = sheet("<h1>Trial</h1>", FAULT).pdf()

    with pikepdf.open(io.BytesIO(body)) as file:
        assert checked(body) == [str(each) for each in pdfa.check(file, "3b").findings]


def test_letter_without_face_is_drawn_as_its_code_and_never_stored():
    trial = sheet(
        "<h1>Trial</h1><p>With tea, which is written <b>漢</b>, for all who come to the council’s halls</p>"
    )
    body = trial.pdf()

    with pytest.raises(NotArchival) as refused:
        trial.archival_pdf()

    assert str(refused.value) == (
        "It has a letter that can’t be printed: “漢” (CJK UNIFIED IDEOGRAPH-6F22). "
        "Remove it or write it in Latin letters. "
        "It is in “With tea, which is written 漢 , for all who come to the co”."
    )
    assert checked(body) == []
    assert body == sheet(trial.html[trial.html.index("<body>") + 6 : -14].replace("漢", "[U+6F22]")).pdf()


def test_every_letter_is_printed_in_packaged_faces():
    """Each that fields take, in each weight that print.css has; a system's own fonts are never asked."""
    printed = [chr(code) for code in range(0x20, 0x20000) if not letters.unprintable(chr(code))]
    text = " ".join(escape(letter) for letter in printed)
    body = sheet(f"<h1>{text}</h1><p>{text} <b>{text}</b> <i>{text}</i></p>").pdf()

    assert len(printed) > 1_500
    assert checked(body) == []
    assert {name.removeprefix("Source-Sans-3").strip(",") for name in fonts(body)} == {
        "", "-Semi-Bold", "-Italic", "-Full", "-Full-Semi-Bold", "-Full-Italic",
    }  # fmt: skip


def test_what_is_written_in_english_needs_the_small_faces_alone():
    body = sheet("<p>“Naïve” – £5,000, ½ and 3°; it’s all done…</p>").pdf()

    assert fonts(body) == {"Source-Sans-3,"}


# The acts that store a version.


@pytest.fixture
def sent(wyeborough) -> Return:
    """Wyeborough as if Cabinet had not decided yet."""
    Return.objects.filter(pk=wyeborough.pk).update(status="with_cabinet")
    return fresh(wyeborough)


def approve(return_: Return, **details) -> str:
    """What the clerk is told who records the approval; nothing where it is recorded."""
    given = decision(date=day("2004-12-06"), minute="9", text="That it be approved.", **details)
    try:
        do(Action.APPROVE, return_, "clerk", decision=given)
    except ActionRefused as refused:
        return str(refused)
    return ""


def test_version_that_fails_the_check_is_not_stored(sent, caplog):
    """The fault comes in by the council's colour, which the database on trial doesn't shorten."""
    broken = '#0b5369 } h1::after { content: "\\6F22" } html { --unused: 0'
    Authority.objects.filter(pk=sent.authority_id).update(accent=broken)
    before = state(sent)

    with caplog.at_level(logging.ERROR):
        said = approve(fresh(sent))

    assert said == f"The PDF could not be made, so nothing was changed: {FAILED}"
    assert state(sent) == before
    assert [line.partition(":")[0] for line in caplog.messages] == [
        "ieg4-wyeborough-approved-3 is not PDF/A-3b, so it is not stored"
    ]


def test_version_without_fault_is_stored(sent):
    """The twin."""
    assert (approve(sent), fresh(sent).status, fresh(sent).latest_version.kind) == (
        "",
        "approved",
        "approved",
    )


def test_name_that_cannot_be_printed_keeps_a_version_from_being_stored(sent):
    User.objects.filter(pk=who(sent, "clerk").pk).update(last_name="漢")
    before = state(sent)

    said = approve(fresh(sent))

    assert said.startswith(
        "The PDF could not be made, so nothing was changed: It has a letter that can’t be printed: “漢” "
        "(CJK UNIFIED IDEOGRAPH-6F22). Remove it or write it in Latin letters. It is in “"
    )
    assert state(sent) == before


def test_stored_answer_that_cannot_be_printed_blocks_sending_by_line_and_letter(wyeborough):
    Return.objects.filter(pk=wyeborough.pk).update(status="preparing")
    record = change(fresh(wyeborough), "outcomes", "R3", "", {}).entry.record
    record.comment = "Done 漢"
    record.save()

    (blocker,) = assess(fresh(wyeborough)).blockers
    with pytest.raises(ActionRefused) as refused:
        do(Action.SEND, fresh(wyeborough), "lead")

    assert (blocker.kind, blocker.field) == ("check", "comment")
    assert str(refused.value) == (
        "1 blocker is left. The first: R3: Comment has a letter that can’t be printed: “漢” "
        "(CJK UNIFIED IDEOGRAPH-6F22). Remove it or write it in Latin letters. Clear them, then try again."
    )
