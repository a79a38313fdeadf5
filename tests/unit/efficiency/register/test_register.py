"""The register of funding risks: what the answers suggest, what people do with it, and what the history says."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from efficiency.models import Dismissal, Risk, RiskLine
from efficiency.register import acts, proposals
from efficiency.register.acts import (
    REFUSAL,
    RiskChanged,
    accept_risk,
    add_risk,
    changes_since,
    close_risk,
    dismiss_risk,
    update_risk,
    values_of,
)
from efficiency.register.demo import load_register
from efficiency.register.proposals import implied_risks, open_risks
from outcomes.models import OutcomeStatus
from returns import clock, history
from returns.acts import ActionRefused
from returns.checks.completeness import assess
from returns.models import Event, Return

VALUES = {
    "title": "The bank’s link is late",
    "cause": "The contract is not signed.",
    "likelihood": 3,
    "impact": 5,
    "money_exposed": Decimal("150000.00"),
    "member_sponsor": "Councillor Anne Holroyd",
    "executive_sponsor": "",
    "action": "",
    "due": None,
    "lines": ["R12"],
}
# What Marchshire's answers suggest on 8 December 2004 beside the two risks of the demonstration.
IMPLIED = ["late-PRO", "blockers"]


def proposed(return_) -> dict:
    return {each.source: each for each in implied_risks(assess(return_))}


def set_light(return_, line: str, point: str, light: str) -> None:
    rows = OutcomeStatus.objects.filter(return_record=return_, line=line, point=point)
    assert rows.update(light=light) == 1


def risk_events(return_) -> list[tuple]:
    rows = return_.events.filter(kind=Event.Kind.RISK).order_by("-number")
    return list(rows.values_list("field", "old", "new", "reason", "by__username"))


def accept(return_, by, source="late-PRO", **changes) -> Risk:
    proposal = proposed(return_)[source]
    return accept_risk(
        return_=return_,
        by=by,
        source=source,
        fingerprint=proposal.fingerprint,
        values=VALUES | {"lines": list(proposal.lines)} | changes,
    )


def dismiss(return_, by, source="late-PRO", reason="The tender went out on Monday.") -> Dismissal:
    fingerprint = proposed(return_)[source].fingerprint
    return dismiss_risk(return_=return_, by=by, source=source, fingerprint=fingerprint, reason=reason)


def test_open_risks_come_highest_score_first(marchshire, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = open_risks(marchshire)

    assert [(risk.number, risk.title, risk.score, risk.money_exposed, risk.codes) for risk in found] == [
        (1, "Customer service: progress has been slow", 16, None, ["R27", "G25"]),
        (2, "e-Procurement: progress has been slow", 15, Decimal("203000.00"), ["R9", "R10"]),
    ]


def test_demonstration_register_is_loaded_once(marchshire):
    assert load_register(marchshire) == 0
    assert marchshire.risks.count() == 2
    assert history.check(marchshire) == []


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"likelihood": 0}, "risk_likelihood_1_to_5"),
        ({"likelihood": 6}, "risk_likelihood_1_to_5"),
        ({"impact": 0}, "risk_impact_1_to_5"),
        ({"impact": 6}, "risk_impact_1_to_5"),
        ({"money_exposed": Decimal("-0.01")}, "risk_money_not_negative"),
        ({"title": ""}, "risk_titled"),
        ({"number": 2}, "return_record_id, .*number|risk_number_once"),
    ],
)
def test_database_refuses_what_no_risk_can_be(marchshire, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Risk.objects.filter(return_record=marchshire, number=1).update(**changes)


def test_one_proposal_is_open_once_and_dismissed_once(marchshire, person):
    accepted = accept(marchshire, person("lead"))
    fields = {"return_record": marchshire, "source": "late-PRO", "fingerprint": accepted.fingerprint}
    other = values_of(accepted) | {"number": 9, "added": accepted.added}
    other.pop("lines")

    with pytest.raises(IntegrityError), transaction.atomic():
        Risk.objects.create(**fields, **other)
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskLine.objects.create(risk=accepted, line=accepted.codes[0])
    Dismissal.objects.create(**fields, title="Once", event=accepted.added)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dismissal.objects.create(**fields, title="Twice", event=accepted.added)


# What the answers suggest


def test_late_outcomes_are_proposed_by_area_save_those_a_risk_names(marchshire):
    found = proposed(marchshire)

    assert list(found) == IMPLIED
    late = found["late-PRO"]
    assert (late.title, late.lines, late.likelihood, late.impact, late.money_exposed) == (
        "e-Procurement: G8 forecast late", ("G8",), 4, 3, None,
    )  # fmt: skip
    assert late.cause == ("In the departments’ own forecasts G8 is amber at 31 March 2006, the due date.")
    blockers = found["blockers"]
    assert blockers.money_exposed == Decimal(150000)
    assert blockers.title == (
        f"The return still has {len(assess(marchshire).blockers)} blockers shortly before Cabinet"
    )


def test_area_all_red_is_proposed_until_a_risk_names_an_action(marchshire, person):
    risk = marchshire.risks.get(number=2)
    assert "red-PRO" not in proposed(marchshire)

    update_risk(
        return_=marchshire, by=person("lead"), number=2, seen=1,
        values=values_of(risk) | {"action": "", "due": None},
    )  # fmt: skip

    found = proposed(marchshire)["red-PRO"]
    assert (found.title, found.lines) == (
        "e-Procurement: all red, and no action named",
        ("R9", "R10", "G8"),
    )


def test_blank_light_is_no_forecast(marchshire):
    set_light(marchshire, "G8", "mar06", "")

    assert list(proposed(marchshire)) == ["blockers"]


def test_blockers_are_proposed_only_shortly_before_cabinet(marchshire):
    noon = datetime.time(12, tzinfo=datetime.UTC)
    found = []
    for day in (5, 6):
        with clock.stopped_at(datetime.datetime.combine(datetime.date(2004, 12, day), noon)):
            found.append("blockers" in proposed(marchshire))

    assert found == [False, True]


def test_locked_return_has_no_last_blockers_but_a_register(wyeborough, person):
    risk = add_risk(return_=wyeborough, by=person("wyeborough-lead"), values=VALUES)

    assert wyeborough.status == Return.Status.APPROVED
    assert "blockers" not in proposed(wyeborough)
    assert [each.number for each in open_risks(wyeborough)] == [risk.number]
    assert history.check(wyeborough) == []


# Accept and dismiss


def test_accepted_proposal_is_a_risk_and_proposed_no_more(marchshire, person):
    risk = accept(marchshire, person("lead"))

    assert (risk.number, risk.source, risk.codes) == (3, "late-PRO", ["G8"])
    assert list(proposed(marchshire)) == ["blockers"]
    assert risk_events(marchshire)[0] == ("added", "", VALUES["title"], "", "lead")
    assert history.check(marchshire) == []


def test_proposal_accepted_twice_is_one_risk(marchshire, person):
    fingerprint = proposed(marchshire)["late-PRO"].fingerprint
    accepted = [
        accept_risk(
            return_=marchshire, by=person("lead"), source="late-PRO", fingerprint=fingerprint, values=VALUES
        ).pk
        for _ in range(2)
    ]

    assert len(set(accepted)) == 1
    assert marchshire.risks.count() == 3


def test_risk_added_twice_by_one_form_is_one_risk(marchshire, person):
    added = [add_risk(return_=marchshire, by=person("lead"), values=VALUES).pk for _ in range(2)]

    assert len(set(added)) == 1
    assert marchshire.events.filter(kind=Event.Kind.RISK, field="added").count() == 3


def test_dismissed_proposal_comes_back_when_its_data_change(marchshire, person):
    dismissal = dismiss(marchshire, person("lead"))
    assert proposed(marchshire)["late-PRO"].dismissed == dismissal
    assert risk_events(marchshire)[0] == ("dismissed", "", "", "The tender went out on Monday.", "lead")

    set_light(marchshire, "G8", "dec05", "R")

    assert proposed(marchshire)["late-PRO"].dismissed is None


def test_dismissal_holds_while_other_data_change(marchshire, person):
    """The twin of the one above: it is the data under the proposal that bring it back, not any change."""
    dismissal = dismiss(marchshire, person("lead"))

    set_light(marchshire, "G9", "mar05", "R")

    assert proposed(marchshire)["late-PRO"].dismissed == dismissal


def test_dismissal_without_fingerprint_would_hide_what_changed(marchshire, person, monkeypatch):
    """Without the guard: were the fingerprint blind to the data, a proposal would stay dismissed for ever."""
    monkeypatch.setattr(proposals, "_fingerprint", lambda _: "blind")
    dismiss(marchshire, person("lead"))

    set_light(marchshire, "G8", "dec05", "R")

    assert proposed(marchshire)["late-PRO"].dismissed is not None


@pytest.mark.parametrize("act", ["accept", "dismiss"])
def test_proposal_whose_data_changed_since_it_was_read_is_refused(marchshire, person, act):
    seen = proposed(marchshire)["late-PRO"].fingerprint
    set_light(marchshire, "G8", "dec05", "R")
    told = {"return_": marchshire, "by": person("lead"), "source": "late-PRO", "fingerprint": seen}

    with pytest.raises(ActionRefused, match="changed after you opened it"):
        accept_risk(**told, values=VALUES) if act == "accept" else dismiss_risk(**told, reason="Because.")

    assert marchshire.risks.count() == 2
    assert not Dismissal.objects.exists()


def test_proposal_that_the_data_no_longer_imply_is_refused(marchshire, person):
    seen = proposed(marchshire)["late-PRO"].fingerprint
    set_light(marchshire, "G8", "mar06", "G")

    with pytest.raises(ActionRefused, match="no longer suggest this risk"):
        accept_risk(return_=marchshire, by=person("lead"), source="late-PRO", fingerprint=seen, values=VALUES)


def test_what_was_dismissed_may_be_accepted_after_all(marchshire, person):
    dismiss(marchshire, person("lead"))

    risk = accept(marchshire, person("lead"))

    assert risk.is_open
    assert "late-PRO" not in proposed(marchshire)


# Change and close


def test_change_is_an_event_for_each_field_that_differs(marchshire, person):
    values = values_of(marchshire.risks.get(number=1)) | {
        "likelihood": 5, "money_exposed": Decimal(0), "lines": ["R27"], "due": None,
    }  # fmt: skip

    update_risk(return_=marchshire, by=person("lead"), number=1, seen=1, values=values)

    risk = marchshire.risks.get(number=1)
    assert (values_of(risk), risk.version) == (values, 2)
    assert sorted(risk_events(marchshire)[:4]) == [
        ("due", "31 December 2005", "", "", "lead"),
        ("likelihood", "4 likely", "5 almost certain", "", "lead"),
        ("lines", "R27, G25", "R27", "", "lead"),
        ("money_exposed", "", "£0", "", "lead"),
    ]
    assert [event.what for event in changes_since(risk, 1)] == [
        "Risk 1: likelihood", "Risk 1: money exposed", "Risk 1: action due", "Risk 1: outcomes",
    ]  # fmt: skip
    assert history.check(marchshire) == []


def test_saving_what_stands_changes_nothing(marchshire, person):
    before = marchshire.events.count()

    found = update_risk(
        return_=marchshire, by=person("lead"), number=1, seen=0,
        values=values_of(marchshire.risks.get(number=1)),
    )  # fmt: skip

    assert (found, marchshire.events.count()) == ([], before)


def conflicting(marchshire, person) -> None:
    """Two write from version 1; the second has not seen what the first saved."""
    values = values_of(marchshire.risks.get(number=1))
    lead = person("lead")
    update_risk(return_=marchshire, by=lead, number=1, seen=1, values=values | {"likelihood": 5})
    update_risk(return_=marchshire, by=lead, number=1, seen=1, values=values | {"impact": 2})


def test_who_saves_second_overwrites_nothing(marchshire, person):
    with pytest.raises(RiskChanged, match="You, in another window, changed this risk while") as caught:
        conflicting(marchshire, person)

    risk = marchshire.risks.get(number=1)
    assert (risk.likelihood, risk.impact, risk.version) == (5, 4, 2)
    assert [(event.field, event.new) for event in caught.value.later] == [("likelihood", "5 almost certain")]


def test_who_saves_second_would_overwrite_without_the_version(marchshire, person, monkeypatch):
    """Without the guard: were every risk taken for the version that was seen, the first change would be lost."""
    found = acts._open_risk

    def blind(return_, number):
        risk = found(return_, number)
        risk.version = 1
        return risk

    monkeypatch.setattr(acts, "_open_risk", blind)

    conflicting(marchshire, person)

    assert marchshire.risks.get(number=1).likelihood == 4


def test_risk_of_a_version_above_the_stored_one_is_refused(marchshire, person):
    """A form from before an older copy was restored, or one that is forged, is not taken as the newest."""
    values = values_of(marchshire.risks.get(number=1))

    with pytest.raises(
        RiskChanged, match="Your page shows a later version of this risk than the one that is"
    ):
        update_risk(
            return_=marchshire, by=person("lead"), number=1, seen=99, values=values | {"likelihood": 1}
        )

    assert values_of(marchshire.risks.get(number=1)) == values


def test_closed_risk_keeps_its_reason_and_is_changed_no_more(marchshire, person):
    values = values_of(marchshire.risks.get(number=1))
    close_risk(return_=marchshire, by=person("lead"), number=1, reason="The programme delivered.")

    assert [risk.number for risk in open_risks(marchshire)] == [2]
    closed = marchshire.risks.get(number=1).closed
    assert (closed.reason, closed.by, closed.kind) == ("The programme delivered.", person("lead"), "risk")
    with pytest.raises(ActionRefused, match="Helen Prosser closed this risk on 8 December 2004"):
        update_risk(
            return_=marchshire, by=person("lead"), number=1, seen=1, values=values | {"likelihood": 1}
        )
    with pytest.raises(ActionRefused, match="add it as a new one"):
        close_risk(return_=marchshire, by=person("lead"), number=1, reason="Again.")
    assert history.check(marchshire) == []


def test_closed_risk_settles_its_proposal_until_the_data_change(marchshire, person):
    risk = accept(marchshire, person("lead"))
    set_light(marchshire, "G8", "dec05", "R")
    close_risk(return_=marchshire, by=person("lead"), number=risk.number, reason="It is funded now.")
    assert "late-PRO" not in proposed(marchshire)

    set_light(marchshire, "G8", "mar05", "G")

    assert "late-PRO" in proposed(marchshire)


def test_number_of_a_closed_risk_is_not_given_again(marchshire, person):
    close_risk(return_=marchshire, by=person("lead"), number=2, reason="Done.")

    assert add_risk(return_=marchshire, by=person("lead"), values=VALUES).number == 3


# Who may


@pytest.mark.parametrize(
    "username",
    ["finance", "clerk", "cabinet", "admin", "officer-education", "head-education", "wyeborough-lead"],
)
def test_only_the_councils_lead_writes(marchshire, person, username):
    by = person(username)
    fingerprint = proposed(marchshire)["late-PRO"].fingerprint
    told = {"source": "late-PRO", "fingerprint": fingerprint}
    before = marchshire.events.count()

    for act, values in (
        (add_risk, {"values": VALUES}),
        (accept_risk, told | {"values": VALUES}),
        (dismiss_risk, told | {"reason": "Because."}),
        (update_risk, {"number": 1, "seen": 1, "values": VALUES}),
        (close_risk, {"number": 1, "reason": "Because."}),
    ):
        with pytest.raises(ActionRefused, match=REFUSAL):
            act(return_=marchshire, by=by, **values)

    assert (marchshire.events.count(), marchshire.risks.count()) == (before, 2)


def test_lead_whose_role_was_taken_meanwhile_is_refused(marchshire, person):
    lead = person("lead")
    assert lead.roles
    person("lead").groups.clear()

    with pytest.raises(ActionRefused, match=REFUSAL):
        add_risk(return_=marchshire, by=lead, values=VALUES)


def test_lead_whose_role_was_taken_would_write_on_with_what_the_page_knew(marchshire, person, monkeypatch):
    """Without the guard: the person as they were when the page was opened."""
    monkeypatch.setattr(acts, "fresh", lambda by: by)
    lead = person("lead")
    assert lead.roles
    person("lead").groups.clear()

    assert add_risk(return_=marchshire, by=lead, values=VALUES).is_open
