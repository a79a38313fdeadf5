"""The history alone tells what the return is: replayed from nothing it gives every answer, owner and signature."""

import random
from decimal import Decimal

import pytest

from returns import history
from returns.acts import (
    add_case_study,
    allocate_lines,
    ask_question,
    close_query,
    raise_query,
    remove_case_study,
    reply_to_query,
    save_answers,
)
from returns.answers.reader import read
from returns.lifecycle import Action
from returns.models import Event, Return, User
from returns.rules import access
from returns.versions.snapshot import stored_columns
from tests.support.factories import blank_return
from tests.support.moving import (
    approve,
    change,
    day,
    decision,
    do,
    filing,
    fresh,
    place,
    reopen,
    save,
    send,
    send_back,
    sign,
    who,
)

SEED = 1273
SAVES = 200


def told(return_: Return) -> dict:
    """The return as its events alone have it."""
    return_ = fresh(return_)
    return vars(history.replay(return_, return_.events.order_by("number"), read(return_)))


def stands(return_: Return) -> dict:
    """The return as its tables have it, in the same terms."""
    return_ = fresh(return_)
    answers = read(return_)
    numbers = dict(return_.events.values_list("pk", "number"))
    return {
        "status": return_.status,
        "form": return_.proforma_key if return_.events.filter(kind=Event.Kind.FORM).exists() else "",
        "answers": history.present_cells(answers),
        "saves": history.present_saves(answers),
        "allocations": {
            line: history.allocation_detail(allocation)
            for line, allocation in answers.allocations.items()
            if allocation.owner
        },
        "signed": {row.key: numbers[row.event_id] for row in return_.signoffs.all()},
        "sent_back": {row.key: numbers[row.event_id] for row in return_.sent_back.all()},
        "queries": {
            str(row.number): [numbers.get(pk) for pk in (row.asked_id, row.replied_id, row.closed_id)]
            for row in return_.queries.all()
        },
        "asked": {str(row.number): (row.kind, *row.key) for row in return_.queries.all()},
        "versions": {numbers[row.event_id]: history.version_detail(row) for row in return_.versions.all()},
        "decisions": {numbers[row.event_id]: history.decision_detail(row) for row in return_.decisions.all()},
        "report": {
            row.key: (row.text, row.drafted, row.version, numbers[row.event_id])
            for row in return_.paragraphs.all()
        },
        "corrections": {
            numbers[row.event_id]: history.correction_detail(row) for row in return_.corrections.all()
        },
        "report_copies": {
            numbers[row.event_id]: history.report_copy_detail(row) for row in return_.report_copies.all()
        },
        "filings": {numbers[row.event_id]: history.filing_detail(row) for row in return_.filings.all()},
    }


def assert_told(return_: Return) -> dict:
    replayed = told(return_)
    assert replayed == stands(return_)
    assert history.check(fresh(return_)) == []
    return replayed


def test_a_return_just_opened_is_told_by_no_event_at_all(db):
    return_ = blank_return(departments=2)

    replayed = assert_told(return_)

    assert (replayed["status"], replayed["saves"], replayed["allocations"]) == ("preparing", {}, {})


@pytest.mark.parametrize("name", ["marchshire", "wyeborough"])
def test_the_demonstration_is_told_by_its_events(db, name):
    return_ = Return.objects.get(authority__slug=name)

    replayed = assert_told(return_)

    assert len(replayed["answers"]) > 1_000
    assert len(replayed["signed"]) == return_.signoffs.count() > 40


def typed(column, record, chance: random.Random) -> str:
    """Something one may type into that cell, often what stands there already or nothing."""
    kind = record._meta.get_field(column).get_internal_type()
    if column == "light":
        return chance.choice(["R", "A", "G", ""])
    if kind == "PositiveIntegerField":
        return chance.choice(["", "0", f"{chance.randrange(5_000):,}"])
    if kind == "DecimalField":
        return chance.choice(["", "0", f"£{chance.randrange(1, 900)}.{chance.randrange(10)}"])
    return chance.choice(
        ["", f"Said {chance.randrange(10_000)} times.", "Two\r\n\r\nparagraphs, “quoted” – £5 & <b>."]
    )


