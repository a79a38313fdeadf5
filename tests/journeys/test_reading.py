"""Those who watch and read: the lead allocates and looks closer, a member of the Cabinet reads the return."""

import re

import pytest

from tests.journeys.browsing import RETURN, draw, follow, heading, notice, save, sign_in, text_of_pdf


def unallocated(report: dict) -> list[str]:
    return [blocker["line"] for blocker in report["blockers"] if blocker["kind"] == "owner"]


def test_the_lead_allocates_a_line(page, server, at_first):
    before = unallocated(at_first)
    assert "G8" in before
    sign_in(page, "lead")
    follow(page, "Allocate them")
    count, total = map(int, re.match(r"(\d+) of (\d+) lines have no owner", heading(page)).groups())
    assert count == len(before)
    page.get_by_role("checkbox", name="G8 ").check()
    page.get_by_label("Owner").select_option(label="Graham Lacey, Procurement and Property")
    save(page, "Allocate the ticked lines")
    assert "1 line is now with Graham Lacey, Procurement and Property." in notice(page)
    assert heading(page).startswith(f"{count - 1} of {total} lines have")
    after = unallocated(server.check_return())
    assert sorted(after) == sorted(set(before) - {"G8"})
    page.goto(f"{RETURN}/outcomes/G8/history/")
    assert "Graham Lacey" in page.get_by_role("table").inner_text()


def test_an_allocation_without_a_person_keeps_its_ticks(page, server):
    sign_in(page, "lead")
    page.goto(f"{RETURN}/allocation/")
    page.get_by_role("checkbox", name="G8 ").check()
    page.get_by_label("Answer due").fill("some day")
    save(page, "Allocate the ticked lines")
    summary = page.locator(".govuk-error-summary").inner_text()
    assert "Choose the owner." in summary
    assert "This isn’t a date." in summary
    assert page.get_by_role("checkbox", name="G8 ").is_checked()
    assert page.get_by_label("Answer due").input_value() == "some day"


def test_the_lead_follows_a_count_to_its_cell(page, server, at_first):
    report = at_first
    wanted = [b for b in report["blockers"] if (b["department"], b["section"]) == ("education", "bvpi157")]
    sign_in(page, "lead")
    assert f"until all {len(report['blockers'])} blockers are cleared" in heading(page)
    count = page.get_by_role("link", name="in BVPI 157, Education and Libraries")
    assert count.inner_text().startswith(str(len(wanted)))
    follow(page, "in BVPI 157, Education and Libraries")
    assert heading(page) == f"{len(wanted)} of {len(report['blockers'])} blockers"
    assert page.get_by_role("main").get_by_role("row").count() == 1 + len(wanted)
    follow(page, wanted[0]["message"])
    first = wanted[0]
    anchor = f"id_bvpi157_counts--{first['line']}--education--{first['point']}-{first['field']}"
    assert page.url == f"{server.url}{first['url']}#{anchor}"
    assert "blank" in page.locator(f"[id='{anchor}']").inner_text().lower()
    # The lead watches what a department answers, so the cell is there to be read.
    cells = page.get_by_role("table", name="Answers").get_by_role("row").filter(has_text="31 March 2005")
    assert "blank" in cells.first.inner_text().lower()


@pytest.mark.parametrize("user", ["lead", "cabinet"])
def test_the_draft_is_asked_for_and_opened_as_pdf(new_page, server, javascript, user):
    page = new_page(server, javascript=javascript)
    sign_in(page, user)
    follow(page, "Documents (PDF)")
    text = text_of_pdf(draw(page, server, "The return", javascript=javascript))
    assert "Marchshire Council" in text
    assert "What is still missing" in text


def test_a_member_of_the_cabinet_reads_and_goes_no_further(page, server):
    sign_in(page, "cabinet")
    assert page.url == f"{server.url}{RETURN}/cabinet/"
    assert heading(page).startswith("Of ")
    follow(page, "Read it as a page")
    assert page.url == f"{server.url}{RETURN}/whole/"
    text = page.get_by_role("main").inner_text()
    for code in ("R1", "G1", "E1", "CM1", "I1", "W1", "RS1", "EF1"):
        assert re.search(rf"\b{code}\b", text), code
    assert page.locator("main form").count() == 0
    assert not page.get_by_role("link", name="Dashboard").count()
    for address, status in (
        ("dashboard/", 403),
        ("allocation/", 403),
        ("my-work/", 403),
        ("missing/", 403),
        ("outcomes/R1/", 404),
        ("departments/education/", 404),
    ):
        assert page.goto(f"{RETURN}/{address}").status == status, address


@pytest.mark.parametrize("user", ["officer-education", "lead", "admin"])
def test_nobody_sees_another_council(new_page, server, user):
    page = new_page(server)
    sign_in(page, user)
    for address in (
        "ieg4/",
        "ieg4/dashboard/",
        "ieg4/whole/",
        "ieg4/return.pdf",
        "ieg4/outcomes/R1/",
        "people/",
    ):
        answer = page.request.get(f"/wyeborough/{address}")
        assert answer.status == 404, address
        assert "Wyeborough" not in answer.text()


def test_signing_out_closes_every_page(page, server):
    sign_in(page, "lead")
    save(page, "Sign out")
    assert heading(page) == "Sign in"
    page.goto(f"{RETURN}/dashboard/")
    assert heading(page) == "Sign in"
    page.go_back()
    assert "exposed" not in heading(page)


def test_wrong_passwords_make_a_name_wait(page, server):
    page.goto("/sign-in/")
    for _ in range(5):
        page.get_by_label("User name").fill("lead")
        page.get_by_label("Password").fill("not the password")
        save(page, "Sign in")
        if heading(page) != "Sign in":
            break
        assert page.title().startswith("Error: ")
    assert heading(page) == "Wait a minute, then try again"
