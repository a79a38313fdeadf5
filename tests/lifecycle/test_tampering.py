"""Nothing of an approved return changes unnoticed: every way in refuses, or `check_history` names it."""

import random
from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction

from returns import history
from returns.acts import (
    ActionRefused,
    add_case_study,
    allocate_lines,
    ask_question,
    close_query,
    correct_decision,
    correct_filing,
    raise_query,
    remove_case_study,
    reply_to_query,
)
from returns.answers.reader import read
from returns.lifecycle import Action
from returns.models import (
    Decision,
    Department,
    Event,
    Return,
    User,
    Version,
)
from tests.support.moving import (
    decision,
    do,
    filing,
    fresh,
    place,
    places,
    save,
    sign,
    state,
    traces,
    who,
)
from tests.support.tampering import (
    Tampering,
    answer_models,
    by_orm,
    by_sql,
    lift_guards,
    named,
    of_return,
    random_changes,
    run,
    sql_update,
    undone,
)

SEED = 20041216
CHANGES = 200
PEOPLE = [
    "lead", "finance", "clerk", "cabinet", "admin", "officer-corporate", "head-corporate", "officer-housing",
    "head-housing",
]  # fmt: skip
W = "/wyeborough/ieg4/"


@pytest.fixture
def approved_with_question(approved):
    """The approved return, about which a Cabinet member has asked two things; one is answered."""
    for line in ("R4", "R3"):
        ask_question(
            return_=approved,
            by=who(approved, "cabinet"),
            place=place(approved, "outcomes", line),
            text="When?",
        )
    reply_to_query(return_=approved, by=who(approved, "lead"), number=1, text="In March.")
    return fresh(approved)


# What pages and acts offer.


def posts(return_, form_data) -> dict[str, tuple[str, dict]]:
    """Every page that takes a form, with one that is filled in rightly and would change the return."""

    def line(section, line=None, department=None, **changed):
        data = form_data(return_, section, line, department)
        named = {next(name for name in data if name.endswith(end)): value for end, value in changed.items()}
        assert named != {name: data[name] for name in named}
        return data | named | {"reason": "A slip of the pen."}

    someone = {
        "username": "somebody",
        "first_name": "Some",
        "last_name": "Body",
        "new_password": "correct-horse-9",
    }
    day = {"date": "8 December 2004", "step": "record"}  # past the check page
    slip = {"number": "99", "reason": "A slip.", "seen": "0"}
    lead = who(return_, "lead")
    return {
        "cover": (W + "cover/answer/", line("cover", **{"-contact_name": "Somebody Else"})),
        "context": (W + "context/answer/", line("context", **{"-text": "Another council."})),
        "outcome": (W + "outcomes/R3/", line("outcomes", "R3", **{"-comment": "Another."})),
        "change line": (W + "change/CM1/", line("change", "CM1", **{"-comment": "Another."})),
        "bvpi 157": (W + "bvpi157/I1/corporate/", line("bvpi157", "I1", "corporate", **{"-permissible": "999999"})),
        "take-up": (W + "takeup/CT1/", {}),
        "resources": (W + "resources/RS1/", {}),
        "gains": (W + "efficiency/EF1/corporate/", line("efficiency", "EF1", "corporate", **{"-basis": "Another."})),
        "note": (W + "efficiency/answer/", line("efficiency", **{"-note": "Another."})),
        "case study": (W + "cases/C1/", line("cases", "C1", **{"-title": "Another."})),
        "new case study": (W + "cases/new/", {"department": "corporate"}),
        "remove case study": (W + "cases/C1/remove/", {}),
        "quick grid": (W + "grid/", line("outcomes", "R3", **{"--mar05-light": "R"})),
        "allocation": (
            W + "allocation/",
            {"lines": ["R3"], "owner": f"{lead.username}@corporate", "due": "9 December 2004"},
        ),
        "sign department": (W + "departments/corporate/sign/", {"shown": "0" * 64}),
        "sign figures": (W + "figures/sign/", {"shown": "0" * 64}),
        "ask": (W + "queries/new/?section=outcomes&line=R2", {"text": "Why?"}),
        "reply": (W + "queries/2/", {"text": "So."}),
        "close": (W + "queries/2/", {"close": "1"}),
        "remind": (W + "reminders/", {}),
        "read messages": (W + "messages/", {"upto": "999999"}),
        "new person": ("/wyeborough/people/new/", someone | {"roles": ["clerk"]}),
        "person": (
            "/wyeborough/people/wyeborough-lead/",
            {
                "username": "somebody-else", "first_name": "Jo", "last_name": "Fairley-Smith", "roles": ["clerk"],
                "job_title": "Something else",
            },
        ),
        "new department": ("/wyeborough/departments/new/", {"name": "Quite another"}),
        "department": (
            "/wyeborough/departments/corporate/",
            {"name": "Renamed", "contributor": str(who(return_, "head-corporate").pk)},
        ),
        "correct decision": (W + "acts/decision/correct/", slip | {"date": "1 December 2004"}),
        "correct filing": (W + "acts/filing/correct/", slip | day),
        Action.SEND_BACK: (W + "acts/send-back/", {"reason": "Look.", "elements": ["outcomes--R3"]}),
        Action.SEND: (W + "acts/send/", {}),
        Action.APPROVE: (W + "acts/approve/", day | {"minute": "99", "text": "Approved again."}),
        Action.REFER_BACK: (W + "acts/refer-back/", day | {"minute": "99", "text": "No."}),
        Action.AMEND: (W + "acts/amend/", {"reason": "A slip."}),
        Action.FINISH: (W + "acts/finish/", {}),
        Action.ABANDON: (W + "acts/abandon/", {"reason": "A slip."}),
        Action.SUBMIT: (W + "acts/submit/", day | {"reference": "IEG4-7"}),
        Action.REOPEN: (W + "acts/reopen/", {"reason": "Look.", "elements": ["outcomes--R3"]}),
    }  # fmt: skip


