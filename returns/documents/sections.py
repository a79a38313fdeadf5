"""Each section as rows to print, from the one reader of answers; those that returns itself keeps are printed here."""

from __future__ import annotations

from ..answers.cells import in_words
from ..answers.reader import Answers, Place
from ..checks.completeness import Assessment
from ..proforma import Section
from ..values import wording
from .printers import printer_of, prints
from .rows import Case, Fact, SectionRows, todo_of, words_of


def section_rows(assessment: Assessment, section: Section, provisional: str) -> SectionRows:
    """The section ready to print; `provisional` is printed with sections that may be amended under a delegation."""
    printer = printer_of(section)
    about = {
        "key": section.key,
        "number": section.number,
        "title": section.title,
        "guidance": section.guidance,
        "unit": section.unit,
        "provisional": provisional if section.provisional else "",
        "line_word": section.line_word,
        "layout": printer.layout,
        "follows": printer.follows,
    }
    return SectionRows(**about | printer.build(assessment.answers, section, assessment))


@prints("cover", {"returns.Cover": ()})
def _cover(answers: Answers, section: Section, assessment: Assessment) -> dict:
    place = Place(answers.return_, section)
    facts = []
    for cell in answers.cells(place):
        filed = cell.column.field == "submitted_on"
        todo = "Entered when the return is filed" if filed else todo_of(answers, place)
        facts.append(Fact(cell.column.label, words_of(in_words(cell), todo)))
    return {"facts": tuple(facts)}


@prints("context", {"returns.Context": ("text",)}, follows=True)
def _context(answers: Answers, section: Section, assessment: Assessment) -> dict:
    place = Place(answers.return_, section)
    (cell,) = answers.cells(place)
    limit = cell.column.max_words
    return {"words": words_of(cell.value, todo_of(answers, place), limit), "limit": limit}


@prints("cases", {"returns.CaseStudy": ("title", "text")})
def _cases(answers: Answers, section: Section, assessment: Assessment) -> dict:
    table = section.table_on("returns.CaseStudy")
    limit = table.column("text").max_words
    found = []
    for place in answers.places(section):
        if place.line is None:
            continue
        record, todo = answers.record(place, table), todo_of(answers, place)
        title, text = words_of(record.title, todo), words_of(record.text, todo, limit)
        found.append(Case(record.line, title, place.department.name, text))
    needed = f"None yet; at least {table.least} {wording.noun(table.least, 'is', 'are')} needed."
    notes = () if len(found) >= table.least else (needed,)
    return {"cases": tuple(found), "limit": limit, "notes": notes}
