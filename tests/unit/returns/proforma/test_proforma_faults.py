"""What start-up refuses of a form, each with a fault planted in a copy of it."""

import json

import pytest

from returns.proforma import ProformaError, schema
from returns.proforma.checks import check_definitions, misfits
from returns.proforma.serving import serving
from tests.support.faults import REMOVED, planted, write

RAW = json.loads((schema.FOLDER / "ieg4-v2.json").read_text())

OUTCOMES = "sections/outcomes"
R1 = f"{OUTCOMES}/lines/R1"
LIGHTS = f"{OUTCOMES}/tables/outcome_lights"
POINTS = f"{LIGHTS}/points"
GAINS = "sections/efficiency/tables/gains"
YEARS = "sections/takeup/tables/takeup_counts/points"
CASES = "sections/cases/tables/cases"
CONTEXT = "sections/context/tables/context"
COVER = "sections/cover/tables/cover"

UNREADABLE = [
    ({f"{R1}/label": " "}, r"Expected `str` matching regex '\\S' - at `$.sections[2].lines[0].label`"),
    ({f"{R1}/label": ""}, r"Expected `str` matching regex '\\S' - at `$.sections[2].lines[0].label`"),
    ({"sections/change/short": ""}, r"Expected `str` matching regex '\\S' - at `$.sections[3].short`"),
    ({"round/title": ""}, r"Expected `str` matching regex '\\S' - at `$.round.title`"),
    ({"version": "two"}, "Expected `str` matching regex '^[1-9][0-9]*$' - at `$.version`"),
    (
        {f"{R1}/key": "R 1"},
        "Expected `str` matching regex '^[A-Za-z0-9_-]+$' - at `$.sections[2].lines[0].key`",
    ),
    (
        {f"{CONTEXT}/columns/text/max_words": 0},
        "Expected `int` >= 1 - at `$.sections[1].tables[0].columns[0].max_words`",
    ),
    ({f"{CASES}/least": -1}, "Expected `int` >= 0 - at `$.sections[8].tables[0].least`"),
    ({"sections/resources/unit": "£ million"}, "Invalid enum value '£ million' - at `$.sections[6].unit`"),
    (
        {f"{GAINS}/columns/cashable/unit": "pence"},
        "Invalid enum value 'pence' - at `$.sections[7].tables[1].columns[0].unit`",
    ),
    ({"round/deadline": "20 December"}, "Invalid RFC3339 encoded date - at `$.round.deadline`"),
    (
        {"round/financial_year": "2004"},
        r"Expected `str` matching regex '^\\d{4}/\\d{2}$' - at `$.round.financial_year`",
    ),
    ({"scale/R/key": "B"}, "Invalid enum value 'B' - at `$.scale[0].key`"),
]

NO_FACT_YET = "is a fact of a time after the deadline"
NO_FORECAST_NOW = "is a forecast of a time before the deadline"
NO_YEAR = "has no date and is no year such as 2004/05"
NO_FINANCIAL_YEAR = "is no financial year: the second number follows the first"
NOW = {"key": "now", "label": "20 December 2004", "date": "2004-12-20", "kind": "actual"}