# What may be done with an approved return, all of it by one of the return's own acts.
MAY = {
    ("cabinet", "ask"),
    ("lead", "reply"),
    ("officer-corporate", "reply"),
    ("head-corporate", "reply"),
    ("head-corporate", Action.AMEND),
    ("clerk", "correct decision"),
    ("lead", Action.SUBMIT),
    ("lead", Action.REOPEN),
}
# What does not touch the return, whoever does it.
APART = {"read messages", "new person", "person", "new department", "department"}


@pytest.fixture
def filled_in(approved_with_question, form_data):
    found = posts(approved_with_question, form_data)
    for name, section in (("take-up", "takeup"), ("resources", "resources")):
        asked = next(p for p in read(approved_with_question, section).places() if p.line)
        data = form_data(approved_with_question, section, asked.line.key)
        changed = next(key for key in data if key.endswith(("-number", "-amount")))
        found[name] = (asked.get_absolute_url(), data | {changed: "999"})
    return found


@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_changes_an_approved_return_but_by_the_acts_meant_for_it(
    approved_with_question, filled_in, signed_in, name
):
    return_ = approved_with_question
    visitor = signed_in(who(return_, name).username)
    before = state(return_)
    may = {what for who_, what in MAY if who_ == name}

    refused = {
        what: visitor.post(*filled_in[what]).status_code for what in filled_in if what not in may | APART
    }

    assert {what: status for what, status in refused.items() if status not in (403, 404, 405, 409)} == {}
    assert state(return_) == before
    for what in may:
        with undone():
            assert visitor.post(*filled_in[what]).status_code == 302, what
            assert traces(return_)["head"] != before["head"], what
            assert history.check(fresh(return_)) == []


def test_the_administrator_changes_people_and_departments_and_no_return(approved, filled_in, signed_in):
    """Whoever is renamed, leaves or takes other roles: the history still fits what stands beside it."""
    admin = signed_in(who(approved, "admin").username)
    before = state(approved)

    statuses = {what: admin.post(*filled_in[what]).status_code for what in sorted(APART - {"read messages"})}

    assert statuses == dict.fromkeys(statuses, 302)
    assert history.check(fresh(approved)) == []
    assert {name: value for name, value in state(approved).items() if name != "answers"} == {
        name: value for name, value in before.items() if name != "answers"
    }
    person = User.objects.get(pk=who_pk(before, approved))
    assert (person.last_name, person.username, person.is_active) == (
        "Fairley-Smith",
        "wyeborough-lead",
        False,
    )


