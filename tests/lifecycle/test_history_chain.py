"""What the database itself refuses, and what `check_history` says of a history that was altered all the same."""

import datetime
import re
import subprocess

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from returns import history
from returns.acts import correct_filing
from returns.history import hash_chain
from returns.lifecycle import Action
from returns.models import Allocation, Event, Return
from tests.support.moving import day, do, filing, fresh, save, who
from tests.support.tampering import (
    answer_models,
    fetch,
    guards,
    guards_of_copies,
    installed_guards,
    lift_guards,
    of_return,
    prepared,
    run,
    sql_delete,
    sql_insert,
    sql_update,
    undone,
)
from tests.unit.returns.management.test_commands import run as command

APPEND_ONLY = {
    "Event": "number",
    "Version": "pdf_digest",
    "Decision": "minute",
    "Filing": "reference",
    "ReportCopy": "digest",
    "Correction": "number",
}


@pytest.fixture
def filed(wyeborough, quick_drawing):
    """Wyeborough, approved and filed: at least one row in each table that is only added to."""
    do(Action.SUBMIT, wyeborough, "lead", filing=filing())
    correct_filing(
        return_=wyeborough,
        by=who(wyeborough, "lead"),
        date=filing().date,
        number="8",
        reason="A slip.",
        seen=0,
    )
    return fresh(wyeborough)


def rows_of(model) -> list[tuple]:
    return fetch("SELECT * FROM {} ORDER BY id", names=[model._meta.db_table])


def refused(act, message: str) -> None:
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        act()


# The guards.


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_what_is_only_added_to_is_never_changed_or_removed(filed, name):
    model = next(m for m in (Event, *_related(filed)) if m.__name__ == name)
    row = of_return(model, filed).last()
    column, table = APPEND_ONLY[name], model._meta.db_table
    other = row.number + 1000 if name == "Event" else "x"
    before = rows_of(model)
    setattr(row, column, other)

    for act in (
        lambda: row.save(),
        lambda: row.save(update_fields=[column]),
        lambda: of_return(model, filed).filter(pk=row.pk).update(**{column: other}),
        lambda: model.objects.bulk_update([row], [column]),
        lambda: model.objects.bulk_create(
            [row], update_conflicts=True, update_fields=[column], unique_fields=["id"]
        ),
        lambda: of_return(model, filed)._raw_delete(using="default"),
        lambda: sql_update(row, column, other),
        lambda: run("UPDATE {} SET {} = {}", names=(table, column, column)),
        lambda: sql_delete(row),
        lambda: run("DELETE FROM {}", names=[table]),
    ):
        refused(act, f"{table} is only ever added to; nothing in it is changed or removed.")

    assert rows_of(model) == before
    assert history.check(filed) == []


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="only SQLite replaces a row without asking the triggers"
)
@pytest.mark.parametrize("name", APPEND_ONLY)
def test_a_row_put_in_place_of_another_is_refused_or_named(filed, name):
    model = next(m for m in (Event, *_related(filed)) if m.__name__ == name)
    row = of_return(model, filed).last()
    setattr(row, APPEND_ONLY[name], row.number + 1000 if name == "Event" else "x")

    try:
        with undone():
            sql_insert(row, instead_of=row)
            found = history.check(fresh(filed))
    except IntegrityError as refusal:
        found = [str(refusal)]

    named = {
        "Event": "Event ",
        "Version": "The version of event ",
        "Decision": "Cabinet’s decision of event ",
    }
    named |= {"Filing": "The filing of event ", "ReportCopy": "The covering report of event "}
    named |= {"Correction": "The correction of event "}
    refusal = f"{model._meta.db_table} is only ever added to"
    assert found
    assert found[0].startswith((named[name], refusal))


def _related(return_):
    return [
        getattr(return_, name).model
        for name in ("versions", "decisions", "filings", "report_copies", "corrections")
    ]


@pytest.mark.parametrize("model", [*answer_models(), Allocation], ids=lambda model: model.__name__)
def test_answers_and_owners_stand_still_while_the_return_is_locked(approved, model):
    row = of_return(model, approved).last()
    table = model._meta.db_table
    before = rows_of(model)
    copy = model.objects.get(pk=row.pk)
    copy.pk, copy.line = None, "R99"

    for act in (
        lambda: row.save(),
        lambda: row.delete(),
        lambda: of_return(model, approved).update(return_record=approved),
        lambda: model.objects.bulk_update([row], ["return_record"]),
        lambda: copy.save(force_insert=True),
        lambda: model.objects.bulk_create([copy]),
        lambda: of_return(model, approved)._raw_delete(using="default"),
        lambda: sql_update(row, "return_record", approved.pk),
        lambda: sql_delete(row),
        lambda: sql_insert(copy),
    ):
        refused(act, f"{table} can't change while the return is locked.")

    assert rows_of(model) == before


