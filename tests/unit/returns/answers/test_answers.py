"""Reading and changing answers: one reader, one writer, and nobody's text overwritten."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from returns.acts import ActionRefused, Change, allocate_lines, save_answers
from returns.answers.reader import read
from returns.history import of_place as history
from returns.models import Event, User
from returns.proforma import load
from tests.support.factories import blank_return


def change(return_, section, line, point, values, *, seen=None, department=None, resolved=None):
    answers = read(return_, section)
    place = answers.place(section, line, department)
    entry = next(e for e in answers.entries(place) if (e.point.key if e.point else "") == point)
    seen = entry.record.version if seen is None else seen
    return Change(entry, seen, values, resolved or {})


def light(return_, line, point):
    answers = read(return_, "outcomes")
    place = answers.place("outcomes", line)
    return dict(zip(("submission", "mar05", "dec05", "mar06"), answers.lights(place), strict=True))[point]


def test_open_return_has_every_declared_record_blank(db):
    return_ = blank_return(departments=2)

    answers = read(return_)
    cells = [cell for place in answers.places() for cell in answers.cells(place)]

    asked = {
        "cover": 5,
        "context": 1,
        "note": 2,
        "outcomes": 72 * (3 + 4),
        "change": 14 * (1 + 4),
        "bvpi157": 2 * 10 * (2 + 15),
    }
    asked |= {"takeup": 9 * (2 + 5), "resources": 6 * (2 + 7), "efficiency": 2 * 6 * (3 + 10)}
    assert len(cells) == sum(asked.values())
    assert [c.where for c in cells if c.required and not c.blank] == []


def test_shire_district_starts_without_what_is_no_function_of_it(db):
    return_ = blank_return(kind="shire_district")

    answers = read(return_, "outcomes")
    applying = {p.code for p in answers.places() if answers.applies(p)}

    lines = load("ieg4").section_by_key["outcomes"].lines
    assert applying == {
        line.key for line in lines if line.is_function_of("shire_district") and line.tier != "excellent"
    }
    assert "R1" not in applying


def test_places_stand_in_the_order_of_the_proforma(marchshire):
    codes = [place.code for place in read(marchshire, "outcomes", "change").places()]

    proforma = load("ieg4")
    assert codes == [
        line.key for key in ("outcomes", "change") for line in proforma.section_by_key[key].lines
    ]


def test_save_writes_the_value_and_its_event(marchshire, person, at_nine):
    officer = person("officer-education")

    saved = save_answers(
        return_=marchshire,
        by=officer,
        changes=[change(marchshire, "outcomes", "G1", "mar06", {"light": "G"})],
    )

    [event] = saved.events
    assert light(marchshire, "G1", "mar06") == "G"
    assert (event.by, event.line, event.point, event.field, event.old, event.new) == (
        officer, "G1", "mar06", "light", "", "G",
    )  # fmt: skip
    assert event.at.isoformat() == "2004-12-08T09:00:00+00:00"
    assert history(read(marchshire, "outcomes").place("outcomes", "G1"))[0].what == "Light, 31 March 2006"


def test_history_says_figures_and_choices_as_people_read_them(marchshire, person):
    where = {"department": "education"}
    for values in ({"cashable": Decimal("210")}, {"cashable": Decimal("1085.5")}, {"cashable": None}):
        done = change(marchshire, "efficiency", "EF1", "2005-06", values, **where)
        save_answers(return_=marchshire, by=person("officer-education"), changes=[done])
    done = change(marchshire, "bvpi157", "I1", "2004-03-31", {"permissible": 1200}, **where)
    save_answers(return_=marchshire, by=person("officer-education"), changes=[done])
    done = change(marchshire, "outcomes", "R1", "mar05", {"light": "R"})
    save_answers(return_=marchshire, by=person("officer-education"), changes=[done])

    said = {
        line: [
            (event.what, event.figures or f"{event.was} to {event.became}")
            for event in history(read(marchshire).place(section, line, department))[:count]
        ]
        for section, line, department, count in (
            ("efficiency", "EF1", "education", 2),
            ("bvpi157", "I1", "education", 1),
            ("outcomes", "R1", None, 1),
        )
    }

    cashable = "Cashable, 2005/06 forecast"
    assert said == {
        "EF1": [
            (cashable, "was 1,085.5, now blank (£ thousand)"),
            (cashable, "was 210, now 1,085.5 (£ thousand)"),
        ],
        "I1": [("Permissible, 31 March 2004", "was 44, now 1,200 (types)")],
        "R1": [("Light, 31 March 2005", "Amber to Red")],
    }


@pytest.mark.parametrize(
    ("username", "page"),
    [
        ("officer-education", "efficiency/EF1/education/"),
        ("officer-education", "efficiency/EF1/history/?department=education"),
        ("lead", "history/"),
    ],
)
def test_every_page_of_history_says_figures_in_words(signed_in, marchshire, person, username, page):
    for amount in ("210", "1085.5"):
        done = change(
            marchshire, "efficiency", "EF1", "2005-06", {"cashable": Decimal(amount)}, department="education"
        )
        save_answers(return_=marchshire, by=person("officer-education"), changes=[done])

    text = signed_in(username).get(f"/marchshire/ieg4/{page}").content.decode()

    assert "as 210, now 1,085.5 (£ thousand)" in text
    assert "1085.5 " not in text


def test_save_without_a_difference_writes_nothing(marchshire, person):
    before = Event.objects.count()

    saved = save_answers(
        return_=marchshire,
        by=person("officer-education"),
        changes=[change(marchshire, "outcomes", "R1", "", {"comment": read_comment(marchshire, "R1")})],
    )

    assert (saved.events, saved.conflicts, Event.objects.count()) == ([], [], before)


def read_comment(return_, line):
    answers = read(return_, "outcomes")
    return answers.head(answers.place("outcomes", line)).comment


def test_second_save_of_one_cell_is_a_conflict_and_overwrites_nothing(marchshire, person):
    before = read_comment(marchshire, "R1")
    mine = change(marchshire, "outcomes", "R1", "", {"comment": "Mine."})
    theirs = change(marchshire, "outcomes", "R1", "", {"comment": "Theirs."})
    save_answers(return_=marchshire, by=person("head-education"), changes=[theirs])

    saved = save_answers(return_=marchshire, by=person("officer-education"), changes=[mine])

    [conflict] = saved.conflicts
    assert (conflict.before, conflict.mine, conflict.theirs) == (before, "Mine.", "Theirs.")
    assert conflict.event.by == person("head-education")
    assert read_comment(marchshire, "R1") == "Theirs."


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Mine."), ("both", "Mine."), ("theirs", "Theirs.")])
def test_conflict_is_settled_by_choosing(marchshire, person, choice, kept):
    first = change(marchshire, "outcomes", "R1", "", {"comment": "Theirs."})
    seen = first.seen
    save_answers(return_=marchshire, by=person("head-education"), changes=[first])

    resolved = {"comment": (choice, seen + 1)}
    mine = change(marchshire, "outcomes", "R1", "", {"comment": "Mine."}, seen=seen, resolved=resolved)
    saved = save_answers(return_=marchshire, by=person("officer-education"), changes=[mine])

    assert saved.conflicts == []
    assert read_comment(marchshire, "R1") == kept


def test_choice_against_a_text_that_changed_again_is_a_new_conflict(marchshire, person):
    first = change(marchshire, "outcomes", "R1", "", {"comment": "Theirs."})
    seen = first.seen
    head = person("head-education")
    save_answers(return_=marchshire, by=head, changes=[first])
    save_answers(
        return_=marchshire, by=head, changes=[change(marchshire, "outcomes", "R1", "", {"comment": "Again."})]
    )

    resolved = {"comment": ("mine", seen + 1)}
    mine = change(marchshire, "outcomes", "R1", "", {"comment": "Mine."}, seen=seen, resolved=resolved)
    saved = save_answers(return_=marchshire, by=person("officer-education"), changes=[mine])

    assert [conflict.theirs for conflict in saved.conflicts] == ["Again."]


def test_two_people_changing_different_cells_both_keep_theirs(marchshire, person):
    opened = change(marchshire, "bvpi157", "I1", "2004-03-31", {}, department="education")
    was = {name: getattr(opened.entry.record, name) for name in ("permissible", "enabled")}
    first = Change(opened.entry, opened.seen, was | {"permissible": 80})
    save_answers(return_=marchshire, by=person("head-education"), changes=[first])

    enabled = Change(opened.entry, opened.seen, was | {"enabled": 37})
    saved = save_answers(return_=marchshire, by=person("officer-education"), changes=[enabled])

    record = change(marchshire, "bvpi157", "I1", "2004-03-31", {}, department="education").entry.record
    assert saved.conflicts == []
    assert (record.permissible, record.enabled) == (80, 37)


def test_changes_that_do_not_fit_together_are_refused(marchshire, person):
    """Each figure is right by itself; together enabled would exceed permissible."""
    first = change(marchshire, "bvpi157", "I1", "2004-03-31", {"permissible": 36}, department="education")
    seen = first.seen
    save_answers(return_=marchshire, by=person("head-education"), changes=[first])

    second = change(
        marchshire, "bvpi157", "I1", "2004-03-31", {"enabled": 40}, department="education", seen=seen
    )
    with pytest.raises(ActionRefused, match=r"Enabled \(40\) is more than permissible \(36\)"):
        save_answers(return_=marchshire, by=person("officer-education"), changes=[second])


@pytest.mark.parametrize(
    "username", ["officer-highways", "finance", "clerk", "cabinet", "admin", "wyeborough-lead"]
)
def test_nobody_else_changes_a_department_s_answer(marchshire, person, username):
    with pytest.raises(ActionRefused):
        save_answers(
            return_=marchshire,
            by=person(username),
            changes=[change(marchshire, "outcomes", "G1", "mar06", {"light": "G"})],
        )

    assert light(marchshire, "G1", "mar06") == ""


def test_all_changes_of_a_save_are_written_or_none(marchshire, person):
    """One of two places is somebody else's."""
    with pytest.raises(ActionRefused):
        save_answers(
            return_=marchshire,
            by=person("officer-education"),
            changes=[
                change(marchshire, "outcomes", "G1", "mar06", {"light": "G"}),
                change(marchshire, "outcomes", "R16", "mar06", {"light": "G"}),
            ],
        )

    assert (light(marchshire, "G1", "mar06"), light(marchshire, "R16", "mar06")) == ("", "")


