"""Lights by tier and date, and where the outcomes stand."""

import re

from outcomes.models import Outcome, OutcomeStatus
from outcomes.progress import CHART_LEFT, CHART_RIGHT, light_charts, standing
from returns.answers.reader import read
from tests.support.factories import blank_return


def test_standing_parts_all_outcomes(marchshire, wyeborough):
    for return_ in (marchshire, wyeborough):
        found = standing(read(return_, "outcomes"))

        codes = [code for codes in vars(found).values() for code in codes]
        assert sorted(codes) == sorted(line.key for line in return_.proforma.section_by_key["outcomes"].lines)
        assert found.total == 72


def test_standing_judges_by_the_tiers_own_date(db):
    return_ = blank_return()
    lights = {
        "R3": "GGGG", "R5": "AAGG", "R6": "RRGG", "R7": "AAAG", "R8": "AAG ", "R9": "A GG", "G8": "RRRG",
        "G1": "AAGA", "E6": "RRAG", "E5": "RAAA", "E10": "AAG ", "E12": "AAAG",
    }  # fmt: skip
    points = ["submission", "mar05", "dec05", "mar06"]
    for line, letters in lights.items():
        for point, letter in zip(points, letters, strict=True):
            OutcomeStatus.objects.filter(return_record=return_, line=line, point=point).update(
                light=letter.strip()
            )
    adopted = ["E6", "E5", "E10", "E12"]
    Outcome.objects.filter(return_record=return_, line__in=adopted).update(applicability="applies")

    found = standing(read(return_, "outcomes"))

    assert found.achieved == ["R3"]
    assert found.on_course == ["R5", "R8", "R9", "E12"]
    assert found.expected == ["R6", "G8", "E6"]
    # A stretch outcome has no date of its own, so it is never at severe risk.
    assert found.at_risk == ["R7", "G1"]
    assert found.stretch == ["E5"]
    assert len(found.unknown) == 54 - 8 + 1
    assert len(found.outside) == 18 - len(adopted)


def test_charts_count_every_outcome_at_every_date(marchshire):
    charts = light_charts(read(marchshire, "outcomes"))

    assert [(c["tier"].key, c["lines"], c["adopted"]) for c in charts] == [
        ("required", 29, 29), ("good", 25, 25), ("excellent", 18, 11),
    ]  # fmt: skip
    for chart in charts:
        for row, bar in zip(chart["rows"], chart["bars"], strict=True):
            assert sum(count for _, count in row["counts"]) == chart["lines"]
            last = bar["parts"][-1]
            assert bar["parts"][0]["x"] == CHART_LEFT
            assert abs(last["x"] + last["width"] - CHART_RIGHT) < 0.01


def test_an_adopted_stretch_outcome_is_listed_apart_wherever_the_outcomes_stand(marchshire, signed_in):
    """On the Cabinet page and in the covering report; the register of risks proposes none for it."""
    section = marchshire.proforma.section_by_key["outcomes"]
    OutcomeStatus.objects.filter(return_record=marchshire, line="E1").update(light="R")
    found = standing(read(marchshire, "outcomes"))
    voluntary = {line.key for line in section.lines if not marchshire.proforma.tier_of(line).mandatory}
    lead = signed_in("lead")
    cabinet, report, risks = (
        " ".join(lead.get(f"/marchshire/ieg4/{page}").content.decode().split())
        for page in ("cabinet/", "cabinet/report/", "risks/")
    )

    assert "E1" in found.stretch
    assert voluntary & set(found.at_risk) == set()
    codes = ", ".join(found.stretch)
    assert f"stretch outcomes, which have no date to meet: {codes}" in re.sub(r"</?a\b[^>]*>", "", cabinet)
    assert f"Adopted voluntarily, with no due date, and not green by 31 March 2006: {codes}." in report
    assert "E1 is red" not in risks