CONTRADICTIONS = [
    ({"tiers/required/due": "2005-12-30"}, "tiers.required.due: 30 December 2005 is none of the dates of outcomes"),
    ({"tiers/required/due": REMOVED}, "tiers.required: is mandatory and has no date"),
    ({f"{R1}/tier": REMOVED, "tiers/required/count": 28},
     "outcomes.R1: has no tier, though other lines of the section have one"),
    ({f"{POINTS}": []}, "outcomes.outcome_lights: points and point_field go together"),
    ({f"{POINTS}/mar05/date": "2006-01-31"}, "outcomes.outcome_lights.points: are not in the order of their dates"),
    ({f"{POINTS}/mar05/date": REMOVED}, "outcomes.outcome_lights.points: some are dates and some are years"),
    ({f"{POINTS}/mar05/kind": "actual"}, f"outcomes.outcome_lights.points.mar05: {NO_FACT_YET}, 20 December 2004"),
    (
        {f"{POINTS}/submission/kind": "forecast"},
        f"outcomes.outcome_lights.points.submission: {NO_FORECAST_NOW}, 20 December 2004",
    ),
    (
        {f"{POINTS}/mar06/date": "2106-03-31", "tiers/good/due": "2106-03-31"},
        "outcomes.outcome_lights.points.mar06: is more than 10 years from the deadline, 20 December 2004",
    ),
    ({f"{YEARS}/2006-07/label": "2003/04"}, "takeup.takeup_counts.points: are not in the order of their dates"),
    ({f"{YEARS}/2006-07/label": "2006/08"}, f"takeup.takeup_counts.points.2006-07: '2006/08' {NO_YEAR}"),
    ({f"{YEARS}/2006-07/label": "next year"}, f"takeup.takeup_counts.points.2006-07: 'next year' {NO_YEAR}"),
    (
        {f"{YEARS}/2003-04/kind": "forecast", f"{YEARS}/2004-05/kind": "actual"},
        f"takeup.takeup_counts.points.2003-04: {NO_FORECAST_NOW}, 20 December 2004",
    ),
    (
        {"sections/bvpi157/tables/bvpi157_counts/points/2003-03-31/kind": "forecast"},
        f"bvpi157.bvpi157_counts.points.2003-03-31: {NO_FORECAST_NOW}, 20 December 2004",
    ),
    ({f"{GAINS}/points/2005-06/kind": "actual"}, "efficiency.gains.points.2005-06: is a fact later than a forecast"),
    ({f"{POINTS}/mar05/key": "mar06"}, "outcomes.outcome_lights.points: 'mar06' is there twice"),
    ({f"{COVER}/columns/email/field": "telephone"}, "cover.cover.columns: 'telephone' is there twice"),
    ({f"{LIGHTS}/columns": []}, "outcomes.outcome_lights: has no columns"),
    ({f"{CASES}/least": 13}, "cases.cases: a list needs least <= most"),
    ({f"{CASES}/least": 0, f"{CASES}/most": 0}, "cases.cases: a list of at most 0 takes no row"),
    ({f"{CASES}/per_department": True, "sections/cases/answered_by": "departments"},
     "cases.cases: a list is not answered by each department"),
    ({f"{CONTEXT}/point_field": "point", f"{CONTEXT}/points": [NOW]}, "context.context: a record has no points"),
    ({"scale": RAW["scale"][1:]}, "scale: has A, G, N; each of R, A, G and N is wanted once"),
    ({"scale": []}, "scale: has no letter; each of R, A, G and N is wanted once"),
    ({"scale/A/rank": 3}, "scale: R, A and G rank 1, 2 and 3, and N has no rank"),
    ({"round/deadline": "2014-12-20"}, f"outcomes.outcome_lights.points.mar05: {NO_FORECAST_NOW}, 20 December 2014"),
    ({"round/financial_year": "2014/15"}, "round.deadline: 20 December 2004 is not near 2014/15"),
    ({"round/financial_year": "2004/06"}, f"round.financial_year: '2004/06' {NO_FINANCIAL_YEAR}"),
    ({"target/until": "2007/09"}, f"target.until: '2007/09' {NO_FINANCIAL_YEAR}"),
    ({"round/grant_gbp": 160000}, "grant_history.2005/06: 150000 differs from the round's 160000"),
    ({"grant_history/0/year": "2003/04"}, "grant_history: '2003/04' is there twice"),
    ({"sections/context/tables": []}, "context: has no tables"),
    ({"sections/takeup/tables": [{**RAW["sections"][1]["tables"][0], "key": "preface"}]},
     "takeup: has lines, and no grid asks anything of them"),
    ({f"{GAINS}/per_department": False},
     "efficiency: some of its grids are answered by each department and some are not"),
    ({"sections/efficiency/answered_by": "owner"},
     "efficiency: per_department and answered_by departments go together"),
    ({"sections/takeup/answered_by": "departments"},
     "takeup: per_department and answered_by departments go together"),
    ({"sections/takeup/tables": [*RAW["sections"][5]["tables"], {**RAW["sections"][5]["tables"][1], "key": "again"}]},
     "takeup: more than one table has points"),
    ({"sections/takeup/tables": [*reversed(RAW["sections"][5]["tables"])]},
     "takeup: its grid with points is not the last of its grids, which is how they are printed"),
    ({"sections/takeup/groups": [*RAW["sections"][5]["groups"], {"key": "post", "label": "Post"}]},
     "takeup.groups.post: has no line"),
    ({"tiers/good/key": "required"}, "tiers: 'required' is there twice"),
    ({"authority_types/county/key": "unitary"}, "authority_types: 'unitary' is there twice"),
    ({"sections/resources/lines": [], "sections/resources/groups": []}, "resources.resources: a grid needs lines"),
    ({"sources/S42/key": "S41"}, "sources: 'S41' is there twice"),
    ({f"{OUTCOMES}/groups/COM/key": "SCH"}, "outcomes.groups: 'SCH' is there twice"),
    ({f"{OUTCOMES}/sources": ["S99"]}, "outcomes: unknown source 'S99'"),
    ({f"{OUTCOMES}/groups/SCH/sources": ["S99"]}, "outcomes.groups.SCH: unknown source 'S99'"),
    ({f"{POINTS}/mar05/sources": ["S99"]}, "outcomes.outcome_lights.points.mar05: unknown source 'S99'"),
    ({f"{LIGHTS}/columns/light/sources": ["S99"]}, "outcomes.outcome_lights.columns.light: unknown source 'S99'"),
    ({"tiers/good/sources": ["S99"]}, "tiers.good: unknown source 'S99'"),
    ({"scale/A/sources": ["S99"]}, "scale.A: unknown source 'S99'"),
    ({"target/sources": ["S99"]}, "target: unknown source 'S99'"),
    ({"round/sources": ["S99"]}, "round: unknown source 'S99'"),
    ({"grant_history/1/sources": ["S99"]}, "grant_history.2003/04: unknown source 'S99'"),
]  # fmt: skip

