"""A document drawn in parts is the one drawn whole, and only what changed is drawn again."""

import datetime
import io
import re
import subprocess
import time
from collections import Counter
from dataclasses import replace
from itertools import groupby

import pikepdf
import pytest
from django.core.cache import caches

from returns.answers.reader import read
from returns.checks.completeness import assess
from returns.documents import paging
from returns.documents.engine import child, parts, pdf
from returns.documents.engine.joining import join
from returns.documents.engine.pdf import RenderFailed
from returns.documents.engine.sheet import CACHE, LimitReached, Sheet
from returns.documents.return_ import return_context, return_sheet
from tests.support import mischief
from tests.support.factories import blank_return
from tests.unit.returns.documents.test_return_pdf import fill

AT = datetime.datetime(2004, 12, 8, 17, 30, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def nothing_drawn_yet(settings):
    """A cache of this process alone."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": __name__}
    settings.CACHES = settings.CACHES | {CACHE: memory}
    caches[CACHE].clear()


@pytest.fixture
def drawn(monkeypatch):
    """The names of the parts drawn, and "frame" when heads and feet were, as they are given to children."""
    seen = []
    do = child.Crew.do

    def watch(crew, jobs):
        for work, *given in jobs:
            if work is parts.draw_part:
                seen.append(given[0].name)
            elif work is not join:
                seen.append("frame")
        return do(crew, jobs)

    monkeypatch.setattr(child.Crew, "do", watch)
    return seen


def words_of_pages(body: bytes) -> list[Counter]:
    """The words of each page with the place where they stand, in points."""
    text = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=body, capture_output=True, check=True
    ).stdout.decode()
    pages = text.split("<page ")[1:]
    word = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="[\d.]+" yMax="[\d.]+">(.*?)</word>')
    return [
        Counter((round(float(x)), round(float(y)), letters) for x, y, letters in word.findall(page))
        for page in pages
    ]


@pytest.mark.parametrize("kind", ["marchshire", "empty"])
def test_drawn_in_parts_every_word_stands_where_it_stands_in_the_whole(kind, request, db):
    return_ = request.getfixturevalue(kind) if kind != "empty" else blank_return()
    sheet = return_sheet(return_, as_at=AT)

    joined = words_of_pages(sheet.pdf())
    whole = words_of_pages(pdf.render(sheet.html, at=AT, css=sheet.css))

    assert len(joined) > 12
    assert joined == whole


def test_only_the_part_with_the_changed_answer_is_drawn_again(marchshire, drawn):
    sheet = return_sheet(marchshire, as_at=AT)
    sheet.pdf()
    first = list(drawn)
    changed = replace(
        sheet, html=sheet.html.replace("six primary head teachers", "five primary head teachers")
    )
    drawn.clear()

    again = changed.pdf()

    assert len(first) > 10
    assert len(first) == len(set(first)) + 1  # the contents: with their page numbers, once these are known
    assert drawn == ["outcomes", "frame"]
    caches[CACHE].clear()
    assert changed.pdf() == again


def test_later_draft_of_the_same_answers_has_new_front_heads_and_feet(marchshire, drawn):
    """They tell the moment; nothing else does."""
    return_sheet(marchshire, as_at=AT).pdf()
    drawn.clear()

    return_sheet(marchshire, as_at=AT + datetime.timedelta(minutes=1)).pdf()

    assert drawn == ["front", "frame"]


def test_change_that_moves_pages_is_drawn_right(marchshire, drawn):
    sheet = return_sheet(marchshire, as_at=AT)
    sheet.pdf()
    changed = replace(sheet, html=sheet.html.replace("six primary", "six " + "and very many more " * 500))
    drawn.clear()

    again = changed.pdf()

    assert drawn == ["outcomes", "frame", "contents", "frame"]
    with pikepdf.open(io.BytesIO(again)) as file:
        last = len(file.pages)
    assert f"Page {last} of {last}" in " ".join(word for _x, _y, word in words_of_pages(again)[-1])
    caches[CACHE].clear()
    assert changed.pdf() == again


def test_links_and_outline_lead_where_they_say(marchshire):
    """From the contents and from what is missing into other parts."""
    sheet = return_sheet(marchshire, as_at=AT)
    with pikepdf.open(io.BytesIO(sheet.pdf())) as file:
        numbers = {page.obj.objgen: number for number, page in enumerate(file.pages, 1)}
        held = list(file.Root.Names.Dests.Names)
        begins = {str(n): numbers[where[0].objgen] for n, where in zip(held[::2], held[1::2], strict=True)}
        links = [str(note.Dest) for page in file.pages for note in page.obj.get("/Annots", ())]
        with file.open_outline() as outline:
            entries = {item.title: numbers[item.destination[0].objgen] for item in outline.root}
            areas = [[child.title for child in item.children] for item in outline.root]
    targets = re.findall(r'href="#([\w-]+)"', sheet.html)
    document = return_context(assess(marchshire), AT)["document"]

    assert [name for name, _ in groupby(links)] == [name for name, _ in groupby(targets)]
    assert len(targets) > 40
    assert set(targets) <= set(begins)
    for section in document.sections:
        assert entries[f"{section.number} {section.title}"] == begins[section.anchor]
    assert [len(found) for found in areas].count(14) == 1


def test_names_of_fonts_differ_between_parts(marchshire):
    """Each part has other letters of a font, so each must be called something else; ISO 32000-2, 9.9.2."""
    with pikepdf.open(io.BytesIO(return_sheet(marchshire, as_at=AT).pdf())) as file:
        names = [
            str(each.FontName)
            for each in file.objects
            if isinstance(each, pikepdf.Dictionary) and "/FontName" in each
        ]

    assert len(names) > 20
    assert len(names) == len(set(names))


PART = '<div class="part" data-part="{}">{}</div>'
OPENING = '<!doctype html><html lang="en-GB"><head><title>x</title></head><body>\n'


def in_parts(**bodies: str) -> Sheet:
    body = "".join(PART.format(name, text) for name, text in bodies.items())
    return Sheet("x", f"{OPENING}{body}{parts.CLOSING}", "", AT)


def test_part_that_asks_for_a_file_fails_the_document():
    with pytest.raises(RenderFailed, match="only packaged static files"):
        in_parts(good="<h2>Good</h2>", bad='<h2>Bad</h2><img src="file:///etc/passwd">').pdf()


def test_part_that_never_ends_is_stopped_with_all_others():
    endless = "<table>" * 400 + "x" + "</table>" * 400
    with pytest.raises(LimitReached, match="It was not ready after 0.8 seconds"):
        in_parts(good="<h2>Good</h2>", bad=f"<h2>Bad</h2>{'<p>x</p>' * 60_000}{endless}").pdf(
            child.Limits(wall=0.8)
        )


def test_words_of_a_person_never_begin_a_part(marchshire):
    """What an officer types is text, whatever it looks like."""
    typed = PART.format("evil", "x") + parts.CLOSING + '<div class="running">y</div>'
    pieces = parts.cut(in_parts(one=typed.replace("<", "&lt;")).html, "")

    assert [part.name for part in pieces.parts] == ["one"]
    assert pieces.running == ""


def test_document_without_parts_is_not_cut():
    assert parts.cut(f"{OPENING}<h1>x</h1>{parts.CLOSING}", "") is None


def test_each_area_of_the_outcomes_is_in_one_stretch(marchshire):
    document = return_context(assess(marchshire), AT)["document"]
    (outcomes,) = [section for section in document.sections if section.key == "outcomes"]

    found = [part for part in paging.parts_of(document.sections) if part.name.startswith("outcomes")]

    assert [part.name for part in found] == ["outcomes", *(f"outcomes-{number}" for number in range(2, 7))]
    assert [group for part in found for group in part.sections[0].groups] == list(outcomes.groups)
    assert [part.sections[0].continued for part in found] == [False, *[True] * 5]


def test_at_every_limit_no_section_is_divided_but_by_areas_with_tables_of_their_own(db):
    """The change lines are one table, however long their comments."""
    return_ = fill(blank_return(departments=1, kind="county"))
    sheet = return_sheet(return_, as_at=AT)
    names = [part.name for part in return_context(assess(return_), AT)["document"].parts]

    assert names.count("outcomes-7") == 1
    assert [name for name in names if not name.startswith("outcomes")] == [
        "cover", "change", "bvpi157", "takeup", "efficiency", "cases",
    ]  # fmt: skip
    assert sheet.html.count('aria-labelledby="section-change"') == 2  # the section and its table


def test_sections_that_share_pages_stay_together(marchshire):
    document = return_context(assess(marchshire), AT)["document"]

    shared = [
        tuple(section.key for section in part.sections) for part in document.parts if len(part.sections) > 1
    ]

    assert shared == [("cover", "context"), ("takeup", "resources")]
    assert read(marchshire).sections  # the same form


def test_crew_does_more_jobs_than_it_has_members_in_their_order():
    with child.Crew(size=2) as crew:
        first = crew.do([(str.encode, str(number)) for number in range(7)])
        members = [member.pid for member in crew._members.values()]
        second = crew.do([(str.encode, "last")])

        assert first == [b"0", b"1", b"2", b"3", b"4", b"5", b"6"]
        assert second == [b"last"]
        assert len(members) == 2
        assert [member.pid for member in crew._members.values()] == members
    assert not any(member.is_alive() for member in crew._members.values())


def test_crew_is_dismissed_when_one_of_them_fails():
    crew = child.Crew(size=2)
    with pytest.raises(child.ChildFailed, match="unforeseen"), crew:
        crew.do([(mischief.sleep_for_ever,), (mischief.fail,)])

    assert len(crew._members) == 2
    assert not any(member.is_alive() for member in crew._members.values())


def test_later_job_that_the_child_may_not_read_is_told():
    """The first is read before the child is confined, the others are not."""
    with child.Crew() as crew:
        crew.do([(str.encode, "first")])
        with pytest.raises(child.ChildFailed, match="mischief|tests"):
            crew.do([(mischief.think,)])


def test_crew_has_one_wall_limit_for_all_its_jobs():
    with child.Crew(child.Limits(wall=0.5)) as crew:
        crew.do([(str.encode, "quick")])
        with pytest.raises(child.LimitBroken, match="0.5 seconds"):
            crew.do([(time.sleep, 60)])
