"""What is missing, and the money: one engine, whole results."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns.acts import raise_query, reply_to_query
from returns.answers.reader import read
from returns.checks.completeness import assess
from returns.lifecycle import Action, perform
from returns.models import Return
from tests.support.factories import UserFactory, blank_return
from tests.unit.returns.answers.test_answers import change


@pytest.fixture
def wyeborough(wyeborough):
    """The completed return with its lock taken off, so that answers can change behind the pages' back."""
    Return.objects.filter(pk=wyeborough.pk).update(status="preparing")
    wyeborough.refresh_from_db()
    return wyeborough


def test_blank_return_misses_everything_that_is_required(db):
    return_ = blank_return(departments=2)

    assessment = assess(return_)

    kinds = Counter((b.kind, b.place.section.key if b.place else "") for b in assessment.blockers)
    assert kinds == {
        ("blank", "cover"): 3,
        ("blank", "context"): 1,
        ("blank", "outcomes"): 54 * 4,
        ("owner", "outcomes"): 54,
        ("blank", "change"): 14 * 4,
        ("owner", "change"): 14,
        ("blank", "bvpi157"): 2 * 10 * 5 * 2,
        ("blank", "takeup"): 9 * 5,
        ("owner", "takeup"): 9,
        ("blank", "resources"): 6 * 7,
        ("owner", "resources"): 6,
        ("blank", "efficiency"): 2 * 6 * (1 + 5 * 2) + 1,
        ("blank", "cases"): 1,
        ("signature", ""): 2 + 1,  # two departments, and nobody signs for a lead who isn't there
        ("figures", ""): 1,
    }
    assert (assessment.exposure_gbp, assessment.tally.answered, assessment.tally.percent) == (150_000, 0, 0)


def test_completed_council_has_no_blocker_and_no_exposure(wyeborough):
    assessment = assess(wyeborough)

    assert (assessment.blockers, assessment.exposure_gbp, assessment.tally.percent) == ([], 0, 100)


def _set(return_, section, line, point, values, department=None):
    record = change(return_, section, line, point, {}, department=department).entry.record
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


@pytest.mark.parametrize(
    ("section", "line", "point", "values", "department", "message"),
    [
        ("outcomes", "R3", "dec05", {"light": ""}, None, "R3: light at 31 December 2005 is blank"),
        ("change", "CM1", "mar05", {"light": ""}, None, "CM1: light at 31 March 2005 is blank"),
        ("bvpi157", "I1", "2004-03-31", {"enabled": None}, "housing",
         "I1, Housing and Community Services: enabled at 31 March 2004 is blank"),
        ("takeup", "W1", "2005-06", {"number": None}, None, "W1: number for 2005/06 forecast is blank"),
        ("resources", "RS1", "2004-05", {"amount": None}, None, "RS1: amount for 2004/05 forecast is blank"),
        ("cover", None, "", {"email": ""}, None, "Cover: email is blank"),
        ("context", None, "", {"text": ""}, None, "Context: local context is blank"),
    ],
)  # fmt: skip
def test_one_answer_less_is_one_blocker_more(wyeborough, section, line, point, values, department, message):
    if department:
        name = wyeborough.authority.departments.get(slug=department).name
        message = message.replace("Housing and Community Services", name)
    _set(wyeborough, section, line, point, values, department)

    assessment = assess(wyeborough)

    assert [b.message for b in assessment.blockers] == [message]
    assert assessment.exposure_gbp == 150_000


def test_nought_is_an_answer(wyeborough):
    _set(wyeborough, "takeup", "W1", "2005-06", {"number": 0})

    assert assess(wyeborough).blockers == []


def test_nil_with_a_reason_answers_a_whole_line(db):
    return_ = blank_return(departments=1)
    department = return_.authority.departments.get().slug
    before = assess(return_).tally

    _set(return_, "efficiency", "EF1", "", {"nil": True, "reason": "It buys nothing."}, department)

    after = assess(return_).tally
    assert (before.required - after.required, before.blockers - after.blockers) == (11, 11)


def test_outcome_that_does_not_apply_asks_for_nothing(wyeborough):
    _set(wyeborough, "outcomes", "R3", "dec05", {"light": ""})
    _set(
        wyeborough,
        "outcomes",
        "R3",
        "",
        {"applicability": "not_applicable", "reason": "Shared with the county."},
    )

    assert assess(wyeborough).blockers == []


def test_line_without_owner_blocks_once(wyeborough):
    allocation = wyeborough.allocations.get(line="R3")
    allocation.owner = allocation.department = None
    allocation.save()

    [blocker] = assess(wyeborough).blockers

    assert (blocker.kind, blocker.message, blocker.owner) == (
        "owner", "R3: no owner. Allocate it to a named person", None,
    )  # fmt: skip


