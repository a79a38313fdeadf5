"""The history tells the whole register: whatever is altered beside the acts is named."""

import datetime
from decimal import Decimal

import pytest

from efficiency.models import Dismissal, Risk, RiskLine
from efficiency.register.acts import add_risk, close_risk, update_risk, values_of
from returns import history
from tests.unit.efficiency.register.test_register import VALUES, accept, dismiss

# For each column of a risk: another value, and what is then said of risk 3.
ALTERED = {
    "title": ("Another", "title: the history says The bank’s link is late, the register says Another."),
    "cause": ("", "cause: the history says The contract is not signed., the register says nothing."),
    "likelihood": (1, "likelihood: the history says 4 likely, the register says 1 rare."),
    "impact": (1, "impact: the history says 5 severe, the register says 1 slight."),
    "money_exposed": (Decimal(0), "money exposed: the history says £150,000, the register says £0."),
    "member_sponsor": (
        "Councillor Else",
        "member sponsor: the history says Councillor Anne Holroyd, the register says Councillor Else.",
    ),
    "executive_sponsor": (
        "J Else",
        "executive sponsor: the history says nothing, the register says J Else.",
    ),
    "action": ("None.", "action: the history says nothing, the register says None.."),
    "due": (
        datetime.date(2005, 3, 1),
        "action due: the history says 31 January 2005, the register says 1 March 2005.",
    ),
}
BY_WHOM = "Risk 3: who added, accepted, changed or closed it differs from the history."
UNTOLD = {"fingerprint"}  # of the data under a proposal, which no event repeats
KEYS = {"id", "return_record", "number"}


@pytest.fixture
def kept(marchshire, person):
    """A register with all that can be done to it: risk 3 added and changed, 4 accepted and closed."""
    lead = person("lead")
    add_risk(return_=marchshire, by=lead, values=VALUES)
    for changes in ({"likelihood": 4}, {"due": datetime.date(2005, 1, 31), "lines": ["R12", "R9"]}):
        risk = Risk.objects.get(return_record=marchshire, number=3)
        values = values_of(risk) | changes
        update_risk(return_=marchshire, by=lead, number=3, seen=risk.version, values=values)
    accept(marchshire, lead)
    close_risk(return_=marchshire, by=lead, number=4, reason="It is signed.")
    dismiss(marchshire, lead, "blockers")
    return marchshire.risks


def test_what_the_acts_leave_is_as_told(kept, marchshire):
    assert [(risk.number, risk.version, risk.is_open) for risk in kept.all()] == [
        (1, 1, True),
        (2, 1, True),
        (3, 3, True),
        (4, 1, False),
    ]
    assert history.check(marchshire) == []


@pytest.mark.parametrize("column", ALTERED)
def test_an_altered_value_is_named_with_both(kept, marchshire, column):
    value, said = ALTERED[column]
    kept.filter(number=3).update(**{column: value})

    assert history.check(marchshire) == [f"Risk 3, {said}"]


def test_altered_outcomes_are_named(kept, marchshire):
    RiskLine.objects.filter(risk__in=kept.filter(number=3), line="R9").delete()

    assert history.check(marchshire) == ["Risk 3, outcomes: the history says R12, R9, the register says R12."]


@pytest.mark.parametrize("column", ["version", "source", "added", "closed"])
def test_who_did_what_when_cannot_be_altered_unnoticed(kept, marchshire, column):
    other = kept.get(number=4)
    value = {"version": 2, "source": "late-R1", "added": other.added, "closed": other.closed}[column]
    kept.filter(number=3).update(**{column: value})

    assert history.check(marchshire) == [BY_WHOM]


def test_every_column_was_tried():
    columns = {field.name for field in Risk._meta.concrete_fields}

    assert columns - ALTERED.keys() == {"version", "source", "added", "closed"} | UNTOLD | KEYS


def test_a_risk_taken_out_and_one_put_in_are_named(kept, marchshire):
    added = kept.get(number=1).added
    kept.filter(number=3).delete()
    Risk.objects.create(
        return_record=marchshire, number=9, title="Other", likelihood=1, impact=1, added=added
    )

    assert history.check(marchshire) == [
        "Risk 3 is missing from the register.",
        "Risk 9 is in the register, but the history has no event of it.",
    ]


@pytest.mark.parametrize("change", ["taken out", "another title"])
def test_an_altered_dismissal_is_named(kept, marchshire, change):
    dismissal = Dismissal.objects.get(return_record=marchshire)
    said = f"“Proposed risk dismissed: {dismissal.title}”: the register differs from the history."
    if change == "taken out":
        dismissal.delete()
    else:
        Dismissal.objects.filter(pk=dismissal.pk).update(title="Another")

    assert history.check(marchshire) == [said]