@pytest.mark.parametrize("status", list(Return.Status))
def test_each_status_opens_what_it_should_and_no_more(wyeborough, status):
    """By plain SQL, as the application's database user: what may be updated in each state of the return."""
    may_change = {}
    for model in [*answer_models(), Allocation]:
        with undone():
            sql_update(wyeborough, "status", status)
            may_change[model.__name__] = _updates(of_return(model, wyeborough).first())
    with undone():
        sql_update(wyeborough, "status", status)
        nil = of_return(_model("Declaration"), wyeborough).filter(line="EF1").first()
        may_change["Declaration of EF1"] = _updates(nil)

    working = status in ("preparing", "referred_back")
    provisional = {"CaseStudy", "Gain", "EfficiencyNote", "Declaration of EF1"}
    assert may_change == {
        name: working or (status == "amending" and name in provisional) for name in may_change
    }


def _model(name: str):
    return next(model for model in answer_models() if model.__name__ == name)


def _updates(row) -> bool:
    try:
        with transaction.atomic():
            return sql_update(row, "return_record", row.return_record_id) == 1
    except IntegrityError:
        return False


def test_nothing_moves_from_one_return_to_another(marchshire, wyeborough):
    for model in [*answer_models(), Allocation]:
        with undone():
            sql_update(wyeborough, "status", "preparing")
            row = of_return(model, wyeborough).first()
            refused(lambda row=row: sql_update(row, "return_record", marchshire.pk), "can't change while")


def test_a_return_keeps_its_council_its_round_and_its_proforma(marchshire, wyeborough):
    for return_ in (marchshire, wyeborough):
        other = wyeborough if return_ is marchshire else marchshire
        for name, value in (("authority", other.authority_id), ("round", "ieg5"), ("proforma_key", "ieg5")):
            refused(
                lambda name=name, value=value, row=return_: sql_update(row, name, value),
                "returns_return keeps its council, round and proforma.",
            )


def test_a_locked_return_keeps_its_dates_and_is_not_deleted(wyeborough):
    for name in ("answers_due", "cabinet_date"):
        refused(lambda name=name: sql_update(wyeborough, name, day("2005-01-01")), "can't change while")
    refused(lambda: sql_delete(wyeborough), "can't change while")


def test_every_guard_that_the_migration_names_is_in_the_database(db):
    """A table that SQLite rebuilds in a later migration loses its triggers without a word; this would say so."""
    migrations = (guards, guards_of_copies)
    named = {(table, name) for each in migrations for table, name, *_ in each._guards()}
    if connection.vendor == "postgresql":
        named |= {(table, f"{table}_no_truncate") for each in migrations for table in each.APPEND_ONLY}

    assert installed_guards() == named


def test_every_table_of_answers_is_guarded(db):
    guarded = {*guards.FIRM, *guards.PROVISIONAL, guards.MIXED}

    assert guarded == {model._meta.db_table for model in [*answer_models(), Allocation]}


def test_the_guards_name_the_states_that_the_rules_lock():
    from returns.rules import access

    assert guards.LOCKED == ", ".join(f"'{status}'" for status in Return.Status if status in access.LOCKED)


# The chain.


@pytest.fixture
def altered(wyeborough):
    """Wyeborough with the guards lifted, ready to be altered; all of it is taken back afterwards."""
    with undone():
        lift_guards()
        yield wyeborough


def another(value):
    """A value of the same kind, changed by one character or by one."""
    if isinstance(value, datetime.datetime):
        return value + datetime.timedelta(microseconds=1)
    if isinstance(value, int):
        return value + 1
    return f"{value[:-1]}{'x' if value[-1:] != 'x' else 'y'}" if value else "x"


def broken(return_, *arguments) -> list[str]:
    return command("check_history", return_.authority.slug, return_.round, *arguments, code=1).splitlines()


THE_END = "Wyeborough Borough Council, IEG4: the history is broken, or the return differs from it."
UNFIT = "does not fit the digest that it carries: it, or the order of events, was altered."


def test_a_whole_history_is_called_whole_and_named_by_its_last_digest(wyeborough):
    head = history.head(wyeborough)

    assert command("check_history", "wyeborough", "ieg4").splitlines() == [
        f"Wyeborough Borough Council, IEG4: {head.number:,} events, whole. The last digest is {head.digest}."
    ]


