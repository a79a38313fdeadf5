"""Every page that speaks of the whole return, in every state and after each date, beside a table written by hand."""

import re
from dataclasses import dataclass

import pytest

from tests.support.moving import at, who

RISK = "The whole £150,000 grant is at risk until all {} blockers are cleared."
TWELVE = "The return has to be filed by Monday 20 December 2004: 12 days are left."
THREE = TWELVE.replace("12 days", "3 days")
TODAY = "The return has to be filed today, Monday 20 December 2004."
CLOSED = "Filing closed on 20 December 2004."
DUE = "Monday 20 December 2004"
MET = "Cabinet approved the return on Thursday 2 December 2004, minute 64."
APPROVED = "Cabinet approved 2 December 2004, minute 64"
AMENDING = "Margaret Oduya is amending the approved return, until 20 December 2004 at the latest."
LATE = "The time to amend the approved return ended on 20 December 2004. The amendment can only be abandoned."
FILED = "The return was filed on 8 December 2004, reference IEG4-0042."
REOPENED = f"The return was reopened after Cabinet approved it. {RISK.format(3)}"


@dataclass(frozen=True)
class Said:
    """What the pages say together: the state, the day of filing, and the days of Cabinet and filing as tiles."""

    heading: str
    to_file: str  # nothing once the return is filed
    cabinet: str
    dates: str
    tiles: tuple[str, str]


def said(heading: str, to_file: str, cabinet: str, dates: str, left: str) -> Said:
    return Said(heading, to_file, cabinet, f"{dates} {to_file}", (cabinet, f"Filing {left} {DUE}"))


PREPARING = RISK.format(136)
MEETS, MEANT = (f"Cabinet {verb} on Thursday 16 December 2004." for verb in ("meets", "was to meet"))
DAY = "Thursday 16 December 2004"
WITH_CABINET = "The return went to Cabinet on 8 December 2004. No decision is recorded yet."
WENT, AWAITED = (
    "The return went to Cabinet on Wednesday 8 December 2004.",
    "Cabinet awaited sent 8 December 2004",
)
OF_FILED = Said(
    FILED, "", APPROVED, f"{MET} {FILED}", (APPROVED, "Filing filed 8 December 2004, reference IEG4-0042")
)
PAST = "Cabinet past Thursday 2 December 2004"

TABLE = {
    ("marchshire", "2004-12-08"): said(PREPARING, TWELVE, f"Cabinet 8 days {DAY}", MEETS, "12 days"),
    ("marchshire", "2004-12-16"): said(
        PREPARING, THREE.replace("3", "4"), f"Cabinet today {DAY}", MEETS, "4 days"
    ),
    ("marchshire", "2004-12-17"): said(PREPARING, THREE, f"Cabinet past {DAY}", MEANT, "3 days"),
    ("marchshire", "2004-12-20"): said(PREPARING, TODAY, f"Cabinet past {DAY}", MEANT, "today"),
    ("marchshire", "2004-12-21"): said(PREPARING, CLOSED, f"Cabinet past {DAY}", MEANT, "past"),
    ("with_cabinet", "2004-12-08"): said(WITH_CABINET, TWELVE, AWAITED, WENT, "12 days"),
    ("with_cabinet", "2004-12-21"): said(WITH_CABINET, CLOSED, AWAITED, WENT, "past"),
    ("approved", "2004-12-08"): said(
        "Cabinet approved the return on 2 December 2004.", TWELVE, APPROVED, MET, "12 days"
    ),
    ("approved", "2004-12-21"): said(
        "Cabinet approved the return on 2 December 2004.", CLOSED, APPROVED, MET, "past"
    ),
    ("amending", "2004-12-08"): said(AMENDING, TWELVE, APPROVED, MET, "12 days"),
    ("amending", "2004-12-20"): said(AMENDING, TODAY, APPROVED, MET, "today"),
    ("amending", "2004-12-21"): said(LATE, CLOSED, APPROVED, MET, "past"),
    ("submitted", "2004-12-08"): OF_FILED,
    ("submitted", "2004-12-21"): OF_FILED,
    ("referred_back", "2004-12-08"): said(REOPENED, TWELVE, PAST, MET, "12 days"),
    ("referred_back", "2004-12-21"): said(REOPENED, CLOSED, PAST, MET, "past"),
}
STATES = tuple(dict.fromkeys(state for state, _ in TABLE))


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#x27;", "'").split())


def parts(pattern: str, html: str) -> list[str]:
    main = html[html.index("<main") : html.index("</main>")]
    return [text(each) for each in re.findall(pattern, main, re.S)]


def on_pages(return_, signed_in, day: str) -> Said:
    """What the four pages say on that day, in one: they must agree."""

    def page(name: str, address: str) -> str:
        return (
            signed_in(who(return_, name).username)
            .get(f"/{return_.authority.slug}/ieg4/{address}")
            .content.decode()
        )

    with at(f"{day} 10:00"):
        dashboard, cabinet = page("lead", "dashboard/"), page("cabinet", "cabinet/")
        status, work = page("clerk", "acts/"), page("lead", "my-work/")
    (heading,), (of_status,) = (parts(r"<h1[^>]*>(.*?)</h1>", each) for each in (dashboard, status))
    tiles = parts(r"<dt>((?:Cabinet|Filing)</dt>.*?)</dd>", dashboard)
    (dates,) = parts(r"<h2>Dates</h2>(.*?)</section>", cabinet)
    ledes = [parts(r'<p class="lede">(.*?)</p>', each)[-1] for each in (dashboard, cabinet, status, work)]
    to_file = next(
        (
            sentence
            for sentence in (TWELVE, THREE, THREE.replace("3", "4"), TODAY, CLOSED)
            if sentence in ledes[0]
        ),
        "",
    )
    assert of_status == heading
    assert ledes[1] == f"{heading} {to_file}".strip()
    assert [lede.endswith(to_file) for lede in ledes] == [True] * 4
    assert [("to be filed" in lede or "closed" in lede) == bool(to_file) for lede in ledes] == [True] * 4
    return Said(heading, to_file, tiles[0], dates, tuple(tiles))


@pytest.mark.parametrize("state", STATES)
def test_pages_say_what_the_table_says(request, signed_in, state):
    return_ = request.getfixturevalue(state)
    days = [day for each, day in TABLE if each == state]

    assert {day: on_pages(return_, signed_in, day) for day in days} == {
        day: TABLE[state, day] for day in days
    }


def test_blockers_of_all_rows_are_all_blockers(signed_in, marchshire):
    html = signed_in("lead").get("/marchshire/ieg4/dashboard/").content.decode()
    table = html[html.index('id="counts"') : html.index("</table>", html.index('id="counts"'))]
    rows = [re.findall(r'<td class="num">\s*(\d+)\s*</td>', row) for row in table.split("</tr>")]
    *departments, (*_, total) = [list(map(int, row)) for row in rows if row]

    assert sum(row[-1] for row in departments) == total == 136