def test_two_hundred_random_saves_by_different_people_are_told(marchshire, signed_in, form_data):
    """Through the pages, each by somebody who answers that line; refused ones leave no trace."""
    chance = random.Random(SEED)
    answers = read(marchshire)
    people = list(
        User.objects.filter(authority=marchshire.authority, groups__name__in=["officer", "head", "lead"])
        .distinct()
        .order_by("pk")
    )
    writers = {
        place.key: [p for p in people if access.can_answer(p, place, answers.allocation(place))]
        for place in answers.places()
    }
    open_places = [place for place in answers.places() if writers[place.key]]
    clients = {person.pk: signed_in(person.username) for person in people}
    before, statuses, by = marchshire.events.count(), [], set()

    for _ in range(SAVES):
        place = chance.choice(open_places)
        person = chance.choice(writers[place.key])
        data = form_data(
            marchshire,
            place.section.key,
            place.line.key if place.line else None,
            place.department.slug if place.department and place.section.per_department else None,
        )
        entry = chance.choice(read(marchshire, place.section.key).entries(place))
        for name in chance.sample(stored_columns(entry), k=1):
            if name not in ("nil", "applicability", "email", "telephone"):
                data[f"{entry.key}-{name}"] = typed(name, entry.record, chance)
        response = clients[person.pk].post(place.get_absolute_url(), data)
        statuses.append(response.status_code)
        by.add(person.pk)

    saved = marchshire.events.filter(number__gt=before, kind=Event.Kind.ANSWER)
    assert statuses.count(302) > SAVES * 0.7
    assert set(statuses) <= {302, 422, 409}
    assert saved.count() > SAVES // 2
    assert saved.values("by").distinct().count() > 15
    assert_told(marchshire)


def test_case_studies_brought_and_removed_are_told(complete):
    social_care = complete.authority.departments.get(slug="social-care")
    officer = who(complete, "officer-social-care")
    study = add_case_study(return_=complete, by=officer, department=social_care)
    assert_told(complete)
    save(complete, "officer-social-care", "cases", study.line, {"title": "Warm homes", "text": "A story."})
    sign(complete, "head-social-care", "social-care")
    assert_told(complete)
    send_back(complete, ("cases", study.line))
    assert_told(complete)

    remove_case_study(return_=complete, by=officer, line=study.line)

    replayed = assert_told(complete)
    assert [key for key in replayed["answers"] if key[:2] == ("cases", study.line)] == []
    assert [key for key in [*replayed["signed"], *replayed["sent_back"]] if key[1] == study.line] == []
    again = add_case_study(return_=complete, by=officer, department=social_care)
    assert again.line != study.line
    assert_told(complete)


def test_a_signature_given_voided_and_given_anew_is_told(complete):
    before = told(complete)["signed"]
    save(complete, "officer-education", "outcomes", "R1", {"comment": "Said anew."})
    voided = assert_told(complete)["signed"]
    assert {key[:2] for key in before.keys() - voided.keys()} == {("outcomes", "R1")}

    sign(complete, "head-education", "education")

    anew = assert_told(complete)["signed"]
    assert anew.keys() == before.keys()
    assert {key[:2] for key in anew if anew[key] != before[key]} == {("outcomes", "R1")}


def test_owners_given_and_given_on_are_told(marchshire):
    for name, department, due in (
        ("officer-hr", "hr", "2004-12-09"),
        ("officer-ict", "ict", "2004-12-09"),
        ("head-ict", "ict", "2004-12-10"),
    ):
        allocate_lines(
            return_=marchshire, by=who(marchshire, "lead"), lines=["G8", "R1", "CM2"], owner=who(marchshire, name),
            department=marchshire.authority.departments.get(slug=department), due=day(due),
        )  # fmt: skip
        replayed = assert_told(marchshire)

    assert replayed["allocations"]["R1"] == {"owner": "head-ict", "department": "ict", "due": "2004-12-10"}


def test_queries_and_questions_are_told_at_each_step(approved):
    lead, cabinet = who(approved, "lead"), who(approved, "cabinet")
    ask_question(return_=approved, by=cabinet, place=place(approved, "outcomes", "R1"), text="When?")
    assert_told(approved)
    reply_to_query(return_=approved, by=lead, number=1, text="In March.")
    assert_told(approved)
    reopen(approved, ("outcomes", "R3"))
    figures = place(approved, "efficiency", "EF1", "corporate")
    raise_query(return_=approved, by=lead, place=figures, text="Cashable?")
    assert_told(approved)

    close_query(return_=approved, by=lead, number=2)

    replayed = assert_told(approved)
    assert [made is not None for made in replayed["queries"]["1"]] == [True, True, False]
    assert [made is not None for made in replayed["queries"]["2"]] == [True, False, True]
    assert replayed["asked"] == {"1": ("question", "outcomes", "R1", None), "2": ("query", *figures.key)}


