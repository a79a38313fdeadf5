"""What a signature covers, what voids it, and what it can't be given for."""

from decimal import Decimal

from django.contrib.auth.models import Group

from returns import history
from returns.acts import (
    allocate_lines,
    close_query,
    raise_query,
    remove_case_study,
    reply_to_query,
    save_answers,
)
from returns.answers.reader import read
from returns.checks.completeness import assess
from returns.models import Event, Role
from returns.versions.snapshot import place_digest
from tests.support.moving import (
    at,
    blockers,
    change,
    events_after,
    fresh,
    place,
    refused,
    save,
    send_back,
    shown,
    sign,
    signed,
    state,
    telling,
    who,
    without,
)

HR_WAITS = "Human Resources: 1 of 16 lines wait for the signature of the head of Human Resources"
FIGURES_WAIT = "Figures: 1 of 61 lines wait for the section 151 officer’s signature"


def test_complete_return_waits_for_nothing(complete):
    assert blockers(complete) == []
    assert {part.title: len(part.unsigned) for part in assess(read(complete)).parts} == {
        "Education and Libraries": 0,
        "Environment and Planning": 0,
        "Finance and Benefits": 0,
        "Highways and Transport": 0,
        "Human Resources": 0,
        "ICT and Customer Services": 0,
        "Policy and Community": 0,
        "Procurement and Property": 0,
        "Social Care and Housing": 0,
        "Figures": 0,
    }


def test_head_signs_exactly_what_the_statement_showed(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Piloted in the depot since May."})
    before, head = signed(complete), history.head(complete).number

    with at("2004-12-08 14:05"), telling(complete) as told:
        count = sign(complete, "head-hr", "hr")

    assert count == 1
    assert told == [("lead", "Human Resources: signed by Trevor Nicholls", "queued")]
    assert events_after(complete, head) == [("signed", "head-hr", "outcomes/R20")]
    assert signed(complete) == before | {"outcomes/R20": head + 1}
    event = complete.events.get(number=head + 1)
    assert event.new == place_digest(read(fresh(complete)), place(complete, "outcomes", "R20"))
    assert blockers(complete) == []


def test_statement_that_is_out_of_date_signs_nothing(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "First words."})
    stale = shown(complete, "hr")
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Second words."})

    with refused(complete) as caught:
        sign(complete, "head-hr", "hr", statement=stale)

    assert str(caught.value) == (
        "An answer was changed after you opened the statement, so nothing was signed. "
        "The statement below is up to date: check it, then sign."
    )
    assert sign(complete, "head-hr", "hr") == 1


def test_statement_is_out_of_date_when_more_waits_than_it_showed(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "First words."})
    stale = shown(complete, "hr")
    save(complete, "officer-hr", "outcomes", "R21", {"comment": "Other words."})

    with refused(complete) as caught:
        sign(complete, "head-hr", "hr", statement=stale)

    assert str(caught.value).startswith("An answer was changed after you opened the statement")


def test_statement_that_shows_the_same_answers_again_may_be_signed(complete):
    """What counts is what stands there, not how often it was changed on the way."""
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "First words."})
    statement = shown(complete, "hr")
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Second words."})
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "First words."})

    assert sign(complete, "head-hr", "hr", statement=statement) == 1


def test_nothing_waits_for_whom_has_signed_all(complete):
    with refused(complete) as caught:
        sign(complete, "head-hr", "hr")

    assert str(caught.value) == "There is nothing to sign: all of it is signed."


def test_blank_cell_can_not_be_signed(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"light": ""}, point="mar05")
    save(complete, "officer-hr", "outcomes", "G18", {"comment": "Other words."})

    with refused(complete) as caught:
        sign(complete, "head-hr", "hr")

    assert str(caught.value) == (
        "R20 can’t be signed yet: R20: light at 31 March 2005 is blank. Ask the owner to complete it first."
    )