NO_DATES = {
    "tiers/required/due": REMOVED,
    "tiers/required/mandatory": False,
    "tiers/good/due": REMOVED,
    "tiers/good/mandatory": False,
}

TAKEUP = RAW["sections"][5]["tables"]
NOTE = RAW["sections"][7]["tables"][2]
OTHER_DATES = ("change", "its ratings have other dates than those of outcomes, beside them")

MISFITS = [
    ({f"{CONTEXT}/model": "returns.Cover", f"{CONTEXT}/columns/text/field": "email"}, [
        ("context.context", "returns.Cover already keeps the rows of cover.cover")]),
    ({"sections/cases/tables": [*RAW["sections"][8]["tables"], {**RAW["sections"][8]["tables"][0], "key": "more"}]}, [
        ("cases.more", "returns.CaseStudy already keeps the rows of cases.cases")]),
    ({"sections/takeup/tables": [TAKEUP[0], {**TAKEUP[0], "key": "again"}, TAKEUP[1]]}, [
        ("takeup.again", "returns.Declaration already keeps the rows of takeup.takeup")]),
    ({f"{CONTEXT}/model": "outcomes.Outcome", f"{CONTEXT}/columns/text/field": "comment"}, [
        ("context.context", "outcomes.Outcome does not keep one row for each return")]),
    ({f"{CASES}/model": "outcomes.Outcome", f"{CASES}/columns": [
        {"field": "comment", "label": "Text", "required": True}]}, [
        ("cases.cases.department", "outcomes.Outcome has no such field or property")]),
    ({f"{CASES}/model": "returns.Declaration", f"{CASES}/columns": [
        {"field": "basis", "label": "Text", "required": True}]}, [
        ("cases.cases", "returns.Declaration does not keep one row for each code, brought by a department")]),
    ({"sections/takeup/tables/takeup/model": "returns.CaseStudy", "sections/takeup/tables/takeup/columns": [
        {"field": "text", "label": "Text", "required": True}]}, [
        ("takeup.takeup", "returns.CaseStudy does not keep one row for each line")]),
    ({f"{GAINS}/per_department": False, "sections/efficiency/tables/efficiency/per_department": False,
      "sections/efficiency/answered_by": "owner"}, [
        ("efficiency.gains", "efficiency.Gain does not keep one row for each line and point")]),
    ({f"{YEARS[:-7]}/per_department": True, "sections/takeup/tables/takeup/per_department": True,
      "sections/takeup/answered_by": "departments"}, [
        ("takeup.takeup_counts.department", "outcomes.ChannelCount has no such field or property")]),
    ({"sections/bvpi157/tables/bvpi157_counts/columns/percent/required": True}, [
        ("bvpi157.bvpi157_counts.percent", "is required, but computed: nobody can type it")]),
    ({f"{COVER}/columns/authority_name/required": True}, [
        ("cover.cover.authority_name", "is required, but computed: nobody can type it")]),
    ({f"{COVER}/columns/email/field": "fax"}, [("cover.cover.fax", "returns.Cover has no such field or property")]),
    ({f"{YEARS}/2006-07/key": "the-year-from-april-2006-to-march-2007"}, [
        ("takeup.takeup_counts.points.the-year-from-april-2006-to-march-2007",
         "is longer than the 30 characters that outcomes.ChannelCount.point holds")]),
    ({"sections/takeup/lines/W1/key": "impressions"}, [
        ("takeup.impressions", "is longer than the 10 characters that returns.Declaration.line holds"),
        ("takeup.impressions", "is longer than the 10 characters that outcomes.ChannelCount.line holds")]),
    ({f"{POINTS}/mar05/short": ""}, [
        ("outcomes.outcome_lights.points.mar05", "has no short label, and pages print it")]),
    ({f"{POINTS}": RAW["sections"][2]["tables"][1]["points"][1:]}, [
        ("outcomes.outcome_lights.points.mar05", "is first and a forecast; the first rating is how things are"),
        OTHER_DATES]),
    ({f"{OUTCOMES}/tables": RAW["sections"][2]["tables"][:1], **NO_DATES}, [
        ("outcomes", "no document prints a section of outcomes.Outcome"),
        ("outcomes", "has lines with tiers and no ratings at points")]),
    ({f"{POINTS}": [{"key": "year", "label": "2004/05", "kind": "actual", "short": "04/05"}], **NO_DATES}, [
        ("outcomes.outcome_lights.points.year", "is no date, and ratings are given at dates"),
        OTHER_DATES]),
]  # fmt: skip


