"""Every page: clean to an automatic checker, one heading, a title of its own, no sideways scrolling."""

import pytest

from tests.journeys.browsing import RETURN, axe, light, save, sign_in

COUNCIL = "/marchshire"
APPROVED = "/wyeborough/ieg4"
PAGES = {
    "": ["/sign-in/", "/help/", "/accessibility/"],
    "lead": [
        f"{RETURN}/dashboard/",
        f"{RETURN}/missing/",
        f"{RETURN}/cabinet/",
        f"{RETURN}/my-work/",
        f"{RETURN}/grid/",
        f"{RETURN}/allocation/",
        f"{RETURN}/departments/highways/",
        f"{RETURN}/efficiency/",
        f"{RETURN}/risks/",
        f"{RETURN}/risks/1/",
        f"{RETURN}/risks/1/edit/",
        f"{RETURN}/risks/1/close/",
        f"{RETURN}/risks/new/",
        f"{RETURN}/risks/accept/late-PRO/",
        f"{RETURN}/risks/dismiss/late-PRO/",
        f"{RETURN}/whole/",
        f"{RETURN}/cover/answer/",
        f"{RETURN}/context/answer/",
        f"{RETURN}/outcomes/",
        f"{RETURN}/outcomes/G8/",
        f"{RETURN}/outcomes/R1/history/",
        f"{RETURN}/change/CM12/",
        f"{RETURN}/bvpi157/by-line/I1/",
        f"{RETURN}/efficiency/by-line/EF1/",
        f"{RETURN}/bvpi157/I2/highways/",
        f"{RETURN}/bvpi157/I2/history/?department=highways",
        f"{RETURN}/bvpi157/I2/history/?department=social-care",
        f"{RETURN}/takeup/T2/",
        f"{RETURN}/resources/RS6/",
        f"{RETURN}/signatures/",
        f"{RETURN}/acts/",
        f"{RETURN}/changes/",
        f"{RETURN}/acts/send/",
        f"{RETURN}/acts/send-back/?element=outcomes--R1",
        f"{RETURN}/queries/",
        f"{RETURN}/queries/1/",
        f"{RETURN}/queries/new/?section=outcomes&line=R1",
        f"{RETURN}/history/",
        f"{RETURN}/history/?kind=signatures",
        f"{RETURN}/messages/",
        f"{RETURN}/outcomes/R4/",
        f"{COUNCIL}/nowhere/",
        f"{COUNCIL}/people/",
    ],
    "officer-education": [
        f"{RETURN}/my-work/",
        f"{RETURN}/grid/",
        f"{RETURN}/departments/education/",
        f"{RETURN}/efficiency/",
        f"{RETURN}/outcomes/",
        f"{RETURN}/outcomes/R1/",
        f"{RETURN}/outcomes/G1/",
        f"{RETURN}/bvpi157/I7/education/",
        f"{RETURN}/efficiency/EF1/education/",
        f"{RETURN}/efficiency/EF3/education/",
        f"{RETURN}/cases/",
        f"{RETURN}/cases/C4/",
        f"{RETURN}/cases/C4/remove/",
        f"{RETURN}/bvpi157/I7/history/?department=education",
    ],
    "officer-libraries": [f"{RETURN}/my-work/", f"{RETURN}/queries/1/"],
    "head-hr": [f"{RETURN}/my-work/", f"{RETURN}/departments/hr/", f"{RETURN}/departments/hr/sign/"],
    "finance": [f"{RETURN}/figures/sign/"],
    "wyeborough-cabinet": [
        f"{APPROVED}/cabinet/",
        f"{APPROVED}/acts/",
        f"{APPROVED}/changes/",
        f"{APPROVED}/versions/2/",
        f"{APPROVED}/queries/new/?section=outcomes&line=R9",
        f"{APPROVED}/messages/",
    ],
    "wyeborough-lead": [
        f"{APPROVED}/dashboard/",
        f"{APPROVED}/allocation/",
        f"{APPROVED}/grid/",
        f"{APPROVED}/outcomes/R9/",
        f"{APPROVED}/signatures/",
        f"{APPROVED}/acts/reopen/?element=outcomes--R9",
        f"{APPROVED}/acts/submit/",
        f"{APPROVED}/rekeying/",
        f"{APPROVED}/history/?kind=acts",
    ],
    "wyeborough-head-corporate": [f"{APPROVED}/acts/amend/", f"{APPROVED}/my-work/"],
    "clerk": [
        f"{RETURN}/cabinet/report/",
        f"{RETURN}/cabinet/report/purpose/",
        f"{RETURN}/cabinet/report/considerations/add/",
        f"{RETURN}/documents/",
    ],
    "cabinet": [f"{RETURN}/cabinet/", f"{RETURN}/risks/", f"{RETURN}/dashboard/", f"{RETURN}/outcomes/R1/"],
    "admin": [
        f"{COUNCIL}/people/",
        f"{COUNCIL}/people/new/",
        f"{COUNCIL}/people/officer-education/",
        f"{COUNCIL}/departments/",
        f"{COUNCIL}/departments/new/",
        f"{COUNCIL}/departments/education/",
        f"{RETURN}/proforma/",
    ],
}
STATUS = {
    ("lead", f"{COUNCIL}/nowhere/"): 404,
    ("lead", f"{COUNCIL}/people/"): 403,
    ("cabinet", f"{RETURN}/dashboard/"): 403,
    ("cabinet", f"{RETURN}/outcomes/R1/"): 404,
}


