"""The whole return, on its page and as a document, says of its state what is true at that moment."""

import re

import pytest

from returns.checks.completeness import assess
from returns.documents.return_ import return_context, return_sheet, version_sheet
from returns.versions.snapshot import thaw
from tests.support.moving import at, fresh, london, reopen

SENTENCE = "{} may change this section until 20 December 2004, under Cabinet’s delegation of 2 December 2004."


def provisional(html: str) -> list[str]:
    """What follows each mark PROVISIONAL, but for those of single case studies."""
    found = re.findall(r'<p class="lead">\s*<span class="tag">PROVISIONAL</span>\s*([^<]*?)\s*</p>', html)
    assert ("PROVISIONAL" in html) == bool(found)
    return found


@pytest.fixture
def sentence(approved) -> str:
    return SENTENCE.format(approved.decision.delegate)


PAGES = ["whole/", "versions/2/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("moment", "count"), [("2004-12-08 10:00", 2), ("2004-12-20 23:59", 2), ("2004-12-21 00:01", 0)]
)
def test_pages_say_provisional_while_the_delegation_runs(approved, sentence, signed_in, page, moment, count):
    number = approved.latest_version.number
    address = f"/wyeborough/ieg4/{page}".replace("versions/2/", f"versions/{number}/")
    client = signed_in("wyeborough-lead")

    with at(moment):
        html = client.get(address).content.decode()

    assert 'id="section-efficiency"' in html
    assert provisional(html) == [sentence] * count


def test_earlier_version_is_not_provisional(approved, signed_in):
    first = approved.versions.order_by("number").first()
    assert first.number < approved.latest_version.number

    with at("2004-12-08 10:00"):
        html = signed_in("wyeborough-lead").get(first.get_absolute_url()).content.decode()

    assert provisional(html) == []


def test_approved_version_names_who_may_change_it_and_until_when(approved, sentence):
    version = approved.latest_version
    answers = thaw(approved, approved.versions.get(pk=version.pk).data)
    stored = approved.versions.select_related("event__by").get(pk=version.pk)

    sheet = version_sheet(answers, stored, stored.event, approved.decision, assess(answers).parts)

    assert provisional(sheet.html) == [sentence] * 2


def test_version_for_cabinet_is_not_provisional(approved):
    stored = approved.versions.select_related("event__by").order_by("number").first()
    answers = thaw(approved, stored.data)

    sheet = version_sheet(answers, stored, stored.event, None, assess(answers).parts)

    assert (stored.kind, provisional(sheet.html)) == ("cabinet", [])
    assert '<p class="state"><b>FOR CABINET</b></p>' in sheet.html


def test_cover_of_an_amendment_says_that_cabinet_approved(amending, sentence):
    delegate, minute = amending.decision.delegate, amending.decision.minute
    moment = london("2004-12-10 09:30")

    sheet = return_sheet(amending, as_at=moment)
    document = return_context(assess(amending), moment)["document"]

    assert (document.state, document.state_note, document.foot[0], document.head) == (
        "DRAFT AMENDMENT",
        f"Approved by Cabinet on 2 December 2004, minute {minute}. {delegate} is amending it under Cabinet’s "
        "delegation, until 20 December 2004 at the latest; until that is finished, the approved version holds. "
        "No blocker is left.",
        "Draft, as at 10 December 2004, 9:30am · amendment not finished",
        "DRAFT",
    )
    assert provisional(sheet.html) == [sentence] * 2
    assert "ot approved" not in sheet.html


def test_after_the_last_day_an_unfinished_amendment_is_not_provisional(amending):
    sheet = return_sheet(amending, as_at=london("2004-12-21 00:01"))

    assert provisional(sheet.html) == []
    assert (
        "which ended on 20 December 2004. It can only be abandoned, and the approved version holds."
        in sheet.html
    )


def test_reopened_return_is_not_provisional_though_the_decision_delegated(approved):
    reopen(approved, ("outcomes", "R3"))
    sheet = return_sheet(fresh(approved), as_at=london("2004-12-10 09:30"))

    assert provisional(sheet.html) == []
    assert "Reopened after Cabinet’s approval of 2 December 2004" in sheet.html