@pytest.mark.parametrize("name", [*hash_chain.COVERED, "digest"])
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_one_character_altered_in_one_event_is_found_and_named(altered, marchshire, name, where):
    events = altered.events.order_by("number")
    event = {"first": events.first(), "middle": events[600], "last": events.last()}[where]
    field = event._meta.get_field(name.removesuffix("_id"))
    value = getattr(event, name)
    if name == "return_record_id":
        # It keeps its number, which the other return has not: it is added to the end of that one.
        other = marchshire.pk
        sql_update(event, "number", 9_999)
    elif name in ("by_id", "department_id"):
        other = next(row.pk for row in field.related_model.objects.all() if row.pk != value)
    elif name == "number":
        other = 9_999
    else:
        other = another(value)
    sql_update(event, field.name, other)

    lines = broken(altered)

    last = event.number == history.head(altered).number + 1
    if name in ("return_record_id", "number"):
        follows = "9,999" if name == "number" and last_of(altered, event) else f"{event.number + 1:,}"
        missing = f"Event {event.number:,} is missing: event {follows} follows event {event.number - 1:,}."
        if name == "return_record_id" and last:
            missing = f"The version of event {event.number - 1:,} differs from the history."
        assert lines == [missing, THE_END]
    else:
        kind = Event.Kind(
            other if name == "kind" and other in Event.Kind.values else event.kind
        ).label.lower()
        kind = other if name == "kind" else kind
        about = other if name == "line" else event.line or (other if name == "section" else event.section)
        assert lines == [f"Event {event.number:,} ({kind}, {about or 'return'}) {UNFIT}", THE_END]


def last_of(return_, event) -> bool:
    return not return_.events.filter(number__gt=event.number, number__lt=9_999).exists()


def test_an_event_taken_out_is_named(altered):
    sql_delete(altered.events.get(number=700))

    assert broken(altered) == ["Event 700 is missing: event 701 follows event 699.", THE_END]


def test_two_events_swapped_are_named_at_the_first(altered):
    first, second = (altered.events.get(number=number) for number in (700, 701))
    for event, number in ((first, 9_999), (second, 700), (first, 701)):
        sql_update(event, "number", number)

    assert broken(altered) == [f"Event 700 (answer, {second.line}) {UNFIT}", THE_END]


def test_two_contents_swapped_are_named_at_the_first(altered):
    first, second = (altered.events.get(number=number) for number in (700, 701))
    for name in (*hash_chain.COVERED, "digest"):
        if name not in ("number", "return_record_id"):
            field = Event._meta.get_field(name.removesuffix("_id")).name
            sql_update(first, field, getattr(second, name))
            sql_update(second, field, getattr(first, name))

    assert broken(altered) == [f"Event 700 (answer, {second.line}) {UNFIT}", THE_END]


def test_an_event_put_in_is_named(altered):
    for event in altered.events.filter(number__gte=700).order_by("-number"):
        sql_update(event, "number", event.number + 1)
    event = altered.events.get(number=699)
    event.number = 700
    sql_insert(event)

    assert broken(altered) == [f"Event 700 (answer, {event.line}) {UNFIT}", THE_END]


def test_an_event_put_in_with_a_digest_of_its_own_breaks_at_the_next(altered):
    """Whoever knows how a digest is made still can't put an event between two others."""
    for event in altered.events.filter(number__gte=700).order_by("-number"):
        sql_update(event, "number", event.number + 1)
    event = altered.events.get(number=699)
    before, event.number = event.digest, 700
    event.digest = hash_chain.link(before, event)
    sql_insert(event)
    following = altered.events.get(number=701)

    assert broken(altered) == [f"Event 701 (answer, {following.line}) {UNFIT}", THE_END]


@pytest.mark.parametrize("events", [1, 2, 3, 500])
def test_a_tail_cut_off_is_found_by_the_head_that_the_pdf_prints(altered, events):
    """The head printed in the approved PDF is that of the approval; the last event stores that PDF."""
    printed = altered.events.get(kind=Event.Kind.APPROVED)
    head = history.head(altered)
    run(
        "DELETE FROM returns_event WHERE return_record_id = %s AND number > %s",
        altered.pk,
        head.number - events,
    )

    lines = broken(altered, "--head", f"{printed.number:,}:{printed.digest[:16]}")

    if events == 1:
        # The approval is still there, what it stored is not.
        assert lines == [f"The version of event {printed.number:,} differs from the history.", THE_END]
    else:
        assert lines == [
            f"The PDF was made after event {printed.number:,}, digest {printed.digest[:16]}; "
            f"the history ends at {head.number - events:,}.",
            THE_END,
        ]


