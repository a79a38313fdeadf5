"""The quick grid and allocation: to set, and to read once locked; what isn't adopted is a row with a link."""

import html
import re

import pytest

from outcomes.models import Outcome, OutcomeStatus
from returns.answers.reader import Place, read
from returns.models import Return

M, W = "/marchshire/ieg4/", "/wyeborough/ieg4/"


def rows_of(page: str) -> dict[str, str]:
    """By code: the row of a line as one reads it."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", row)).split())
        code = re.match(r"(?:R|G|E|CM)\d+\b", text)
        if code:
            found[code[0]] = row
    return found


def letters_of(row: str) -> list[str]:
    return re.findall(r'class="light light--\w+" aria-hidden="true">\s*(\w)<', row)


@pytest.mark.parametrize("username", ["wyeborough-lead", "wyeborough-officer-corporate"])
def test_a_locked_grid_shows_every_rating(wyeborough, signed_in, username):
    """Approved, so that nothing can be set: no box, no button, and no word about keys."""
    page = signed_in(username).get(f"{W}grid/").content.decode()
    answers = read(wyeborough, "outcomes", "change")
    lines = [place.line.key for place in answers.places()]
    of_corporate = wyeborough.allocations.filter(line__in=lines, department__slug="corporate").count()
    shown = {code: letters_of(row) for code, row in rows_of(page).items()}
    stored = {place.line.key: answers.lights(place) for place in answers.places() if answers.applies(place)}

    assert {code: letters for code, letters in shown.items() if letters} == {
        code: letters for code, letters in stored.items() if code in shown
    }
    assert len(shown) == (86 if username.endswith("lead") else of_corporate)
    assert [word for word in ("<select name=", "press R, A or G", "Save all") if word in page] == []
    assert f"Ratings of {len(shown)} lines, to read only" in page
    assert "Approved by Cabinet on 2 December 2004" in page


def test_a_grid_of_which_a_part_is_open_shows_the_rest_to_read(wyeborough, signed_in):
    from returns.lifecycle import Action
    from tests.support.moving import do, places

    do(Action.REOPEN, wyeborough, "lead", places=places(wyeborough, ("outcomes", "R3")), reason="Look again.")
    page = signed_in("wyeborough-lead").get(f"{W}grid/").content.decode()
    rows = rows_of(page)

    assert [code for code, row in rows.items() if "<select" in row] == ["R3"]
    assert len(letters_of(rows["R5"])) == 4
    assert "4 ratings to set, 0 blank" in page
    assert "press R, A or G" in page


def test_an_outcome_not_adopted_is_a_row_with_a_link_and_never_blank(marchshire, signed_in):
    """In grid and allocation, for whoever may answer it; E5 is not adopted, E1 is."""
    Outcome.objects.filter(return_record=marchshire, line="E5").update(applicability="not_applicable")
    OutcomeStatus.objects.filter(return_record=marchshire, line="E5").update(light="")
    lead = signed_in("lead")
    for page in ("grid/", "allocation/"):
        row = rows_of(lead.get(f"{M}{page}").content.decode())["E5"]
        assert "Not adopted" in row
        assert "lank" not in row
        assert f'href="{M}outcomes/E5/#id_outcomes--E5-applicability"' in row
        assert "<select" not in row

    line = lead.get(f"{M}outcomes/E5/").content.decode()
    assert 'id="id_outcomes--E5-applicability"' in line
    assert "light--blank" not in line
    assert "rowset--blank" not in line
    assert "Not adopted" in line


def test_a_line_that_is_no_function_of_the_council_is_not_offered_for_adoption(wyeborough, signed_in):
    """A shire district has no schools."""
    answers = read(wyeborough, "outcomes")
    section = wyeborough.proforma.section_by_key["outcomes"]
    place = Place(wyeborough, section, section.lines_by_key["E1"])
    row = rows_of(signed_in("wyeborough-lead").get(f"{W}grid/").content.decode())["E1"]

    assert (answers.outside(place), answers.not_adopted(place)) == ("Not applicable", False)
    assert "Not applicable" in row
    assert "Adopt" not in row


def test_whoever_may_not_adopt_is_shown_no_link(wyeborough, signed_in):
    """Locked: the row says that it is not adopted, and no more."""
    page = signed_in("wyeborough-lead").get(f"{W}grid/").content.decode()
    not_adopted = {code for code, row in rows_of(page).items() if "Not adopted" in row}

    assert not_adopted
    assert "Adopt<" not in page


def test_locked_allocation_shows_every_line_with_its_owner(wyeborough, signed_in):
    page = signed_in("wyeborough-lead").get(f"{W}allocation/").content.decode()
    text = " ".join(page.split())
    owners = {
        allocation.line: str(allocation.owner)
        for allocation in Return.objects.get(pk=wyeborough.pk).allocations.select_related("owner")
        if allocation.owner and re.match(r"[RGE]\d|CM", allocation.line)
    }
    rows = rows_of(page)

    assert owners.keys() <= rows.keys()
    assert {code for code, owner in owners.items() if html.escape(owner) not in rows[code]} == set()
    assert [word for word in ("checkbox", "Tick some", '<details class="govuk-details') if word in text] == []
    assert "Approved by Cabinet on 2 December 2004" in text


def test_a_grid_of_blanks_keeps_its_rows_when_it_is_refused(marchshire, signed_in):
    """What was chosen is still there, although a form that was read has filled the blanks in memory."""
    officer = signed_in("officer-education")
    address = f"{M}grid/?show=blank"
    data = {"outcome_lights--G1--mar06-light": "A", "outcome_lights--G1--mar05-light": "X"}
    response = officer.post(address, data)

    assert response.status_code == 422
    assert list(rows_of(response.content.decode())) == ["G1"]