def who_pk(before, return_) -> int:
    return return_.events.filter(kind=Event.Kind.SENT).get().by_id


# What can be done behind the application's back.


def act_calls(return_) -> dict:
    """Every act as a function of who does it, with what it needs to change the return."""
    corporate = return_.authority.departments.get(slug="corporate")
    r3 = places(return_, ("outcomes", "R3"))
    by_name = lambda name: who(return_, name)  # noqa: E731
    return {
        "save outcome": lambda n: save(return_, n, "outcomes", "R3", {"comment": "Another."}),
        "save light": lambda n: save(return_, n, "outcomes", "R3", {"light": ""}, point="mar05"),
        "save gain": lambda n: save(
            return_, n, "efficiency", "EF1", {"cashable": Decimal(999)}, point="2005-06", department="corporate",
            reason="A slip.",
        ),
        "save cover": lambda n: save(return_, n, "cover", None, {"contact_name": "Somebody Else"}),
        "save case study": lambda n: save(return_, n, "cases", "C1", {"title": "Another."}, reason="A slip."),
        "add case study": lambda n: add_case_study(return_=return_, by=by_name(n), department=corporate),
        "remove case study": lambda n: remove_case_study(return_=return_, by=by_name(n), line="C1"),
        "allocate": lambda n: allocate_lines(
            return_=return_, by=by_name(n), lines=["R3"], owner=who(return_, "lead"), department=corporate,
            due=return_.answers_due,
        ),
        "sign department": lambda n: sign(return_, n, "corporate", statement="0" * 64),
        "sign figures": lambda n: sign(return_, n, statement="0" * 64),
        "query": lambda n: raise_query(return_=return_, by=by_name(n), place=r3[0], text="Why?"),
        "ask": lambda n: ask_question(return_=return_, by=by_name(n), place=r3[0], text="Why?"),
        "reply": lambda n: reply_to_query(return_=return_, by=by_name(n), number=2, text="So."),
        "close": lambda n: close_query(return_=return_, by=by_name(n), number=2),
        "correct decision": lambda n: correct_decision(
            return_=return_, by=by_name(n), date=return_.decision.day, number="99", reason="A slip.", seen=0
        ),
        "correct filing": lambda n: correct_filing(
            return_=return_, by=by_name(n), date=return_.decision.day, number="99", reason="A slip.", seen=0
        ),
        Action.SEND_BACK: lambda n: do(Action.SEND_BACK, return_, n, places=r3, reason="Look."),
        Action.SEND: lambda n: do(Action.SEND, return_, n),
        Action.APPROVE: lambda n: do(Action.APPROVE, return_, n, decision=decision()),
        Action.REFER_BACK: lambda n: do(Action.REFER_BACK, return_, n, decision=decision("referred_back")),
        Action.AMEND: lambda n: do(Action.AMEND, return_, n, reason="A slip."),
        Action.FINISH: lambda n: do(Action.FINISH, return_, n),
        Action.ABANDON: lambda n: do(Action.ABANDON, return_, n, reason="A slip."),
        Action.SUBMIT: lambda n: do(Action.SUBMIT, return_, n, filing=filing()),
        Action.REOPEN: lambda n: do(Action.REOPEN, return_, n, places=r3, reason="Look."),
    }  # fmt: skip


ACTS = [
    "save outcome", "save light", "save gain", "save cover", "save case study", "add case study",
    "remove case study", "allocate", "sign department", "sign figures", "query", "ask", "reply", "close",
    "correct decision", "correct filing", *Action,
]  # fmt: skip
PAGES = [
    "cover", "context", "outcome", "change line", "bvpi 157", "take-up", "resources", "gains", "note", "case study",
    "new case study", "remove case study", "quick grid", "allocation", "sign department", "sign figures", "ask",
    "reply", "close", "remind", "correct decision", "correct filing", *APART, *Action,
]  # fmt: skip