def test_form_without_fault_passes(tmp_path):
    proforma = schema.read(write(RAW, tmp_path))

    assert list(misfits(proforma)) == []


def test_year_that_is_over_may_be_forecast_where_its_fact_is_asked(tmp_path):
    """What was promised is then compared with what came."""
    promised = {"key": "2003-04-forecast", "label": "2003/04", "kind": "forecast"}
    came = {"key": "2003-04-actual", "label": "2003/04", "kind": "actual"}
    alone, together = [promised], [promised, came]

    read = schema.read(write(planted(RAW, {f"{GAINS}/points": together}), tmp_path))
    assert [point.key for point in read.tables["gains"][1].points] == ["2003-04-forecast", "2003-04-actual"]

    with pytest.raises(ProformaError) as refused:
        schema.read(write(planted(RAW, {f"{GAINS}/points": alone}), tmp_path))
    assert str(refused.value) == (
        f"ieg4-v2.json: efficiency.gains.points.2003-04-forecast: {NO_FORECAST_NOW}, 20 December 2004"
    )


@pytest.mark.parametrize(("changes", "message"), UNREADABLE + CONTRADICTIONS)
def test_form_at_odds_with_itself_is_refused(changes, message, tmp_path):
    path = write(planted(RAW, changes), tmp_path)

    with pytest.raises(ProformaError) as refused:
        schema.read(path)

    assert str(refused.value) == f"ieg4-v2.json: {message}"