def test_element_with_an_open_query_can_not_be_signed(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Other words."})
    where = place(complete, "outcomes", "R20")
    query = raise_query(return_=complete, by=who(complete, "lead"), place=where, text="Since when?")

    with refused(complete) as caught:
        sign(complete, "head-hr", "hr")

    assert str(caught.value) == (
        f"R20 can’t be signed yet: R20: query {query.number} waits for a reply. "
        "Ask the owner to complete it first."
    )
    close_query(return_=complete, by=who(complete, "lead"), number=query.number)
    assert sign(complete, "head-hr", "hr") == 1


def test_only_its_own_head_signs_for_a_department(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Other words."})

    for name in ["officer-hr", "head-education", "lead", "finance", "clerk", "cabinet", "admin"]:
        with refused(complete) as caught:
            sign(complete, name, "hr")
        assert (name, str(caught.value)) == (name, "Only a head of Human Resources can sign for it.")


def test_only_the_section_151_officer_signs_figures(complete):
    save(complete, "officer-hr", "efficiency", "EF2", {"basis": "Counted anew."}, department="hr")

    for name in ["officer-hr", "head-hr", "lead", "clerk", "cabinet", "admin"]:
        with refused(complete) as caught:
            sign(complete, name)
        assert (name, str(caught.value)) == (name, "Only the section 151 officer can sign the figures.")


def test_head_of_another_council_signs_nothing(complete, wyeborough):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Other words."})
    stranger = who(wyeborough, "head-corporate")
    stranger.departments.add(complete.authority.departments.get(slug="hr"))

    with refused(complete) as caught:
        sign(complete, stranger.username, "hr")

    assert str(caught.value) == "Only a head of Human Resources can sign for it."


def test_head_whose_account_is_closed_signs_nothing(complete):
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Other words."})
    head = who(complete, "head-hr")
    head.is_active = False
    head.save()

    with refused(complete) as caught:
        sign(complete, "head-hr", "hr")

    assert str(caught.value) == "Only a head of Human Resources can sign for it."


def becomes_finance(complete, name: str) -> None:
    person = who(complete, name)
    person.groups.set([Group.objects.get(name=Role.FINANCE)])


def test_who_prepared_figures_can_not_sign_them_later(complete):
    for year in ("2005-06", "2006-07"):
        where = {"point": year, "department": "hr"}
        save(complete, "head-hr", "efficiency", "EF2", {"cashable": Decimal("41.5")}, **where)
    save(complete, "head-hr", "efficiency", "EF3", {"basis": "Counted anew."}, department="hr")
    becomes_finance(complete, "head-hr")

    with refused(complete) as caught:
        sign(complete, "head-hr")

    assert str(caught.value) == (
        "You prepared EF2 and EF3 yourself, and whoever prepares figures can’t sign them. "
        "Another section 151 officer must sign, or a colleague must enter these figures again."
    )
    assert sign(complete, "finance") == 2


def test_who_prepared_figures_may_sign_once_a_colleague_has_entered_them_anew(complete):
    where = {"point": "2005-06", "department": "hr"}
    save(complete, "head-hr", "efficiency", "EF2", {"cashable": Decimal("41.5")}, **where)
    becomes_finance(complete, "head-hr")
    save(complete, "officer-hr", "efficiency", "EF2", {"cashable": Decimal("42.5")}, **where)

    assert sign(complete, "head-hr") == 1


def test_changed_answer_voids_the_signature_on_its_element_alone(complete):
    before, head = signed(complete), history.head(complete).number

    with at("2004-12-08 10:00"), telling(complete) as told:
        saved = save(complete, "officer-hr", "outcomes", "R20", {"comment": "Piloted since May."})

    assert [event.kind for event in saved.voided] == [Event.Kind.VOIDED]
    assert signed(complete) == without(before, "outcomes/R20")
    assert told == [("head-hr", "Your signature on R20 is cancelled", "queued")]
    notice = complete.notices.order_by("-pk").first()
    assert notice.text == (
        "Lorna Meek: R20 changed after you signed. Your other signatures stay. Check R20 and sign again."
    )
    assert notice.path == "/marchshire/ieg4/signatures/"
    answer, voided = complete.events.filter(number__gt=head).order_by("number")
    assert (answer.kind, voided.kind, voided.section, voided.line, voided.reason) == (
        "answer", "voided", "outcomes", "R20", "R20 changed after you signed.",
    )  # fmt: skip
    assert voided.old == complete.events.get(number=before["outcomes/R20"]).new
    assert blockers(complete) == [HR_WAITS]
    [blocker] = assess(read(fresh(complete))).blockers
    assert (blocker.department.slug, blocker.owner.username) == ("hr", "head-hr")


def test_changed_figure_voids_the_section_151_officers_signature_on_it_alone(complete):
    before = signed(complete)
    where = {"point": "2005-06", "department": "hr"}

    with telling(complete) as told:
        save(complete, "officer-hr", "efficiency", "EF2", {"cashable": Decimal("41.5")}, **where)

    assert signed(complete) == without(before, "efficiency/EF2/hr")
    assert told == [("finance", "Your signature on EF2 is cancelled", "queued")]
    assert blockers(complete) == [FIGURES_WAIT]
    [blocker] = assess(read(fresh(complete))).blockers
    assert (blocker.department, blocker.owner.username) == (None, "finance")


def test_figures_without_money_are_signed_by_the_department(complete):
    before = signed(complete)

    save(complete, "officer-hr", "bvpi157", "I1", {"enabled": 6}, point="2003-03-31", department="hr")

    assert signed(complete) == without(before, "bvpi157/I1/hr")
    assert blockers(complete) == [HR_WAITS]


def test_several_elements_in_one_save_tell_each_signer_once(complete):
    before = signed(complete)
    changes = [
        change(complete, "outcomes", "R20", {"comment": "One."}),
        change(complete, "outcomes", "R21", {"comment": "Two."}),
        change(complete, "outcomes", "R1", {"comment": "Three."}),
    ]
    with telling(complete) as told:
        save_answers(return_=complete, by=who(complete, "lead"), changes=changes)

    assert signed(complete) == without(before, "outcomes/R20", "outcomes/R21", "outcomes/R1")
    assert told == [
        ("head-education", "Your signature on R1 is cancelled", "queued"),
        ("head-hr", "Your signature on R20 and R21 is cancelled", "queued"),
    ]


def test_signer_who_changes_an_answer_is_not_told_what_they_know(complete):
    before = signed(complete)

    with telling(complete) as told:
        save(complete, "head-hr", "outcomes", "R20", {"comment": "Piloted since May."})

    assert signed(complete) == without(before, "outcomes/R20")
    assert told == []


def test_save_that_changes_nothing_voids_nothing(complete):
    same = change(complete, "outcomes", "R20", {"comment": ""}).entry.record.comment
    before = state(complete)

    saved = save(complete, "officer-hr", "outcomes", "R20", {"comment": same})

    assert (saved.events, saved.conflicts, saved.voided) == ([], [], [])
    assert state(complete) == before


def test_conflict_voids_nothing(complete):
    seen = change(complete, "outcomes", "R20", {"comment": ""}).entry.record.version
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Mine."})
    sign(complete, "head-hr", "hr")
    before = state(complete)

    saved = save(complete, "lead", "outcomes", "R20", {"comment": "Yours."}, seen=seen)

    assert [(c.before != c.mine, c.mine, c.theirs) for c in saved.conflicts] == [(True, "Yours.", "Mine.")]
    assert (saved.events, saved.voided) == ([], [])
    assert state(complete) == before


def test_conflict_in_one_element_leaves_the_signature_on_another(complete):
    seen = change(complete, "outcomes", "R20", {"comment": ""}).entry.record.version
    save(complete, "officer-hr", "outcomes", "R20", {"comment": "Mine."})
    before = state(complete)
    changes = [
        change(complete, "outcomes", "R20", {"comment": "Yours."}, seen=seen),
        change(complete, "outcomes", "R21", {"comment": "Not in conflict."}),
    ]

    saved = save_answers(return_=complete, by=who(complete, "lead"), changes=changes)

    assert len(saved.conflicts) == 1
    assert state(complete) == before


def allocate(complete, line: str, owner: str, department: str) -> int:
    return allocate_lines(
        return_=complete,
        by=who(complete, "lead"),
        lines=[line],
        owner=who(complete, owner),
        department=complete.authority.departments.get(slug=department),
        due=None,
    )


def test_line_that_goes_to_another_department_loses_its_signature(complete):
    before = signed(complete)

    with telling(complete) as told:
        allocate(complete, "R20", "officer-policy", "policy")

    assert signed(complete) == without(before, "outcomes/R20")
    assert told == [
        ("head-hr", "Your signature on R20 is cancelled", "queued"),
        ("officer-policy", "R20 is yours to answer", "queued"),
    ]
    assert blockers(complete) == [
        "Policy and Community: 1 of 29 lines wait for the signature of the head of Policy and Community"
    ]
    assert sign(complete, "head-policy", "policy") == 1


def test_line_that_goes_to_a_colleague_keeps_its_signature(complete):
    before = signed(complete)

    allocate(complete, "R20", "head-hr", "hr")

    assert signed(complete) == before
    assert blockers(complete) == []


def test_case_study_that_is_removed_takes_its_signature_along(complete):
    before, head = signed(complete), history.head(complete).number

    with telling(complete) as told:
        remove_case_study(return_=complete, by=who(complete, "officer-ict"), line="C1")

    assert signed(complete) == without(before, "cases/C1/ict")
    assert told == [("head-ict", "Your signature on C1 is cancelled", "queued")]
    assert events_after(complete, head) == [
        ("voided", "officer-ict", "cases/C1/ict"),
        ("removed", "officer-ict", "C1/ict"),
    ]
    assert blockers(complete) == []


def test_query_leaves_signatures_standing_and_blocks_by_itself(complete):
    before = signed(complete)
    where = place(complete, "outcomes", "R20")

    query = raise_query(return_=complete, by=who(complete, "lead"), place=where, text="Since when?")
    reply_to_query(
        return_=complete, by=who(complete, "officer-hr"), number=query.number, text="Since last May."
    )

    assert signed(complete) == before
    assert blockers(complete) == [f"R20: query {query.number} waits for the lead to close it"]


def test_new_signature_covers_only_what_was_unsigned(complete):
    before = signed(complete)
    send_back(complete, ("outcomes", "R20"), ("outcomes", "R21"))
    head = history.head(complete).number

    assert sign(complete, "head-hr", "hr") == 2

    assert events_after(complete, head) == [
        ("signed", "head-hr", "outcomes/R20"),
        ("signed", "head-hr", "outcomes/R21"),
    ]
    assert signed(complete) == before | {"outcomes/R20": head + 1, "outcomes/R21": head + 2}
