"""An approved return is amended under Cabinet's delegation: by whom, what, until when, and what becomes of it."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from returns import history
from returns.acts import ActionRefused, add_case_study, raise_query, remove_case_study, save_answers
from returns.checks.completeness import assess
from returns.lifecycle import Action
from returns.versions.snapshot import thaw
from tests.support.moving import (
    approve,
    at,
    blockers,
    change,
    do,
    events_after,
    fresh,
    opened,
    place,
    refused,
    reopen,
    save,
    send,
    sign,
    signed,
    state,
    telling,
    who,
    without,
)

GAIN = {"section": "efficiency", "line": "EF1", "department": "corporate", "point": "2005-06"}
LOCK = (
    "Approved by Cabinet on 2 December 2004, minute 64, as Angela Rudge recorded on 3 December 2004, "
    "9:30am, so it is locked. Cabinet allowed Margaret Oduya to amend efficiency gains and local case studies "
    "until 20 December 2004. Once the amendment is finished or abandoned, Joanna Fairley can reopen chosen elements, "
    "with a reason."
)


def gain(return_, amount: str, *, by="head-corporate", reason="A second contract was let."):
    return save(return_, by, **GAIN, values={"cashable": Decimal(amount)}, reason=reason)


def title(return_, text: str, *, by="head-corporate", reason="The old one misled."):
    return save(return_, by, "cases", "C1", {"title": text}, reason=reason)


def begin(return_, by="head-corporate"):
    return do(Action.AMEND, return_, by, reason="A gain was found.")


def finish(return_, by="head-corporate", **details):
    return do(Action.FINISH, return_, by, **details)


def abandon(return_, by="head-corporate"):
    return do(Action.ABANDON, return_, by, reason="Cabinet’s figures stand.")


def test_beginning_tells_those_who_steer_and_sign(approved):
    before, head = state(approved), history.head(approved).number

    with telling(approved) as told:
        begin(approved)

    subject = "The approved return is being amended"
    names = ["clerk", "finance", "head-finance", "head-housing", "head-leisure", "head-planning", "lead"]
    assert told == [(f"wyeborough-{name}", subject, "queued") for name in names]
    assert events_after(approved, head) == [("amending", "wyeborough-head-corporate", "")]
    event = approved.events.get(number=head + 1)
    assert (event.old, event.new, event.reason) == ("approved", "amending", "A gain was found.")
    after = state(approved)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"status", "head", "notices"}


def test_beginning_needs_a_reason(approved):
    with refused(approved) as caught:
        do(Action.AMEND, approved, "head-corporate", reason="")

    assert str(caught.value) == "Give a reason, so that whoever is told knows why."


def test_only_the_delegate_amends_and_only_what_is_provisional(amending):
    for name in ["lead", "finance", "clerk", "cabinet", "admin", "officer-corporate", "head-planning"]:
        with refused(amending) as caught:
            gain(amending, "19.0", by=name)
        assert (name, str(caught.value)) == (name, f"EF1 is locked. {LOCK}")
        with refused(amending):
            title(amending, "A new title", by=name)
    fixed = [
        ("cover", None, {"telephone": "01632 960199"}, {}, "Cover"),
        ("context", None, {"text": "Another area."}, {}, "Context"),
        ("outcomes", "R3", {"comment": "Other words."}, {}, "R3"),
        ("outcomes", "R3", {"light": "R"}, {"point": "mar05"}, "R3"),
        ("change", "CM1", {"comment": "Other words."}, {}, "CM1"),
        ("bvpi157", "I1", {"enabled": 1}, {"point": "2003-03-31", "department": "corporate"}, "I1"),
        ("takeup", "W1", {"number": 1}, {"point": "2004-05"}, "W1"),
        ("resources", "RS1", {"amount": Decimal("1.0")}, {"point": "2004-05"}, "RS1"),
    ]
    for section, line, values, where, code in fixed:
        with refused(amending) as caught:
            save(amending, "head-corporate", section, line, values, reason="It is wrong.", **where)
        assert str(caught.value) == f"{code} is locked. {LOCK}"

    saved = gain(amending, "19.0"), title(amending, "A new title")

    assert [len(each.events) for each in saved] == [1, 1]


def test_each_change_needs_a_reason_which_stands_in_the_history(amending):
    with refused(amending) as caught:
        gain(amending, "19.0", reason="")

    assert str(caught.value) == "Say why you amend this: after approval each change needs a reason."
    [event] = gain(amending, "19.0", reason="A second contract was let.").events
    stored = amending.events.get(number=event.number)
    assert (stored.old, stored.new, stored.reason) == ("18.0", "19.0", "A second contract was let.")


def test_one_locked_element_holds_up_the_whole_save(amending):
    changes = [
        change(amending, "cases", "C1", {"title": "A new title"}),
        change(amending, "outcomes", "R3", {"comment": "Other words."}),
    ]
    with refused(amending) as caught:
        save_answers(return_=amending, by=who(amending, "head-corporate"), changes=changes, reason="Both.")

    assert str(caught.value) == f"R3 is locked. {LOCK}"


def test_case_studies_are_neither_brought_nor_taken_away(amending):
    corporate = amending.authority.departments.get(slug="corporate")
    planning = amending.authority.departments.get(slug="planning")
    delegate = who(amending, "head-corporate")
    delegate.departments.add(planning)

    with refused(amending) as brought:
        add_case_study(return_=amending, by=who(amending, "head-corporate"), department=corporate)
    with refused(amending) as taken:
        remove_case_study(return_=amending, by=who(amending, "head-corporate"), line="C1")

    assert str(brought.value) == (
        f"Case studies are brought by the department concerned. Ask one of its officers. {LOCK}"
    )
    assert str(taken.value) == f"Case study C1 is Planning and Environment’s to remove. {LOCK}"


def test_amended_elements_are_signed_again_and_give_the_next_version(amending, quick_drawing):
    before, head = state(amending), history.head(amending).number
    with refused(amending) as unchanged:
        finish(amending)
    with telling(amending) as voided:
        gain(amending, "19.5")
        title(amending, "Plans at home")
    with refused(amending) as unsigned:
        finish(amending)

    counts = sign(amending, "finance"), sign(amending, "head-planning", "planning")
    with telling(amending) as told:
        finish(amending, reason="One gain, one title.")

    assert str(unchanged.value) == "Nothing was amended. Change something first, or abandon the amendment."
    assert voided == [
        ("wyeborough-finance", "Your signature on EF1 is void", "queued"),
        ("wyeborough-head-planning", "Your signature on C1 is void", "queued"),
    ]
    assert str(unsigned.value) == (
        "2 blockers are left, the first: Planning and Environment: 1 of 18 elements wait for the signature of "
        "the head of Planning and Environment. Clear them, then try again."
    )
    assert counts == (1, 1)
    subject = "The approved return was amended"
    names = [
        "cabinet",
        "clerk",
        "finance",
        "head-finance",
        "head-housing",
        "head-leisure",
        "head-planning",
        "lead",
    ]
    assert told == [(f"wyeborough-{name}", subject, "queued") for name in names]
    assert events_after(amending, head) == [
        ("answer", "wyeborough-head-corporate", "EF1/corporate"),
        ("voided", "wyeborough-head-corporate", "efficiency/EF1/corporate"),
        ("answer", "wyeborough-head-corporate", "C1/planning"),
        ("voided", "wyeborough-head-corporate", "cases/C1/planning"),
        ("signed", "wyeborough-finance", "efficiency/EF1/corporate"),
        ("signed", "wyeborough-head-planning", "cases/C1/planning"),
        ("amended", "wyeborough-head-corporate", ""),
        ("stored", "wyeborough-head-corporate", ""),
    ]
    after = state(amending)
    assert after["status"] == "approved"
    assert after["versions"][:-1] == before["versions"]
    number, kind, digest, _, data, _ = after["versions"][-1]
    assert (number, kind) == (3, "amended")
    assert digest not in {each[2] for each in before["versions"]}
    answers = thaw(fresh(amending), data)
    where = answers.place("efficiency", "EF1", "corporate")
    cashable = {e.point.key: e.record.cashable for e in answers.entries(where) if e.table.key == "gains"}
    assert cashable["2005-06"] == Decimal("19.5")
    assert assess(answers).blockers == []
    assert after["signed"] == before["signed"] | {
        "efficiency/EF1/corporate": head + 5, "cases/C1/planning": head + 6,
    }  # fmt: skip


def test_section_151_officer_does_not_sign_gains_that_they_amended(amending):
    """A delegate who becomes section 151 officer meanwhile has to leave the signature to another."""
    gain(amending, "19.5")
    delegate = who(amending, "head-corporate")
    delegate.groups.add(Group.objects.get(name="finance"))

    with refused(amending) as caught:
        sign(amending, "head-corporate")

    assert str(caught.value).startswith("You prepared EF1 yourself, ")
    assert sign(amending, "finance") == 1


def test_open_query_holds_up_the_finish(amending, quick_drawing):
    title(amending, "Plans at home")
    sign(amending, "head-planning", "planning")
    query = raise_query(
        return_=amending,
        by=who(amending, "lead"),
        place=place(amending, "cases", "C1"),
        text="Who says so?",
    )

    with refused(amending) as caught:
        finish(amending)

    assert str(caught.value) == (
        f"1 blocker is left, the first: C1: query {query.number} waits for a reply. Clear them, then try again."
    )


def test_renamed_people_are_no_amendment(amending, quick_drawing):
    lead = who(amending, "lead")
    lead.last_name = "Fairley-Hughes"
    lead.save()

    with refused(amending) as caught:
        finish(amending)

    assert str(caught.value) == "Nothing was amended. Change something first, or abandon the amendment."


def test_abandoning_puts_back_what_cabinet_approved(approved):
    before, head = state(approved), history.head(approved).number
    begin(approved)
    gain(approved, "19.5")
    title(approved, "Plans at home")

    with telling(approved) as told:
        abandon(approved)

    after = state(approved)
    same = ["status", "answers", "signed", "open", "versions", "queries", "decisions", "filings"]
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert blockers(approved) == []
    assert history.check(fresh(approved)) == []
    assert events_after(approved, head + 5) == [
        ("abandoned", "wyeborough-head-corporate", ""),
        ("answer", "wyeborough-head-corporate", "EF1/corporate"),
        ("answer", "wyeborough-head-corporate", "C1/planning"),
        ("reinstated", "wyeborough-head-corporate", "efficiency/EF1/corporate"),
        ("reinstated", "wyeborough-head-corporate", "cases/C1/planning"),
    ]
    names = ["clerk", "finance", "head-finance", "head-housing", "head-leisure", "head-planning", "lead"]
    assert told == [(f"wyeborough-{name}", "The amendment was abandoned", "queued") for name in names]


def test_abandoning_what_was_signed_meanwhile_voids_that_and_the_old_signature_stands(approved):
    before = state(approved)
    begin(approved)
    gain(approved, "19.5")
    sign(approved, "finance")

    with telling(approved) as told:
        abandon(approved)

    after = state(approved)
    assert (after["answers"], after["signed"]) == (before["answers"], before["signed"])
    assert ("wyeborough-finance", "Your signature on EF1 is void", "queued") in told


def test_abandoning_what_was_changed_to_and_fro_lets_the_old_signature_stand(approved):
    before = state(approved)
    begin(approved)
    gain(approved, "19.5")
    gain(approved, "18.0")

    abandon(approved)

    after = state(approved)
    assert (after["answers"], after["signed"]) == (before["answers"], before["signed"])
    assert blockers(approved) == []


def test_abandoning_at_once_changes_nothing(approved):
    before = state(approved)
    begin(approved)

    abandon(approved)

    after = state(approved)
    assert {name for name in before if before[name] != after[name]} == {"head", "notices"}


def test_abandoning_takes_back_only_this_amendment(amending, quick_drawing):
    """What an earlier amendment gave is a version that stands."""
    title(amending, "Plans at home")
    sign(amending, "head-planning", "planning")
    finish(amending)
    before = state(amending)
    begin(amending)
    title(amending, "Plans on a telephone")

    abandon(amending)

    after = state(amending)
    assert (after["answers"], after["signed"]) == (before["answers"], before["signed"])
    assert [each[:2] for each in after["versions"]] == [(1, "cabinet"), (2, "approved"), (3, "amended")]


def test_abandoning_needs_a_reason(amending):
    with refused(amending) as caught:
        do(Action.ABANDON, amending, "head-corporate", reason="")

    assert str(caught.value) == "Give a reason, so that whoever is told knows why."


def test_lapsed_delegation_is_abandoned_by_the_lead(approved):
    before = state(approved)
    with at("2004-12-20 18:00"):
        begin(approved)
        gain(approved, "19.5")
        sign(approved, "finance")

    with at("2004-12-21 09:00"):
        with refused(approved) as late:
            gain(approved, "20.0")
        with refused(approved) as unfinished:
            finish(approved)
        with refused(approved) as stranger:
            abandon(approved, "head-planning")
        abandon(approved, "lead")
        with refused(approved) as again:
            begin(approved)

    assert str(late.value) == f"EF1 is locked. {LOCK}"
    delegate = "the delegate, to the end of the last day"
    assert str(unfinished.value) == f"“Finish the amendment” is for {delegate}."
    assert str(stranger.value) == "“Abandon the amendment” is for the delegate or lead, at any time."
    assert str(again.value) == f"“Begin an amendment” is for {delegate}."
    after = state(approved)
    assert (after["status"], after["answers"], after["signed"]) == (
        "approved", before["answers"], before["signed"],
    )  # fmt: skip


def test_lapsed_delegation_is_abandoned_by_the_delegate_too(approved):
    with at("2004-12-20 18:00"):
        begin(approved)
        gain(approved, "19.5")

    with at("2005-01-04 09:00"):
        abandon(approved)

    assert fresh(approved).status == "approved"
    assert blockers(approved) == []


def test_delegate_who_has_left_amends_nothing(amending):
    delegate = who(amending, "head-corporate")
    delegate.is_active = False
    delegate.save()

    with refused(amending):
        gain(amending, "19.5")
    with refused(amending):
        finish(amending)
    abandon(amending, "lead")


def test_new_decision_ends_the_old_delegation(approved, quick_drawing):
    reopen(approved, ("outcomes", "R3"))
    sign(approved, "head-corporate", "corporate")
    send(approved)
    approve(approved, delegate="officer-planning", until="2004-12-24")

    with refused(approved) as caught:
        begin(approved)
    begin(approved, "officer-planning")

    assert str(caught.value) == "“Begin an amendment” is for the delegate, to the end of the last day."
    gain(approved, "19.5", by="officer-planning")
    with refused(approved):
        gain(approved, "20.0")
    abandon(approved, "officer-planning")


def test_decision_without_delegation_ends_the_old_one(approved, quick_drawing):
    reopen(approved, ("outcomes", "R3"))
    sign(approved, "head-corporate", "corporate")
    send(approved)
    approve(approved)

    with refused(approved) as caught:
        begin(approved)

    assert str(caught.value) == "“Begin an amendment” is for the delegate, to the end of the last day."


# One minute either side of midnight by London's clocks. In winter they show UTC; in summer, an hour more, so
# that the day ends at 23:00 UTC. They went forward at 1am on 27 March 2005 and back at 2am on 30 October 2005.
MIDNIGHTS = {
    "2004-12-20": ["2004-12-20T23:59+00:00", "2004-12-21T00:00+00:00"],
    "2005-03-26": ["2005-03-26T23:59+00:00", "2005-03-27T00:00+00:00"],
    "2005-03-27": ["2005-03-27T22:59+00:00", "2005-03-27T23:00+00:00"],
    "2005-06-30": ["2005-06-30T22:59+00:00", "2005-06-30T23:00+00:00"],
    "2005-10-29": ["2005-10-29T22:59+00:00", "2005-10-29T23:00+00:00"],
    "2005-10-30": ["2005-10-30T23:59+00:00", "2005-10-31T00:00+00:00"],
}


@pytest.mark.parametrize("until", MIDNIGHTS)
def test_delegation_ends_with_its_last_day_in_london(with_cabinet, until):
    approve(with_cabinet, delegate="head-corporate", until=until)
    last, past = MIDNIGHTS[until]
    refusals = []

    with at(last):
        begin(with_cabinet)
        gain(with_cabinet, "19.5")
        sign(with_cabinet, "finance")
    for attempt in (lambda: gain(with_cabinet, "20.0"), lambda: finish(with_cabinet)):
        with at(past), pytest.raises(ActionRefused) as caught:
            attempt()
        refusals.append(str(caught.value).split(". ")[0])
    with at(last):
        finish(with_cabinet)
    with at(past), pytest.raises(ActionRefused) as caught:
        begin(with_cabinet)
    refusals.append(str(caught.value))

    assert refusals == [
        "EF1 is locked",
        "“Finish the amendment” is for the delegate, to the end of the last day.",
        "“Begin an amendment” is for the delegate, to the end of the last day.",
    ]
    assert list(with_cabinet.versions.values_list("kind", flat=True))[-2:] == ["approved", "amended"]
    assert opened(with_cabinet) == {}


def test_signatures_of_the_return_other_than_those_amended_stand(amending):
    before = signed(amending)

    gain(amending, "19.5")

    assert signed(amending) == without(before, "efficiency/EF1/corporate")
