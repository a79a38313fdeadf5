"""Lights by tier and date, and where the outcomes stand."""

from outcomes.models import Outcome, OutcomeStatus
from outcomes.traffic import CHART_LEFT, CHART_RIGHT, light_charts, standing
from returns.answers import read
from tests.factories import blank_return


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
        "G1": "AAGA", "E6": "RRAG",
    }  # fmt: skip
    points = ["submission", "mar05", "dec05", "mar06"]
    for line, letters in lights.items():
        for point, letter in zip(points, letters, strict=True):
            OutcomeStatus.objects.filter(return_record=return_, line=line, point=point).update(
                light=letter.strip()
            )
    Outcome.objects.filter(return_record=return_, line="E6").update(applicability="applies")

    found = standing(read(return_, "outcomes"))

    assert found.achieved == ["R3"]
    assert found.on_course == ["R5", "R8", "R9"]
    assert found.expected == ["R6", "G8", "E6"]
    assert found.at_risk == ["R7", "G1"]
    assert len(found.unknown) == 54 - 8
    assert len(found.outside) == 17


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
