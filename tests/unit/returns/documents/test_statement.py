"""The statement of a department: one page whatever there is to say, and nothing left out without being counted."""

import datetime
import re
import subprocess
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outcomes.models import Outcome, OutcomeStatus
from returns.checks.completeness import assess
from returns.documents import statement
from returns.documents.engine.sheet import Sheet
from returns.documents.statement import statement_sheet
from returns.models import Allocation, CaseStudy, Department
from tests.support.factories import DepartmentFactory, UserFactory, blank_return

AT = datetime.datetime(2004, 12, 8, 17, 30, tzinfo=datetime.UTC)


def crowded(letter: str = "W", owners: int = 30):
    """A blank return that one department answers alone, with names as long as they can be, in the widest letter."""
    return_ = blank_return(departments=1)
    department = Department.objects.get(authority=return_.authority)
    Department.objects.filter(pk=department.pk).update(name=letter * 120)
    people = [
        UserFactory(authority=return_.authority, first_name=letter * 150, last_name=f"{letter * 140}{n}")
        for n in range(owners)
    ]
    head = UserFactory(
        authority=return_.authority,
        first_name=letter * 150,
        last_name=letter * 150,
        job_title=letter * 120,
        roles=["head", "lead", "finance"],
    )
    head.departments.add(department)
    for number, allocation in enumerate(Allocation.objects.filter(return_record=return_)):
        allocation.owner, allocation.department = people[number % owners], department
        allocation.save()
    CaseStudy.objects.create(
        return_record=return_, line="C1", department=department, title=f"{letter * 60} " * 3
    )
    return return_


def printed(sheet) -> list[str]:
    """The words of each page."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=sheet.pdf(), capture_output=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


def test_each_department_has_one_page_with_all_it_answers_for(marchshire):
    assessment = assess(marchshire)
    departments = assessment.answers.departments

    pages = printed(statement_sheet(marchshire, as_at=AT))

    assert len(pages) == len(departments)
    for department, page in zip(departments, pages, strict=True):
        part = assessment.part(department)
        required = sum(state.required for state in part.states)
        answered = sum(state.answered for state in part.states)
        assert department.name in page
        assert f"{answered:,} of {required:,} required answers are in, on {len(part.states)} lines." in page
        blockers = sum(len(state.blockers) for state in part.states)
        verdict = f"Incomplete: {blockers} blocker" if blockers else "Complete."
        assert verdict in page
        assert f"{part.signer}, {part.signer.job_title}" in page
        assert "Signature Date" in page


def test_lights_are_counted_by_owner_and_date(marchshire):
    department = marchshire.authority.departments.get(slug="education")

    (page,) = printed(statement_sheet(marchshire, [department], as_at=AT))

    wanted = {}
    for allocation in Allocation.objects.filter(return_record=marchshire, department=department):
        if not Outcome.objects.get(return_record=marchshire, line=allocation.line).applies:
            continue
        counts = wanted.setdefault(str(allocation.owner), [0] * 17)
        counts[0] += 1
        for status in OutcomeStatus.objects.filter(return_record=marchshire, line=allocation.line):
            at = ["submission", "mar05", "dec05", "mar06"].index(status.point)
            counts[1 + 4 * at + ["R", "A", "G", ""].index(status.light)] += 1
    assert len(wanted) > 1
    for name, counts in wanted.items():
        assert f"{name} {' '.join(map(str, counts))}" in page


@pytest.mark.parametrize("letter", ["W", "i", "m"])
def test_the_most_there_can_be_stands_on_one_page_and_says_what_is_left_out(db, letter):
    return_ = crowded(letter)

    (page,) = printed(statement_sheet(return_, as_at=AT))

    assert [words for words in ("And", "more blockers") if words not in page] == []
    assert "24 other owners, together" in page
    assert "The owners with most lines are named; the other 24 are added up in one row." in page
    count = len([b for s in assess(return_).parts[0].states for b in s.blockers])
    shown = statement.MOST_OPEN - 1
    assert f"And {count - shown:,} more blockers, listed on the department’s page in the system." in page
    assert "Signature Date" in page


@pytest.mark.parametrize(("name", "most"), [("MOST_OWNERS", 30), ("MOST_OPEN", 30), ("OWNER", 300)])
def test_without_a_limit_the_statement_would_run_over(db, monkeypatch, name, most):
    monkeypatch.setattr(statement, name, most)

    assert len(printed(statement_sheet(crowded(), as_at=AT))) > 1


def test_department_that_answers_nothing_is_told_so(db):
    return_ = blank_return(departments=1)
    lost = DepartmentFactory(authority=return_.authority, name="Lost property")

    (page,) = printed(statement_sheet(return_, [lost], as_at=AT))

    told = "Lost property Nothing to answer. No line of the return is allocated to this department. The "
    assert told in page


def test_council_without_departments_is_told_so(db):
    (page,) = printed(statement_sheet(blank_return(departments=0), as_at=AT))

    assert "No department takes part When the administrator adds a department" in page


def render(target, *options) -> None:
    call_command("render_return", "marchshire", "ieg4", "--output", str(target), *options, stdout=StringIO())


@pytest.mark.parametrize("document", ["changes", "statement", "rekeying"])
def test_command_writes_the_document(marchshire, tmp_path, monkeypatch, document):
    monkeypatch.setattr(Sheet, "pdf", lambda sheet: sheet.html.encode())

    render(tmp_path / "x.pdf", "--document", document)

    title = {
        "changes": "What changed since Cabinet saw it",
        "statement": "statements of departments",
        "rekeying": "re-keying sheet",
    }[document]
    assert f"<title>Marchshire Council: {title}</title>" in (tmp_path / "x.pdf").read_text()


def test_command_draws_one_department_or_all(marchshire, tmp_path, monkeypatch):
    monkeypatch.setattr(Sheet, "pdf", lambda sheet: str(sheet.html.count("<section")).encode())

    render(tmp_path / "all.pdf", "--document", "statement")
    render(tmp_path / "one.pdf", "--document", "statement", "--department", "education")

    departments = len(assess(marchshire).answers.departments)
    assert (tmp_path / "all.pdf").read_text() == str(departments)
    assert (tmp_path / "one.pdf").read_text() == "1"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--document", "statement", "--department", "nowhere"],
            "Marchshire Council has no department nowhere. It has",
        ),
        (
            ["--department", "education"],
            "--department goes with --document statement alone. Leave one of the two out.",
        ),
    ],
)
def test_command_refuses_a_department_it_has_no_use_for(marchshire, tmp_path, options, told):
    with pytest.raises(CommandError, match=re.escape(told)):
        render(tmp_path / "x.pdf", *options)

    assert list(tmp_path.iterdir()) == []


def test_pages_ask_the_same_number_of_queries_for_one_department_and_all(marchshire):
    def count(**given) -> int:
        with CaptureQueriesContext(connection) as found:
            statement_sheet(marchshire, as_at=AT, **given)
        return len(found)

    every = list(marchshire.authority.departments.all())
    count()  # what a return reads once is read

    assert count(departments=every[:1]) == count(departments=every)


def test_statements_of_two_departments_are_drawn_beside_each_other(marchshire, signed_in):
    client = signed_in("lead")

    for department in ("education", "highways", "education"):
        client.post(f"/marchshire/ieg4/departments/{department}/statement/")

    # Asking again for one that waits gives the same; another department is another statement.
    names = sorted(marchshire.drawings.values_list("name", flat=True))
    assert names == ["ieg4-marchshire-statement-education", "ieg4-marchshire-statement-highways"]