# Each piece of text that paper would have pale, or white on white: a browser leaves backgrounds out unless they are
# asked for with print-color-adjust. Contrast of seven to one, against white.
PALE = """() => {
  const part = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const contrast = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map((each) => part(Number(each) / 255));
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
  };
  const pale = [...document.querySelectorAll('body *')].filter((element) =>
    !element.closest('svg, select')
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && element.checkVisibility()
    && getComputedStyle(element).printColorAdjust !== 'exact'
    && contrast(getComputedStyle(element).color) < 7);
  return [...new Set(pale.map((element) => `${element.tagName}.${element.className}`))];
}"""


def faults(page, where: str) -> list[str]:
    """What is wrong with a page, wide and narrow."""
    found = []
    headings = page.get_by_role("heading", level=1).count()
    if headings != 1:
        found.append(f"{where}: {headings} main headings")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{where} at {width}: {violation}" for violation in axe(page)]
    page.set_viewport_size({"width": 320, "height": 900})
    root = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if root[0] > root[1]:
        widest = page.evaluate(
            "[...document.querySelectorAll('main *, header *, footer *')]"
            ".filter(e => e.getBoundingClientRect().left + scrollX + e.scrollWidth > innerWidth + 1)"
            ".map(e => e.tagName + '.' + e.className).slice(0, 4)"
        )
        found.append(f"{where} at 320: {root[0]} px wide: {widest}")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="print")
    found += [f"{where} printed: {element} is pale" for element in page.evaluate(PALE)]
    page.emulate_media(media="screen")
    return found


@pytest.mark.parametrize("user", PAGES, ids=lambda user: user or "stranger")
def test_pages_are_clean(new_page, server, user):
    page = new_page(server)
    if user:
        sign_in(page, user)
    found, titles = [], {}
    for address in PAGES[user]:
        status = page.goto(address).status
        if status != STATUS.get((user, address), 200):
            found.append(f"{address}: {status}")
        titles.setdefault(page.title(), []).append(address)
        found += faults(page, address)
    found += [
        f"One title, {title}: {pages}" for title, pages in titles.items() if len(pages) > 1 or not title
    ]
    assert not found, "\n".join(found)


def test_pages_that_refuse_are_clean(new_page, server):
    page, other = new_page(server), new_page(server)
    page.goto("/sign-in/")
    page.get_by_label("User name").fill("lead")
    save(page, "Sign in")
    found = faults(page, "a refused sign-in")

    for each, user in ((page, "officer-education"), (other, "head-education")):
        sign_in(each, user)
        each.goto(f"{RETURN}/outcomes/R1/")
    page.get_by_label("Comment").fill("word " * 112)
    save(page)
    found += faults(page, "a comment too long")
    page.get_by_label("Comment").fill("The first.")
    light(page, "31 March 2005").get_by_label("Red").check()
    save(page)
    other.get_by_label("Comment").fill("The second.")
    light(other, "31 March 2005").get_by_label("Green").check()
    save(other)
    assert other.locator("section.block fieldset.choice").count() == 2
    found += faults(other, "a conflict")

    page.goto(f"{RETURN}/bvpi157/I7/education/")
    page.get_by_label("Permissible, 31 March 2005").fill("1_000")
    save(page)
    found += faults(page, "a figure that can't be read")
    page.goto(f"{RETURN}/outcomes/G1/")
    page.get_by_label("Comment").fill("What was typed before another signed in.")
    page.context.clear_cookies(name="ieg4-csrf")
    save(page)
    found += faults(page, "a form that isn't ours")
    assert not found, "\n".join(found)


def test_what_changed_is_clean(new_page, server):
    """With changes in it, each section's in a table with a caption."""
    page = new_page(server)
    sign_in(page, "wyeborough-head-corporate")
    page.goto(f"{APPROVED}/acts/amend/")
    page.locator("[name=reason]").fill("A case study was checked again.")
    save(page, "Begin an amendment")
    page.goto(f"{APPROVED}/cases/C1/")
    page.get_by_label("Title", exact=True).fill("Another title")
    page.get_by_label("Why you amend this").fill("It was wrong.")
    save(page)
    page.goto(f"{APPROVED}/changes/")

    found = faults(page, "what changed")

    captions = page.locator("table.tbl--changes caption").all_inner_texts()
    assert [caption.strip() for caption in captions] == ["What changed in section 8, Local case studies"]
    assert not found, "\n".join(found)