def outcome_of(change: Tampering, return_, before: dict, filled_in, calls, signed_in, chance) -> str:
    """Refused, named by the check, or unnoticed; whatever happened is taken back."""
    with undone():
        if change.way == "page":
            address, data = filled_in[change.what]
            signed_in(who(return_, change.by).username).post(address, data)
            return "refused" if state(return_) == before or change.what in APART else "unnoticed"
        if change.way == "act":
            try:
                calls[change.what](change.by)
            except ActionRefused:
                return "refused" if state(return_) == before else "unnoticed"
            return "unnoticed"
        if change.way == "owner":
            lift_guards()
        try:
            with transaction.atomic():
                if change.way == "orm":
                    by_orm(change, chance)
                else:
                    by_sql(change)
        except IntegrityError:
            return "refused"
        except models.ProtectedError:
            return "refused"
        if not Return.objects.filter(pk=return_.pk).exists():
            with pytest.raises(CommandError, match="has no return 'ieg4'"):
                call_command("check_history", "wyeborough", "ieg4")
            return "named"
        messages = history.check(fresh(return_))
        return "named" if messages and named(change, messages) else f"unnoticed, {messages}"


def test_of_two_hundred_random_changes_none_goes_unnoticed(approved_with_question, filled_in, signed_in):
    return_ = approved_with_question
    calls, before = act_calls(return_), state(return_)
    chance = random.Random(SEED)
    found, slipped = Counter(), []

    for change in random_changes(
        return_,
        CHANGES,
        SEED,
        pages=[(name, by) for name in sorted(PAGES) for by in PEOPLE if (by, name) not in MAY],
        acts=[(name, by) for name in sorted(ACTS) for by in PEOPLE if (by, name) not in MAY],
    ):
        told = str(change)
        outcome = outcome_of(change, return_, before, filled_in, calls, signed_in, chance)
        found[outcome.split(",")[0]] += 1
        if outcome.startswith("unnoticed"):
            slipped.append(f"{told}: {outcome}")

    assert slipped == []
    assert found["refused"] + found["named"] == CHANGES
    assert min(found["refused"], found["named"]) > CHANGES // 4
    assert state(return_) == before


IMPOSSIBLE = [
    (Decision, "date", "yesterday"), (Event, "number", "x"), (Event, "at", "noon"), (Version, "number", "x"),
    (Version, "pdf_size", "x"), (Return, "cabinet_date", "soon"), (Return, "proforma_key", "ieg9"),
    *[(model, "version", "x") for model in answer_models()],
]  # fmt: skip


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="only SQLite keeps a word where a number or day belongs"
)
@pytest.mark.parametrize(("model", "column", "value"), IMPOSSIBLE)
def test_a_value_that_no_column_should_hold_is_reported_and_no_error(approved, model, column, value):
    """The check is for altered databases: it says what it can't read, and never ends in a traceback."""
    row = of_return(model, approved).last()
    with undone():
        lift_guards()
        run("UPDATE {} SET {} = %s WHERE id = %s", value, row.pk, names=(model._meta.db_table, column))

        messages = history.check(fresh(approved))

    assert messages
    assert all(messages)


def test_version_data_that_are_no_data_are_named(approved):
    with undone():
        lift_guards()
        sql_update(approved.versions.get(number=2), "data", "{")

        messages = history.check(fresh(approved))

    assert messages == ["Version 2: its data do not fit their digest."]


def test_columns_that_a_line_does_not_use_stay_as_they_were(approved):
    """Change lines share a table with outcomes, whose view of what applies would hide their lights."""
    with undone():
        lift_guards()
        run(
            "UPDATE outcomes_outcome SET applicability = 'not_applicable' "
            "WHERE return_record_id = %s AND line = 'CM6'",
            approved.pk,
        )

        messages = history.check(fresh(approved))

    assert messages == ["CM6: applicability altered, which the return does not ask for."]


def test_owners_department_of_another_council_is_named(approved):
    """Both councils have a department of that short name."""
    foreign = Department.objects.get(authority__slug="marchshire", slug="finance")
    line = approved.allocations.filter(department__slug="finance").first().line
    with undone():
        lift_guards()
        run(
            "UPDATE returns_allocation SET department_id = %s WHERE return_record_id = %s AND line = %s",
            foreign.pk, approved.pk, line,
        )  # fmt: skip

        messages = history.check(fresh(approved))

    assert messages == [f"{line}: owner, department or date differ from the history."]
