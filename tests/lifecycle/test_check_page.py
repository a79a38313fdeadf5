"""Before a decision or a filing is recorded, what will be recorded is shown in full."""

import html
import re

import pytest

from returns.lifecycle import Action
from tests.support.moving import do, fresh, traces, who

W = "/wyeborough/ieg4/"
TEXT = 'That the return be approved,\r\nand "the rest" & so on.'


@pytest.fixture
def typed(with_cabinet) -> dict:
    return {
        "status": "with_cabinet",
        "date": "8 December 2004",
        "minute": "87",
        "text": TEXT,
        "delegate": str(who(with_cabinet, "head-corporate").pk),
        "delegated_until": "20/12/2004",
    }


def hidden(page: str) -> dict:
    """What the page would post again, but for its token and writer."""
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', page, re.DOTALL):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag, re.DOTALL)
        found[name[1]] = html.unescape(value[1]) if value else ""
    return {
        name: value for name, value in found.items() if name not in ("csrfmiddlewaretoken", "writer", "next")
    }


def rows(page: str) -> list[tuple[str, str]]:
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return [(html.unescape(label), html.unescape(value).replace("\r\n", "\n")) for label, value in pairs]


def test_approval_is_shown_in_full_before_it_is_recorded(with_cabinet, signed_in, typed):
    client, before = signed_in("wyeborough-clerk"), traces(with_cabinet)
    person = who(with_cabinet, "head-corporate")

    answer = client.post(f"{W}acts/approve/", typed)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert traces(with_cabinet) == before
    assert rows(page) == [
        ("Date of the meeting", "Wednesday 8 December 2004"),
        ("Minute number", "87"),
        ("Decision", TEXT.replace("\r\n", "\n")),
        ("Who may amend", str(person)),
        ("Until the end of", "Monday 20 December 2004"),
    ]
    posted = {name: value.replace("\r\n", "\n") for name, value in hidden(page).items()}
    assert posted == {name: value.replace("\r\n", "\n") for name, value in typed.items()}
    assert ">Check what will be recorded</h1>" in page

    done = client.post(f"{W}acts/approve/", hidden(page) | {"step": "record"})

    assert (done.status_code, fresh(with_cabinet).status) == (302, "approved")
    decision = fresh(with_cabinet).decision
    assert (decision.minute, decision.delegate, decision.text) == ("87", person, TEXT.replace("\r\n", "\n"))


def test_change_gives_back_all_that_was_typed(with_cabinet, signed_in, typed):
    client, before = signed_in("wyeborough-clerk"), traces(with_cabinet)
    page = client.post(f"{W}acts/approve/", typed).content.decode()

    again = client.post(f"{W}acts/approve/", hidden(page) | {"step": "change"})

    said = again.content.decode()
    assert again.status_code == 200
    for value in ("8 December 2004", "87", "20/12/2004"):
        assert f'value="{value}"' in said
    assert "and &quot;the rest&quot; &amp; so on." in said
    assert re.search(rf'value="{typed["delegate"]}"\s+selected', said)
    assert "There is a problem" not in said
    assert traces(with_cabinet) == before


def test_approval_without_delegate_says_so(with_cabinet, signed_in, typed):
    page = signed_in("wyeborough-clerk").post(
        f"{W}acts/approve/", typed | {"delegate": "", "delegated_until": ""}
    )

    assert rows(page.content.decode())[3:] == [("Who may amend", "Nobody: Cabinet delegated nothing")]


def test_referral_and_filing_have_a_check_page_too(with_cabinet, approved, signed_in, typed):
    referral = signed_in("wyeborough-clerk").post(f"{W}acts/refer-back/", typed)
    assert rows(referral.content.decode())[0] == ("Date of the meeting", "Wednesday 8 December 2004")
    assert fresh(with_cabinet).status == "with_cabinet"


def test_filing_is_shown_before_it_is_recorded(approved, signed_in):
    lead, given = signed_in("wyeborough-lead"), {"date": "7 December 2004", "reference": "IEG4-7"}

    page = lead.post(f"{W}acts/submit/", given).content.decode()

    assert rows(page) == [("Date of filing", "Tuesday 7 December 2004"), ("Reference", "IEG4-7")]
    assert fresh(approved).status == "approved"
    assert lead.post(f"{W}acts/submit/", hidden(page) | {"step": "record"}).status_code == 302
    assert (fresh(approved).status, fresh(approved).filing.reference) == ("submitted", "IEG4-7")


@pytest.mark.parametrize("step", ["", "record"])
def test_what_can_not_be_recorded_is_said_before_the_check_page(with_cabinet, signed_in, typed, step):
    answer = signed_in("wyeborough-clerk").post(
        f"{W}acts/approve/", typed | {"date": "9 December 2004", "step": step}
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The date of the decision is in the future. Record it once Cabinet has met." in page
    assert 'value="9 December 2004"' in page
    assert "Check what will be recorded" not in page


def test_return_that_moved_while_it_was_checked_is_not_decided(with_cabinet, signed_in, typed):
    client = signed_in("wyeborough-clerk")
    page = client.post(f"{W}acts/approve/", typed).content.decode()
    do(
        Action.REOPEN, with_cabinet, "lead", reason="Too early.",
        places=[_place(with_cabinet)],
    )  # fmt: skip
    before = traces(with_cabinet)

    answer = client.post(f"{W}acts/approve/", hidden(page) | {"step": "record"})

    assert answer.status_code == 409
    moved = "The return has changed since this page was opened: it is now referred back. Nothing was done."
    assert moved in answer.content.decode()
    assert traces(with_cabinet) == before


def _place(return_):
    from tests.support.moving import place

    return place(return_, "outcomes", "R3")


def test_other_acts_are_done_at_once(approved, signed_in):
    answer = signed_in("wyeborough-head-corporate").post(f"{W}acts/amend/", {"reason": "A gain was found."})

    assert (answer.status_code, fresh(approved).status) == (302, "amending")


def test_codes_on_the_cabinet_page_lead_to_that_outcome_in_the_copy(approved, signed_in):
    client = signed_in("wyeborough-cabinet")
    page = client.get(f"{W}cabinet/").content.decode()
    links = re.findall(r'<a href="([^"#]*)#(\w+)">(\w+)</a>', page)
    copy = client.get(f"{W}versions/2/").content.decode()

    lines = [line.key for line in approved.proforma.section_by_key["outcomes"].lines]
    assert sorted(code for _, code, _ in links) == sorted(lines)
    assert {(address, code == shown) for address, code, shown in links} == {(f"{W}versions/2/", True)}
    assert [code for code in lines if copy.count(f' id="{code}"') != 1] == []


def test_codes_before_there_is_a_copy_lead_to_the_whole_return(marchshire, signed_in):
    client = signed_in("clerk")
    links = re.findall(
        r'<a href="([^"#]*)#(\w+)">\w+</a>', client.get("/marchshire/ieg4/cabinet/").content.decode()
    )
    whole = client.get("/marchshire/ieg4/whole/").content.decode()

    assert {address for address, _ in links} == {"/marchshire/ieg4/whole/"}
    assert [code for _, code in links if f' id="{code}"' not in whole] == []