def test_the_whole_way_is_told_at_each_station(approved, quick_drawing):
    """Reopened, sent back, to Cabinet, referred back, to Cabinet, approved, amended, abandoned, filed, reopened."""
    statuses = [assert_told(approved)["status"]]

    def station():
        statuses.append(assert_told(approved)["status"])

    reopen(approved, ("outcomes", "R3"), ("cases", "C1"))
    station()
    save(approved, "officer-corporate", "outcomes", "R3", {"light": "A"}, point="mar05")
    station()
    send_back(approved, ("outcomes", "R3"), reason="Still not clear.")
    station()
    for department in ("corporate", "housing", "leisure", "planning", "finance"):
        if any(state.department.slug == department for state in _unsigned(approved)):
            sign(approved, f"head-{department}", department)
    send(approved)
    station()
    do(Action.REFER_BACK, approved, "clerk", decision=decision("referred_back"))
    station()
    send(approved)
    station()
    approve(approved, "head-corporate")
    station()
    do(Action.AMEND, approved, "head-corporate", reason="A gain was found.")
    station()
    save(
        approved, "head-corporate", "efficiency", "EF1", {"cashable": Decimal("77.7")}, point="2005-06",
        department="corporate", reason="A gain was found.",
    )  # fmt: skip
    station()
    do(Action.ABANDON, approved, "lead", reason="It was none.")
    station()
    do(Action.AMEND, approved, "head-corporate", reason="A gain was found.")
    save(approved, "head-corporate", "cases", "C1", {"title": "Told anew"}, reason="A better title.")
    _sign_all(approved)
    do(Action.FINISH, approved, "head-corporate")
    station()
    do(Action.SUBMIT, approved, "lead", filing=filing())
    station()
    reopen(approved, ("outcomes", "R1"))
    station()

    assert statuses == [
        "approved", "referred_back", "referred_back", "referred_back", "with_cabinet", "referred_back",
        "with_cabinet", "approved", "amending", "amending", "approved", "approved", "submitted", "referred_back",
    ]  # fmt: skip
    replayed = told(approved)
    assert [version["kind"] for version in replayed["versions"].values()] == [
        "cabinet", "approved", "cabinet", "cabinet", "approved", "amended",
    ]  # fmt: skip
    assert [made["outcome"] for made in replayed["decisions"].values()] == [
        "approved",
        "referred_back",
        "approved",
    ]
    assert len(replayed["filings"]) == 1


def _unsigned(return_: Return) -> list:
    from returns.checks.completeness import assess

    return [
        s for s in assess(read(fresh(return_))).places if s.place.tables and not s.signed and s.department
    ]


def _sign_all(return_: Return) -> None:
    for state in _unsigned(return_):
        sign(return_, f"head-{state.department.slug}", state.department.slug)


def test_what_nobody_signs_for_is_no_longer_open_once_cabinet_has_the_return(approved, quick_drawing):
    """R1 is none of this council's functions: it has no owner, no department and so no signer."""
    reopen(approved, ("outcomes", "R1"), ("outcomes", "R3"))
    sign(approved, "head-corporate", "corporate")
    assert [key[1] for key in assert_told(approved)["sent_back"]] == ["R1"]

    send(approved)

    assert assert_told(approved)["sent_back"] == {}


def test_an_amendment_put_back_gives_back_its_signatures(approved):
    before = told(approved)
    do(Action.AMEND, approved, "head-corporate", reason="A gain was found.")
    gains = {"cashable": Decimal("77.7")}
    save(
        approved, "head-corporate", "efficiency", "EF1", gains, point="2005-06", department="corporate",
        reason="A gain was found.",
    )  # fmt: skip
    assert told(approved)["signed"] != before["signed"]

    do(Action.ABANDON, approved, "head-corporate", reason="It was none.")

    after = assert_told(approved)
    assert (after["answers"], after["signed"]) == (before["answers"], before["signed"])


def test_a_conflict_leaves_no_trace(marchshire):
    stale = change(marchshire, "outcomes", "R1", {"comment": "Mine."})
    save(marchshire, "head-education", "outcomes", "R1", {"comment": "Theirs."})
    before = told(marchshire)

    saved = save_answers(return_=marchshire, by=who(marchshire, "officer-education"), changes=[stale])

    assert len(saved.conflicts) == 1
    assert assert_told(marchshire) == before


def test_a_department_renamed_while_cabinet_has_the_return_hinders_nothing(with_cabinet):
    """Answers stand by the departments' names, which an administrator may change at any time."""
    department = with_cabinet.authority.departments.get(slug="corporate")
    department.name = "Zeal and Corporate Services"
    department.save()

    assert assert_told(with_cabinet)["status"] == "with_cabinet"
    approve(with_cabinet)

    assert assert_told(with_cabinet)["status"] == "approved"