def test_a_history_written_anew_is_found_by_the_head_that_the_pdf_prints(altered):
    """Whoever owns the database may link every event anew; the printed digest is then another."""
    printed = altered.events.get(kind=Event.Kind.APPROVED)
    digest = ""
    for event in altered.events.order_by("number"):
        if event.number == 700:
            event.reason = "Nobody said so."
        new = hash_chain.link(digest, event)
        run("UPDATE returns_event SET reason = %s, digest = %s WHERE id = %s", event.reason, new, event.pk)
        digest = new

    assert history.check(altered) == []
    assert broken(altered, "--head", f"{printed.number}:{printed.digest}") == [
        f"The PDF was made after event {printed.number:,}, digest {printed.digest[:16]}; "
        "the history has another there.",
        THE_END,
    ]


def test_an_answer_with_an_event_of_its_own_is_found_by_the_version_that_stands(altered):
    """Whoever owns the database may change an approved answer and add an event, rightly linked, that says so."""
    status = _model("OutcomeStatus").objects.get(return_record=altered, line="R3", point="mar05")
    light = "R" if status.light != "R" else "A"
    event = Event(
        return_record=altered, at=altered.events.last().at, by=altered.events.last().by, kind="answer",
        table="outcome_lights", line="R3", point="mar05", field="light", old=status.light, new=light,
        version=status.version + 1,
    )  # fmt: skip
    history.record(altered, [event])
    sql_update(status, "light", light)
    sql_update(status, "version", status.version + 1)

    assert broken(altered) == ["R3 differs from version 2, which is the one that stands.", THE_END]


def test_the_head_of_the_approved_pdf_is_that_of_a_whole_history(wyeborough):
    """The PDF itself is read: what it prints can be typed after --head."""
    version = wyeborough.versions.get(kind="approved")
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=bytes(version.pdf), capture_output=True, check=True
    ).stdout.decode()
    number, digest = re.search(r"event ([\d,]+), digest ([0-9a-f]+)", text).groups()
    head = history.head(wyeborough)

    printed = f"{number}:{digest}"

    assert printed == f"{head.number - 1:,}:{wyeborough.events.get(number=head.number - 1).digest}"
    assert command("check_history", "wyeborough", "ieg4", "--head", printed).splitlines() == [
        f"Wyeborough Borough Council, IEG4: {head.number:,} events, whole. The last digest is {head.digest}."
    ]


NO_HEADS = [
    " ", "1284", "1284:", ":3055234e", "1284:305523", "1284:3055234G", "-1:3055234e", "0:3055234e", "x:3055234e"
]  # fmt: skip


@pytest.mark.parametrize("head", NO_HEADS)
def test_a_head_that_is_none_ends_with_two_and_one_line(wyeborough, head):
    with pytest.raises(CommandError) as error:
        call_command("check_history", "wyeborough", "ieg4", f"--head={head}")

    assert error.value.returncode == 2
    assert str(error.value) == (
        f"{head!r} isn’t a head. Type the event’s number, a colon and at least 8 digits of the digest, "
        "such as 1284:3055234e."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere", "ieg4"), "There is no council 'nowhere' here. Known: marchshire, wyeborough."),
        (("wyeborough", "ieg9"), "Wyeborough Borough Council has no return 'ieg9'. Known: ieg4."),
    ],
)
def test_an_unknown_return_ends_with_two(db, arguments, message):
    with pytest.raises(CommandError) as error:
        call_command("check_history", *arguments)

    assert (error.value.returncode, str(error.value)) == (2, message)


def test_numbers_of_one_return_are_given_once(wyeborough):
    event = wyeborough.events.last()

    with pytest.raises(IntegrityError), transaction.atomic():
        sql_insert(event)


def test_a_digest_covers_every_column_of_an_event_but_two(db):
    """A column added later is covered, or this says so."""
    assert {field.attname for field in Event._meta.concrete_fields} == {*hash_chain.COVERED, "id", "digest"}
    assert prepared(Event._meta.get_field("digest"), "a") == "a"


def test_saving_goes_on_after_a_check(marchshire):
    """The check only reads: the next save is linked to the same head."""
    before = history.head(marchshire)

    assert history.check(marchshire) == []
    saved = save(marchshire, "officer-education", "outcomes", "R1", {"comment": "Said anew."})

    assert saved.events[0].digest == hash_chain.link(before.digest, saved.events[0])
    assert history.check(fresh(marchshire)) == []