def test_text_over_its_limit_blocks_however_it_came_in(wyeborough):
    _set(wyeborough, "outcomes", "R3", "", {"comment": "word " * 101})

    [blocker] = assess(wyeborough).blockers

    assert (blocker.kind, blocker.message) == ("check", "R3: Comment has 101 words; the limit is 100")


def test_no_case_study_blocks_once(wyeborough):
    from returns.models import CaseStudy

    CaseStudy.objects.filter(return_record=wyeborough).delete()

    [blocker] = assess(wyeborough).blockers

    assert blocker.message == "Case studies: at least one needed, none so far"


def test_tallies_of_departments_and_sections_add_up(marchshire):
    assessment = assess(marchshire)

    cells = assessment.by_department_and_section()

    for name in ("required", "answered", "blockers"):
        assert sum(getattr(tally, name) for tally in cells.values()) == getattr(assessment.tally, name)
    assert sum(len(blockers) for _, blockers in assessment.by_owner()) == len(assessment.blockers)


def _queries(client, address):
    client.get(address)  # the first request of a session may read more
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries)


PAGES = [
    "dashboard/", "missing/", "my-work/", "allocation/", "grid/", "cabinet/", "efficiency/", "outcomes/",
    "bvpi157/", "efficiency/by-line/EF1/", "outcomes/R1/", "risks/",
    "signatures/", "acts/", "acts/send-back/", "acts/send/", "figures/sign/", "queries/", "history/", "messages/",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_query_count_does_not_grow_with_departments(db, client, page):
    counts = []
    for departments in (3, 30):
        return_ = blank_return(departments=departments)
        lead = UserFactory(authority=return_.authority, roles=["lead"])
        client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
        counts.append(_queries(client, f"/{return_.authority.slug}/ieg4/{page}"))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", PAGES)
def test_query_count_does_not_grow_with_answers(db, client, page):
    return_ = blank_return(departments=4)
    lead = UserFactory(authority=return_.authority, roles=["lead"])
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/{return_.authority.slug}/ieg4/{page}"
    few = _queries(client, address)
    from outcomes.models import InteractionCount, OutcomeStatus

    OutcomeStatus.objects.filter(return_record=return_).update(light="G")
    InteractionCount.objects.filter(return_record=return_).update(permissible=9, enabled=4)

    many = _queries(client, address)

    assert few == many
    assert Return.objects.get(pk=return_.pk)


def test_query_count_does_not_grow_with_queries_signatures_and_notices(signed_in, marchshire, person):
    """The demonstration, where every page has something to show, and the same with five times as much."""
    lead = signed_in("lead")
    pages = [
        "dashboard/", "missing/", "my-work/", "signatures/", "queries/", "cabinet/", "acts/", "history/",
        "messages/", "figures/sign/", "departments/education/", "departments/education/sign/", "whole/", "grid/",
    ]  # fmt: skip
    answers = read(marchshire, "outcomes")

    def count() -> dict[str, int]:
        return {page: _queries(lead, f"/marchshire/ieg4/{page}") for page in pages}

    few = count()
    for place in list(answers.places())[:20]:
        query = raise_query(return_=marchshire, by=person("lead"), place=place, text="Is it so?")
        owner = answers.owner(place) or person("lead")
        reply_to_query(return_=marchshire, by=owner, number=query.number, text="It is.")
    perform(
        Action.SEND_BACK,
        return_=marchshire,
        by=person("lead"),
        places=list(answers.places())[:20],
        reason="Look again.",
    )

    assert count() == few


def test_saving_the_grid_takes_the_same_number_of_queries_for_one_light_and_for_all(db, client, form_data):
    counts = []
    for lights in (1, 216):
        return_ = blank_return(departments=2)
        lead = UserFactory(authority=return_.authority, roles=["lead"])
        client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
        codes = [
            f"outcome_lights--{line.key}--{point.key}"
            for line in return_.proforma.section_by_key["outcomes"].lines
            if line.tier != "excellent"
            for point in return_.proforma.section_by_key["outcomes"].points
        ]
        data = {f"{code}-seen": "0" for code in codes}
        data |= {f"{code}-light": "A" if n < lights else "" for n, code in enumerate(codes)}
        with CaptureQueriesContext(connection) as queries:
            response = client.post(f"/{return_.authority.slug}/ieg4/grid/", data)
        assert response.status_code == 302
        assert assess(return_).tally.answered == lights
        counts.append(len(queries))

    # A bulk insert or update of more rows than one statement takes is split in a few; that is not one per row.
    assert counts[1] - counts[0] <= 6