def test_council_sum_leaves_out_nil_and_counts_blanks(db):
    return_ = blank_return(departments=3)
    answers = read(return_, "efficiency")
    section = answers.sections[0]
    table, line = section.table("gains"), section.lines[0]
    point = table.points[0]
    for number, department in enumerate(answers.departments):
        place = answers.place("efficiency", line.key, department.slug)
        if number == 0:
            answers.record(place, table, point).cashable = Decimal("12.5")
        if number == 1:
            answers.head(place).nil = True

    found = answers.council_sum(section, table, line, point, "cashable")

    assert (found.value, found.blanks, found.complete) == (Decimal("12.5"), 1, False)


def test_allocation_names_owner_department_and_date(marchshire, person, at_nine):
    lead, owner = person("lead"), person("officer-procurement")
    department = owner.departments.get()

    changed = allocate_lines(
        return_=marchshire, by=lead, lines=["G8", "E7"], owner=owner, department=department,
        due=marchshire.answers_due,
    )  # fmt: skip

    allocation = marchshire.allocations.get(line="G8")
    assert (changed, allocation.owner, allocation.department) == (2, owner, department)
    assert Event.objects.filter(kind="allocation", line="G8").last().new == (
        f"{owner}, Procurement and Property, by 2004-12-10"
    )