@pytest.mark.parametrize(("changes", "expected"), MISFITS)
def test_form_that_the_models_do_not_fit_is_refused(changes, expected, tmp_path, monkeypatch):
    write(planted(RAW, changes), tmp_path)
    monkeypatch.setattr(schema, "FOLDERS", (tmp_path,))

    found = check_definitions(None)

    assert [(each.id, each.msg) for each in found] == [
        ("proforma.E002", f"ieg4-v2.json: {place}: {problem}") for place, problem in expected
    ]


def test_only_one_section_may_have_tiers(tmp_path):
    """The dashboard, the Cabinet page, the report and the risks count one section by tier and date."""
    lines = [line | {"tier": "good"} for line in RAW["sections"][3]["lines"]]

    found = list(misfits(schema.read(write(planted(RAW, counted_anew(lines)), tmp_path))))

    assert found == [("change", "has lines with tiers, as outcomes has, and pages count one section")]


def counted_anew(lines: list[dict]) -> dict:
    return {"sections/change/lines": lines, "tiers/good/count": 25 + len(lines)}


def test_lines_with_tiers_need_groups(tmp_path):
    lines = [planted(line, {"group": REMOVED}) for line in RAW["sections"][2]["lines"]]
    raw = planted(RAW, {f"{OUTCOMES}/lines": lines, f"{OUTCOMES}/groups": []})

    found = list(misfits(schema.read(write(raw, tmp_path))))

    assert found == [("outcomes", "has lines with tiers and no groups, and pages list them by group")]


def test_form_without_tiers_is_served(tmp_path):
    lines = [planted(line, {"tier": REMOVED}) for line in RAW["sections"][2]["lines"]]
    raw = planted(RAW, {f"{OUTCOMES}/lines": lines, "tiers": []})

    assert list(misfits(schema.read(write(raw, tmp_path)), serving)) == []


def test_sections_may_have_any_names(tmp_path):
    """What prints a section is chosen by the models that keep its answers."""
    raw = planted(
        RAW, {"sections/context/key": "preface", f"{OUTCOMES}/key": "promises", f"{GAINS}/key": "profits"}
    )

    assert list(misfits(schema.read(write(raw, tmp_path)), serving)) == []


def test_section_that_nobody_prints_is_refused(tmp_path):
    gains = {f"{GAINS}/columns/cashable/field": "line"}
    mixed = {f"{COVER}/key": "about", "sections/context/tables": RAW["sections"][1]["tables"] + [NOTE]}
    raw = planted(RAW, gains | mixed | {"sections/efficiency/tables": RAW["sections"][7]["tables"][:2]})

    found = list(misfits(schema.read(write(raw, tmp_path)), serving))

    assert found == [
        ("context", "no document prints a section of returns.Context, efficiency.EfficiencyNote"),
        ("efficiency", "no document prints a section of returns.Declaration, efficiency.Gain"),
    ]


def test_column_that_is_printed_must_be_asked(tmp_path):
    raw = planted(RAW, {f"{GAINS}/columns": RAW["sections"][7]["tables"][1]["columns"][:1]})

    found = list(misfits(schema.read(write(raw, tmp_path)), serving))

    assert found == [("efficiency.gains", "has no column 'non_cashable', which is printed")]


def test_second_section_of_gains_is_refused(tmp_path):
    again = planted(
        RAW["sections"][7], {"key": "more", "number": 9, "tables": RAW["sections"][7]["tables"][:2]}
    )
    again["lines"] = [line | {"key": f"M{line['key']}"} for line in again["lines"]]
    again["tables"] = [table | {"key": f"more_{table['key']}"} for table in again["tables"]]
    raw = RAW | {"sections": [*RAW["sections"], again]}

    found = list(misfits(schema.read(write(raw, tmp_path)), serving))

    assert found == [
        ("more", "no document prints a section of returns.Declaration, efficiency.Gain"),
        ("more.more_gains", "is a second one of its kind, and the page of gains shows one"),
    ]


def test_ratings_have_the_same_dates_in_every_section(tmp_path):
    path = "sections/change/tables/change_lights/points/mar05/date"

    found = list(misfits(schema.read(write(planted(RAW, {path: "2005-04-30"}), tmp_path))))

    assert found == [("change", "its ratings have other dates than those of outcomes, beside them")]