@pytest.mark.parametrize(
    ("by", "owner", "message"),
    [
        ("finance", "officer-education", "Only the e-government lead allocates lines"),
        ("lead", "wyeborough-officer-housing", "doesn’t answer for"),
        ("lead", "officer-highways", "doesn’t answer for"),
    ],
)
def test_allocation_is_refused(marchshire, person, by, owner, message):
    department = marchshire.authority.departments.get(slug="education")

    with pytest.raises(ActionRefused, match=message):
        allocate_lines(
            return_=marchshire, by=person(by), lines=["G8"], owner=person(owner), department=department,
            due=marchshire.answers_due,
        )  # fmt: skip


def test_allocation_to_somebody_who_left_is_refused(marchshire, person):
    User.objects.filter(username="officer-education").update(is_active=False)
    department = marchshire.authority.departments.get(slug="education")

    with pytest.raises(ActionRefused, match="has left"):
        allocate_lines(
            return_=marchshire, by=person("lead"), lines=["G8"], owner=person("officer-education"),
            department=department, due=marchshire.answers_due,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("section", "line", "department", "point", "values"),
    [
        ("outcomes", "R1", None, "mar05", {"light": "X"}),
        ("outcomes", "R1", None, "", {"applicability": "perhaps"}),
        ("bvpi157", "I1", "education", "2004-03-31", {"permissible": 1, "enabled": 2}),
        ("bvpi157", "I1", "education", "", {"nil": True, "reason": ""}),
        ("bvpi157", "I1", "education", "", {"nil": False, "reason": "None."}),
        ("efficiency", "EF1", "education", "2005-06", {"cashable": Decimal(-1)}),
        ("efficiency", "EF1", "education", "2005-06", {"non_cashable": Decimal(-1)}),
        ("resources", "RS1", None, "2004-05", {"amount": Decimal(-1)}),
    ],
)
def test_database_refuses_what_no_way_in_should_send(marchshire, section, line, department, point, values):
    record = change(marchshire, section, line, point, {}, department=department).entry.record
    for name, value in values.items():
        setattr(record, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


@pytest.mark.parametrize("section", ["outcomes", "change", "bvpi157", "takeup", "resources", "efficiency"])
def test_one_record_a_cell(marchshire, section):
    answers = read(marchshire, section)
    for entry in answers.entries(next(p for p in answers.places() if p.line)):
        entry.record.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            entry.record.save(force_insert=True)
